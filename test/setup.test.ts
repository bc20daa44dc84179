import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { z } from 'zod';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..');
const pinned = (await readFile(join(root, '.node-version'), 'utf8')).trim();
const manifest = z
  .looseObject({
    engines: z.object({ node: z.string() }),
    scripts: z.record(z.string(), z.string()),
    dependencies: z.record(z.string(), z.string()),
    optionalDependencies: z.record(z.string(), z.string()),
    devDependencies: z.record(z.string(), z.string()),
  })
  .parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));

test('the tests run on the pinned Node.js, and it is a long-term release', () => {
  expect(process.version).toBe(`v${pinned}`);
  expect(process.release.lts).toBeTypeOf('string');
});

test('package.json asks for no newer and no older Node.js than the pinned one', () => {
  expect(manifest.engines.node).toBe(`>=${pinned}`);
});

test("a command runs on the pinned Node.js where the machine's own is an older one, and so do its children", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'encoderd-old-node-'));
  try {
    await writeFile(join(folder, 'node'), '#!/bin/sh\necho v18.0.0\n');
    await chmod(join(folder, 'node'), 0o755);
    const probe = join(folder, 'probe.mjs');
    await writeFile(
      probe,
      `import { execFileSync } from 'node:child_process';
       process.stderr.write([process.version, execFileSync('node', ['--version'])].join(' '));
       process.exit(0);`,
    );
    const { stderr } = await run('sh', [join(root, 'scripts/run.sh'), 'check'], {
      env: {
        ...process.env,
        PATH: [folder, '/usr/bin', '/bin', '/usr/sbin', '/sbin'].join(delimiter),
        NODE_OPTIONS: `--import=${probe}`,
      },
    });
    expect(stderr).toContain(`v${pinned} v${pinned}`);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('set-up that finds nothing to do says nothing', async () => {
  const { stdout, stderr } = await run('sh', [join(root, 'scripts/setup.sh'), 'check']);
  expect(stdout + stderr).toBe('');
});

test('every version in package.json is exact', () => {
  const versions = Object.entries({
    ...manifest.dependencies,
    ...manifest.optionalDependencies,
    ...manifest.devDependencies,
  });
  expect(versions.filter(([, version]) => !/^(npm:@[a-z]+\/[a-z]+@)?\d+\.\d+\.\d+$/.test(version))).toEqual(
    [],
  );
});

test('every command replaces the shell that npm starts it in, so that a signal to npm reaches the daemon', () => {
  const expected = Object.keys(manifest.scripts).map((name) => [name, `exec sh scripts/run.sh ${name}`]);
  expect(manifest.scripts).toEqual(Object.fromEntries(expected));
});

const lockfile = await readFile(join(root, 'package-lock.json'), 'utf8');

test('the lockfile names no place to download from, so that npm uses the one it is set up for', () => {
  expect(lockfile).not.toContain('"resolved"');
});

test('the lockfile has the package of every platform, without which npm ci refuses it', () => {
  const { packages } = z
    .object({
      packages: z.record(
        z.string(),
        z.looseObject({ optionalDependencies: z.record(z.string(), z.string()).optional() }),
      ),
    })
    .parse(JSON.parse(lockfile));
  const names = Object.values(packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
  const places = Object.keys(packages);
  expect(names.filter((name) => !places.some((place) => place.endsWith(`node_modules/${name}`)))).toEqual([]);
});
