import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Every path in a state folder, but for what a disk of its own brings along, which is root's and stays so: `lost+found` is e2fsck's (fsck.ext4(8)). */
export function pathsIn(stateDir: string): readonly string[] {
  return readdirSync(stateDir, { recursive: true, encoding: 'utf8' })
    .filter((name) => !/^lost\+found(\/|$)/.test(name))
    .map((name) => join(stateDir, name));
}
