import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A socket that waits for somebody, as the kernel's tables tell of it. */
export interface ListeningSocket {
  readonly protocol: 'tcp' | 'udp';
  /** `127.0.0.1`, `0.0.0.0`; of IPv6 eight groups of four digits, as `0000:...:0001`. */
  readonly address: string;
  readonly port: number;
  readonly pid: number;
}

/** In the tables: a TCP socket that listens, a UDP socket that hears everybody (include/net/tcp_states.h). */
const TCP_LISTEN = '0A';
const UDP_OPEN = '07';

/**
 * The sockets of a process and of all that it has started, on which anybody may come in: from /proc, so on Linux only.
 * Throws when the process is another user's, or gone.
 */
export function listeningSockets(pid: number): readonly ListeningSocket[] {
  const pids = [pid, ...descendantsOf(pid)];
  const owners = new Map(pids.flatMap((one) => socketsOf(one).map((inode) => [inode, one] as const)));
  return (['tcp', 'tcp6', 'udp', 'udp6'] as const).flatMap((table) =>
    rowsOf(pid, table).flatMap(({ local, state, inode }): readonly ListeningSocket[] => {
      const protocol = table.startsWith('tcp') ? 'tcp' : 'udp';
      const owner = owners.get(inode);
      if (owner === undefined || state !== (protocol === 'tcp' ? TCP_LISTEN : UDP_OPEN)) return [];
      const [address = '', port = ''] = local.split(':');
      return [{ protocol, address: readable(address), port: Number.parseInt(port, 16), pid: owner }];
    }),
  );
}

/** Whether only programs on this computer reach it. */
export function isLoopback({ address }: Pick<ListeningSocket, 'address'>): boolean {
  return (
    address.startsWith('127.') ||
    address === '0000:0000:0000:0000:0000:0000:0000:0001' ||
    /^(0000:){5}ffff:7f/i.test(address)
  );
}

interface Row {
  readonly local: string;
  readonly state: string;
  readonly inode: string;
}

/** A table as the process sees it, which may be in a network namespace of its own. */
function rowsOf(pid: number, table: string): readonly Row[] {
  return readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .flatMap(([, local, , state, , , , , , inode]) =>
      local === undefined || state === undefined || inode === undefined ? [] : [{ local, state, inode }],
    );
}

/** Words of 32 bits, each in the byte order of this computer. */
function readable(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) =>
    Buffer.from(word, 'hex').reverse().toString('hex'),
  );
  const all = bytes.join('');
  if (all.length === 8) return [...Buffer.from(all, 'hex')].join('.');
  return (all.match(/.{4}/g) ?? []).join(':');
}

/** The inodes of the sockets that a process has open; none of one that has just ended. */
function socketsOf(pid: number): readonly string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
    } catch {
      return [];
    }
  });
}

/** Every process that this one has started, and those have. */
function descendantsOf(pid: number): readonly number[] {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => parentOf(name) === pid)
    .map(Number);
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}

/** Null: it has just ended. */
function parentOf(pid: string): number | null {
  try {
    // The name of a program may have spaces and brackets.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return null;
  }
}
