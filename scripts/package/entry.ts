import { chmodSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** One file of the package. */
export interface Entry {
  /** From the top of the file system, without a slash before it: `usr/bin/encoderctl`. */
  readonly path: string;
  readonly mode: 0o644 | 0o755;
  readonly bytes: Uint8Array;
}

/** An entry that holds `text`. */
export const textEntry = (path: string, text: string, mode: Entry['mode'] = 0o644): Entry => ({
  path,
  mode,
  bytes: Buffer.from(text),
});

/** An entry that is a copy of the file at `from`, as it is now: sums and sizes are of what is packed. */
export const fileEntry = (path: string, from: string, mode: Entry['mode'] = 0o644): Entry => ({
  path,
  mode,
  bytes: readFileSync(from),
});

/**
 * Writes the entries below `root`, with their modes whatever the umask is, and every time set to `epoch`, in seconds:
 * two trees of the same entries are the same.
 */
export function writeEntries(root: string, entries: readonly Entry[], epoch: number): void {
  const folders = new Set<string>([root]);
  for (const entry of entries) {
    const path = join(root, entry.path);
    for (let folder = dirname(path); !folders.has(folder); folder = dirname(folder)) folders.add(folder);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, entry.bytes);
    chmodSync(path, entry.mode);
    utimesSync(path, epoch, epoch);
  }
  // Deepest first: a folder's time changes with what is put into it.
  for (const folder of [...folders].sort((one, other) => other.length - one.length)) {
    chmodSync(folder, 0o755);
    utimesSync(folder, epoch, epoch);
  }
}
