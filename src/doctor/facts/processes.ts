import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';

/** A process of this computer (proc(5)). */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly words: readonly string[];
}

/** Those that are there now. */
export function processes(): readonly Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        // The name of a program may have spaces and brackets.
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
        const words = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0').slice(0, -1);
        return [{ pid: Number(name), parent, words }];
      } catch {
        // It has just ended.
        return [];
      }
    });
}

/** What a person calls it: `socat (pid 123)`. */
export function calledProcess({ pid, words }: Process): string {
  return `${basename(words[0] ?? '') || 'a program'} (pid ${pid})`;
}

/** Those that run the daemon of encoderd, whichever installation of it. */
export function daemonsAmong(all: readonly Process[]): readonly Process[] {
  return all.filter(({ pid, words }) => {
    const main = words.find((word) => /(^|\/)src\/main\.ts$/.test(word));
    if (main === undefined) return false;
    const path = isAbsolute(main) ? main : join(folderOf(pid), main);
    return isEncoderd(dirname(dirname(path)));
  });
}

/** Those processes, and whatever they have started. */
export function withChildren(all: readonly Process[], pids: readonly number[]): ReadonlySet<number> {
  const family = new Set(pids);
  for (let before = -1; before !== family.size; ) {
    before = family.size;
    for (const { pid, parent } of all) if (family.has(parent)) family.add(pid);
  }
  return family;
}

/** The process that listens at a TCP port of this computer: `null` where nobody does, `unknown` where it is another user's. */
export function listenerAt(port: number): number | 'unknown' | null {
  const inodes = ['tcp', 'tcp6'].flatMap((table) => inodesOf(table, port));
  if (inodes.length === 0) return null;
  const sockets = inodes.map((inode) => `socket:[${inode}]`);
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    if (opens(name).some((target) => sockets.includes(target))) return Number(name);
  }
  return 'unknown';
}

/** TCP_LISTEN (include/net/tcp_states.h). */
const LISTENS = '0A';

function inodesOf(table: string, port: number): readonly string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return linesOf(`/proc/net/${table}`)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => local?.endsWith(`:${hex}`) === true && state === LISTENS)
    .flatMap((fields) => fields[9] ?? []);
}

function opens(pid: string): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((descriptor) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${descriptor}`);
      } catch {
        return '';
      }
    });
  } catch {
    return [];
  }
}

function linesOf(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').slice(1);
  } catch {
    return [];
  }
}

function folderOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '/';
  }
}

function isEncoderd(folder: string): boolean {
  try {
    return /"name":\s*"encoderd"/.test(readFileSync(join(folder, 'package.json'), 'utf8'));
  } catch {
    return false;
  }
}
