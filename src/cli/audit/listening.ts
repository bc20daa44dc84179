import { setTimeout as pause } from 'node:timers/promises';
import { type Attack, type Finding, HELD, hole, notTried } from './attack.ts';
import { isLoopback, type ListeningSocket, listeningSockets } from './kernel-sockets.ts';
import { reachedFromOutside } from './own-network.ts';
import { outerAddresses } from './probe.ts';
import type { Target } from './target.ts';
import { talk } from './wire.ts';

const ADVICE =
  'The daemon must listen on 127.0.0.1 (and ::1) alone. Whoever wants it from elsewhere puts a tunnel or proxy with its own lock before it.';

export const attacks: readonly Attack[] = [
  attack('tcp', 'looks in the kernel’s table for TCP sockets of the daemon that others reach', 'quick', tcp),
  attack('udp', 'looks in the kernel’s table for UDP sockets of the daemon that others reach', 'slow', udp),
  attack('addresses', 'asks at every address of this computer that others reach', 'quick', addresses),
  attack('own-network', 'asks from a neighbour’s address, in a network of its own', 'slow', ownNetwork),
];

function attack(id: string, name: string, pace: Attack['pace'], run: Attack['run']): Attack {
  return { id: `listening-${id}`, name, family: 'listening', pace, run };
}

const told = ({ protocol, address, port, pid }: ListeningSocket) =>
  `process ${pid} listens on ${protocol} ${address} port ${port}`;

function table({ pid }: Target): readonly ListeningSocket[] | string {
  if (process.platform !== 'linux') return 'Only Linux tells in /proc which sockets a process has.';
  try {
    return listeningSockets(pid);
  } catch (error) {
    return `The sockets of process ${pid} cannot be read (${error instanceof Error ? error.message : ''}): run this as the user that the daemon runs as.`;
  }
}

async function tcp(target: Target): Promise<Finding> {
  const sockets = table(target);
  if (typeof sockets === 'string') return notTried(sockets);
  const own = sockets.filter(({ protocol }) => protocol === 'tcp');
  // Else it was not the daemon whose sockets were read.
  if (!own.some(({ port }) => port === target.address.port)) {
    return notTried(`Process ${target.pid} has no socket on port ${target.address.port}.`);
  }
  const open = own.filter((socket) => !isLoopback(socket));
  return open.length === 0 ? HELD : hole(open.map(told).join(', '), ADVICE);
}

/** A question to a name server has a socket for a moment; what is there twice stays. */
const BETWEEN_LOOKS_MS = 6000;

async function udp(target: Target): Promise<Finding> {
  const openNow = () => {
    const sockets = table(target);
    if (typeof sockets === 'string') return sockets;
    return sockets.filter((socket) => socket.protocol === 'udp' && !isLoopback(socket)).map(told);
  };
  const first = openNow();
  if (typeof first === 'string') return notTried(first);
  if (first.length === 0) return HELD;
  await pause(BETWEEN_LOOKS_MS);
  const second = openNow();
  const both = first.filter((one) => second.includes(one));
  return both.length === 0 ? HELD : hole(both.join(', '), ADVICE);
}

async function addresses({ address: { port } }: Target): Promise<Finding> {
  const hosts = outerAddresses();
  if (hosts.length === 0) return notTried('This computer has no address but loopback.');
  const request = `GET /v1/hello HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`;
  for (const host of hosts) {
    const { answers } = await talk({ host, port }, request);
    if (answers[0] !== undefined) return hole(`${host} port ${port} answered ${answers[0].status}`, ADVICE);
  }
  return HELD;
}

async function ownNetwork({ program }: Target): Promise<Finding> {
  const reached = await reachedFromOutside(program);
  if ('why' in reached) return notTried(reached.why);
  if (reached.askedAt.length === 0) return notTried('The network that was made has no address.');
  return reached.answeredAt.length === 0
    ? HELD
    : hole(`a daemon of this program answered at ${reached.answeredAt.join(' and ')}`, ADVICE);
}
