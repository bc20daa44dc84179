import { readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { basename } from 'node:path';

/** A process that has a device open. */
export interface Holder {
  readonly pid: number;
  readonly name: string;
  /** It is this process, or runs the same program: every driver host does. */
  readonly isOurs: boolean;
}

/** Node.js names its first thread so, and not itself. */
const NAMELESS = 'MainThread';

/** The processes that have a device open, as far as this user may look (proc(5), /proc/PID/fd): those of other users only root sees. */
export async function holdersOf(path: string): Promise<readonly Holder[]> {
  const device = await realpath(path).catch(() => path);
  const pids = (await readdir('/proc').catch(() => [])).filter((entry) => /^\d+$/.test(entry));
  const holders: Holder[] = [];
  for (const pid of pids) if (await isOpenIn(pid, device)) holders.push(await holder(pid));
  return holders;
}

async function isOpenIn(pid: string, device: string): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  for (const descriptor of await readdir(folder).catch(() => []))
    if ((await readlink(`${folder}/${descriptor}`).catch(() => '')) === device) return true;
  return false;
}

async function holder(pid: string): Promise<Holder> {
  const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
  const name = (await read('comm')).trim();
  const words = (await read('cmdline')).split('\0');
  const program = process.argv[1];
  return {
    pid: Number(pid),
    name: name !== '' && name !== NAMELESS ? name : basename(words[0] ?? '') || 'a program',
    isOurs: Number(pid) === process.pid || (program !== undefined && words.includes(program)),
  };
}
