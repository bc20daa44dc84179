import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as sync from './sync.ts';

const folder = mkdtempSync(join(tmpdir(), 'encoderd-bench-'));
for (const part of process.argv.slice(2)) {
  const t = Date.now();
  const f =
    part === 'seam' || part === 'bridge'
      ? await sync.measureDrain(join(folder, part), part)
      : part === 'mirror'
        ? await sync.measureFirstMirror(join(folder, part))
        : await sync.measureOutage(join(folder, part));
  console.log(part, (Date.now() - t) / 1000, JSON.stringify(f));
}
rmSync(folder, { recursive: true, force: true });
