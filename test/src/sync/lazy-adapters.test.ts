import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');

/** Everything that is loaded with a file at once: files by their path from the top of the checkout, packages by their names. */
function loadedWith(file: string, loaded = new Set<string>()): ReadonlySet<string> {
  loaded.add(relative(ROOT, file));
  const text = readFileSync(file, 'utf8');
  for (const [, name = ''] of text.matchAll(/^(?:import|export)\s+(?!type\b)[^;']*?'([^']+)';/gm)) {
    const path = join(dirname(file), name);
    if (!name.startsWith('.')) loaded.add(name);
    else if (name.endsWith('.ts') && !loaded.has(relative(ROOT, path))) loadedWith(path, loaded);
  }
  return loaded;
}

test('what speaks to backends is loaded only when there is one', () => {
  const loaded = [...loadedWith(join(ROOT, 'src/main.ts'))];
  expect(loaded).toContain('src/sync/sync.ts');
  expect(loaded).toContain('src/sync/open-backend.ts');
  expect(
    loaded.filter((name) =>
      /^src\/sync\/(seam-backend|bridge-(backend|transport)|pairing-server)|^@seamapi\/http|^axios/.test(
        name,
      ),
    ),
  ).toEqual([]);
  expect([...loadedWith(join(ROOT, 'src/sync/bridge-backend.ts'))]).toContain('@seamapi/http');
});
