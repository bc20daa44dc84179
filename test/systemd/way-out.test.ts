import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const WAY_OUT = join(import.meta.dirname, '../../systemd/way-out');

/** Runs it with a systemctl that notes what it is asked for. */
function run(isWished: boolean): string {
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-way-out-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const asked = join(folder, 'asked');
  const wish = join(folder, 'way-out');
  writeFileSync(join(folder, 'systemctl'), `#!/bin/sh\necho "$*" >>${asked}\n`, { mode: 0o755 });
  if (isWished) writeFileSync(wish, '');
  const env = { PATH: `${folder}:${process.env['PATH']}`, ENCODERD_WAY_OUT: wish };
  expect(spawnSync('sh', [WAY_OUT], { env })).toMatchObject({ status: 0 });
  return readFileSync(asked, 'utf8').trim();
}

test('a daemon that wants out is let out, until the machine starts anew', () => {
  expect(run(true)).toBe('set-property --runtime encoderd.service IPAddressAllow= IPAddressAllow=any');
});

test('a daemon that wants out no more talks to its own computer alone', () => {
  expect(run(false)).toBe('set-property --runtime encoderd.service IPAddressAllow= IPAddressAllow=localhost');
});
