import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** What a disk of its own brings along is root's, and stays so: `lost+found` is e2fsck's (fsck.ext4(8)). Nobody else may look into it. */
const OF_THE_DISK = 'lost+found';

/** Every path in a state folder, but for what belongs to the disk that it is on. */
export function pathsIn(stateDir: string): readonly string[] {
  return readdirSync(stateDir, { withFileTypes: true })
    .filter(({ name }) => name !== OF_THE_DISK)
    .flatMap((entry) => {
      const path = join(stateDir, entry.name);
      if (!entry.isDirectory()) return [path];
      return [
        path,
        ...readdirSync(path, { recursive: true, encoding: 'utf8' }).map((name) => join(path, name)),
      ];
    });
}
