import { readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { basename } from 'node:path';

/** A process that has a device open. */
export interface Holder {
  readonly pid: number;
  readonly name: string;
}

/** Node.js names its first thread so, and not itself. */
const NAMELESS = 'MainThread';

/** The processes that have a device open, as far as this user may look (proc(5), /proc/PID/fd): those of other users only root sees. */
export async function holdersOf(path: string): Promise<readonly Holder[]> {
  const device = await realpath(path).catch(() => path);
  const pids = (await readdir('/proc').catch(() => [])).filter((entry) => /^\d+$/.test(entry));
  const holders: Holder[] = [];
  for (const pid of pids)
    if (await isOpenIn(pid, device)) holders.push({ pid: Number(pid), name: await nameOf(pid) });
  return holders;
}

async function isOpenIn(pid: string, device: string): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  for (const descriptor of await readdir(folder).catch(() => []))
    if ((await readlink(`${folder}/${descriptor}`).catch(() => '')) === device) return true;
  return false;
}

async function nameOf(pid: string): Promise<string> {
  const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
  const name = (await read('comm')).trim();
  if (name !== '' && name !== NAMELESS) return name;
  const [program = ''] = (await read('cmdline')).split('\0');
  return basename(program) || 'a program';
}
