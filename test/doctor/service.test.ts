import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EncoderdProcess, startEncoderd } from '../../scripts/encoderd-process.ts';
import { service } from '../../src/doctor/checks/service.ts';
import { configFile, cure, evidenceOf, look, openFolder, PreparedSystem, shown } from './doctor-bed.ts';

/** What systemd says of the unit; `after` once `systemctl restart` was called. */
function withUnit(now: Record<string, string>, after: Record<string, string> = now): PreparedSystem {
  const say = (properties: Record<string, string>) =>
    Object.entries({
      LoadState: 'loaded',
      UnitFileState: 'enabled',
      NRestarts: '0',
      ExecMainStatus: '0',
      ...properties,
    })
      .map(([name, value]) => `echo ${name}=${value}`)
      .join('; ');
  return new PreparedSystem()
    .withSystemd()
    .program(
      'systemctl',
      `case $1 in restart|enable) : >"$ROOT/done" ;; show) if [ -e "$ROOT/done" ]; then ${say(after)}; else ${say(now)}; fi ;; esac`,
    );
}

let running: EncoderdProcess;
const stateDir = mkdtempSync(join(tmpdir(), 'encoderd-service-'));
beforeAll(async () => {
  running = await startEncoderd({ ENCODERD_STATE_DIR: stateDir, ENCODERD_DRIVERS: 'virtual' });
});
afterAll(async () => {
  await running.kill();
  rmSync(stateDir, { recursive: true });
});

const RUNS = { ActiveState: 'active', SubState: 'running', Result: 'success' };
const DEAD = { ActiveState: 'inactive', SubState: 'dead', Result: 'success' };
const isRoot = process.getuid?.() === 0;

describe('without systemd', () => {
  test('a daemon that runs is fine', async () => {
    const findings = await look(service, { stateDir, root: new PreparedSystem().root });
    expect(shown(findings)).toEqual(['ok daemon-runs']);
  });
  test('one that does not run is an error', async () => {
    const findings = await look(service, {
      root: new PreparedSystem().root,
      stateDir: openFolder(),
      env: { ENCODERD_PORT: '1' },
    });
    expect(shown(findings)).toEqual(['error daemon-not-running']);
    expect(evidenceOf(findings, 'daemon-not-running')).toContain('http://127.0.0.1:1/health: ');
    expect(findings[0]?.cure).toMatch(/^Start it: npm start, in \//);
  });
  test('one of the package is started by the command of encoderd(8)', async () => {
    const [found] = await look(service, {
      root: new PreparedSystem().root,
      stateDir: openFolder(),
      env: { ENCODERD_PORT: '1' },
      installation: '/usr/lib/encoderd',
    });
    expect(found?.cure).toContain('/usr/lib/encoderd/bin/node /usr/lib/encoderd/src/main.ts');
    expect(found?.cure).toContain('encoderd(8)');
    expect(found?.cure).not.toContain('npm');
  });
});

describe('the service', () => {
  test('is fine when it starts with the computer and answers', async () => {
    const findings = await look(service, { stateDir, root: withUnit(RUNS).root });
    expect(shown(findings)).toEqual(['ok service-enabled', 'ok service-runs']);
  });
  test('that was started again and again is a note', async () => {
    const { root } = withUnit({ ...RUNS, NRestarts: '7' });
    expect(shown(await look(service, { stateDir, root }))).toContain('note service-restarts');
  });
  test.each([
    ['service-not-running', DEAD],
    [
      'service-failed',
      { ActiveState: 'failed', SubState: 'failed', Result: 'exit-code', ExecMainStatus: '70' },
    ],
    ['service-failed', { ActiveState: 'activating', SubState: 'auto-restart', Result: 'watchdog' }],
    ['service-start-limit-hit', { ActiveState: 'failed', SubState: 'failed', Result: 'start-limit-hit' }],
    [
      'service-configuration',
      { ActiveState: 'failed', SubState: 'failed', Result: 'exit-code', ExecMainStatus: '78' },
    ],
    ['service-silent', RUNS],
  ])('is found as %s', async (id, unit) => {
    const { root } = withUnit(unit);
    const findings = await look(service, { root, env: { ENCODERD_PORT: '1' } });
    expect(shown(findings)).toEqual([`error ${id}`, 'ok service-enabled']);
    expect(evidenceOf(findings, id)).toContain(`ActiveState=${unit.ActiveState}`);
    expect(findings[0]?.isFixable).toBe(isRoot);
    // To start it again would only fail again.
    const config = configFile('port: many\n');
    const [withBadConfig] = await look(service, { root, config });
    expect(withBadConfig).toMatchObject({ id, isFixable: isRoot && id !== 'service-configuration' });
  });
  test.skipIf(!isRoot)('that gave up is started again by --fix', async () => {
    const system = withUnit({ ActiveState: 'failed', Result: 'start-limit-hit' }, RUNS);
    const { findings } = await cure(service, { root: system.root, stateDir });
    // The daemon that the test runs answers all the time: the unit alone was down.
    expect(system.calls.filter((call) => !call.includes('show'))).toEqual([
      'systemctl reset-failed encoderd.service',
      'systemctl restart encoderd.service',
    ]);
    expect(shown(findings)).toEqual(['ok service-enabled', 'ok service-runs']);
  });
  test.skipIf(!isRoot)(
    'that does not start with the computer is enabled by --fix, and one that is masked is left',
    async () => {
      const system = withUnit({ ...RUNS, UnitFileState: 'disabled' }, RUNS);
      const places = { root: system.root, stateDir };
      expect(shown(await look(service, places))).toContain('warning service-not-enabled');
      const { findings } = await cure(service, places);
      expect(system.calls).toContain('systemctl enable encoderd.service');
      expect(shown(findings)).toEqual(['ok service-enabled', 'ok service-runs']);
      const masked = await look(service, {
        ...places,
        root: withUnit({ ...RUNS, UnitFileState: 'masked' }).root,
      });
      expect(masked.find(({ id }) => id === 'service-masked')).toMatchObject({ isFixable: false });
    },
  );
  test('that systemd does not know comes with the package', async () => {
    const { root } = withUnit({ LoadState: 'not-found' });
    const findings = await look(service, { root, env: { ENCODERD_PORT: '1' } });
    expect(shown(findings)).toEqual(['error daemon-not-running']);
    expect(findings[0]?.cure).toContain('apt-get install');
  });
});
