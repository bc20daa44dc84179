import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { pcscd } from '../../src/doctor/checks/pcscd.ts';
import { pcscdIsAvailable, startPcscBench } from '../benches/pcsc/pcsc-bench.ts';
import { configFile, cure, evidenceOf, look, openFolder, PreparedSystem, shown } from './doctor-bed.ts';

const at = (socket: string) => ({ env: { PCSCLITE_CSOCK_NAME: socket } });
const NOWHERE = at('/nonexistent/pcscd.comm');

describe.skipIf(!pcscdIsAvailable())('a real pcscd', () => {
  test('is fine when it answers, and tells its version', async () => {
    await using bench = await startPcscBench();
    const findings = await look(pcscd, at(bench.socketName));
    expect(shown(findings)).toEqual(['ok pcscd-works']);
    expect(evidenceOf(findings, 'pcscd-works')).toContain('pcscd --version: pcsc-lite version ');
  });
  test('does not run when nothing is at its socket', async () => {
    await using bench = await startPcscBench({ starts: false });
    const findings = await look(pcscd, at(bench.socketName));
    expect(shown(findings)).toEqual(['error pcscd-not-running']);
    expect(evidenceOf(findings, 'pcscd-not-running')).toContain(
      `${bench.socketName}: nothing is there (ENOENT)`,
    );
  });
  test('does not run when it was killed, and its socket was left behind', async () => {
    await using bench = await startPcscBench();
    await bench.kill();
    const findings = await look(pcscd, at(bench.socketName));
    expect(shown(findings)).toEqual(['error pcscd-not-running']);
    expect(evidenceOf(findings, 'pcscd-not-running')).toContain('nobody listens (ECONNREFUSED)');
  });
  test('is too old when it says so', async () => {
    await using bench = await startPcscBench();
    const system = new PreparedSystem().program('pcscd', 'echo "pcsc-lite version 1.8.24."');
    const findings = await look(pcscd, {
      ...at(bench.socketName),
      programs: { pcscd: system.path('usr/bin/pcscd') },
    });
    expect(shown(findings)).toEqual(['warning pcscd-too-old']);
    expect(findings[0]?.summary).toContain('1.8.24');
  });
});

test('pcscd is absent where it is not installed: the cure names the package on Debian only', async () => {
  const elsewhere = await look(pcscd, { ...NOWHERE, root: new PreparedSystem().root });
  expect(shown(elsewhere)).toEqual(['error pcscd-absent']);
  expect(elsewhere[0]?.cure).not.toContain('apt-get');
  const { root } = new PreparedSystem().write('etc/debian_version', '12\n');
  expect((await look(pcscd, { ...NOWHERE, root }))[0]?.cure).toBe('apt-get install pcscd libccid');
});

test('something that accepts and never answers is stuck, after some seconds', async () => {
  const socket = join(openFolder(), 'pcscd.comm');
  const server = createServer((client) => void client.resume()).listen(socket);
  await once(server, 'listening');
  onTestFinished(async () => {
    server.close();
    await once(server, 'close');
  });
  expect(shown(await look(pcscd, { ...at(socket), patienceMs: 8000 }))).toEqual(['error pcscd-stuck']);
});

test('a socket unit that is off is switched on by --fix, and looked at again', async () => {
  const system = new PreparedSystem()
    .withSystemd()
    .program('pcscd', 'echo "pcsc-lite version 1.9.9."')
    .program(
      'systemctl',
      '[ "$1" = show ] && { echo LoadState=loaded; [ -e "$ROOT/on" ] && echo ActiveState=active || echo ActiveState=inactive; }\n[ "$1" = enable ] && : >"$ROOT/on"\nexit 0',
    );
  const places = { ...NOWHERE, root: system.root };
  expect(shown(await look(pcscd, places))).toEqual(['error pcscd-socket-not-active']);
  const { treatments, findings } = await cure(pcscd, places);
  expect(treatments).toMatchObject([{ finding: { id: 'pcscd-socket-not-active' }, failure: null }]);
  expect(treatments[0]?.deeds[0]).toContain('systemctl enable --now pcscd.socket');
  expect(system.calls).toContain('systemctl enable --now pcscd.socket');
  // No pcscd is behind this unit.
  expect(shown(findings)).toEqual(['error pcscd-not-running']);
});

test('nobody needs it where the driver pcsc is off', async () => {
  const config = configFile('drivers: { virtual: {} }\n');
  expect(shown(await look(pcscd, { ...NOWHERE, config }))).toEqual(['ok pcscd-not-needed']);
});
