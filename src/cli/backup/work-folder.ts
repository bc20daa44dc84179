import { chownSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

const PREFIX = '.work-';

/** What a command leaves that was killed is removed after this time, milliseconds. */
const LEFT_FOR_MS = 24 * 3_600_000;

/** Does `work` with a folder of mode 0700 in the state folder, on the same disk, and removes it afterwards. It belongs to whom that belongs to. */
export async function inWorkFolder<T>(stateDir: string, work: (folder: string) => Promise<T>): Promise<T> {
  for (const name of readdirSync(stateDir)) {
    const path = join(stateDir, name);
    if (name.startsWith(PREFIX) && Date.now() - statSync(path).mtimeMs > LEFT_FOR_MS) {
      rmSync(path, { recursive: true, force: true });
    }
  }
  const folder = mkdtempSync(join(stateDir, PREFIX));
  const { uid, gid } = statSync(stateDir);
  if (process.geteuid?.() === 0) chownSync(folder, uid, gid);
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
