import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type EncoderdProcess, startEncoderd } from '../../scripts/encoderd-process.ts';
import { twoDaemons } from '../../src/doctor/checks/two-daemons.ts';
import { evidenceOf, look, openFolder, PreparedSystem, shown } from './doctor-bed.ts';

async function start(stateDir = openFolder()): Promise<{ stateDir: string; daemon: EncoderdProcess }> {
  const daemon = await startEncoderd({ ENCODERD_STATE_DIR: stateDir, ENCODERD_DRIVERS: 'virtual' });
  onTestFinished(() => daemon.kill());
  return { stateDir, daemon };
}

describe.skipIf(process.platform !== 'linux')('daemons on this computer', () => {
  test('of which there are two are told, with their numbers', async () => {
    const one = await start();
    const other = await start();
    const findings = await look(twoDaemons, { stateDir: one.stateDir });
    expect(shown(findings)).toEqual(['warning two-daemons']);
    const evidence = evidenceOf(findings, 'two-daemons');
    expect(evidence).toContain(`pid ${one.daemon.process.pid}: that of ${one.stateDir}`);
    expect(evidence).toMatch(new RegExp(`pid ${other.daemon.process.pid}: .*src/main.ts`));
    expect(findings[0]?.cure).toContain(`kill ${other.daemon.process.pid}`);
  });
  test('are an error where one that is not the service has its state folder', async () => {
    const { stateDir, daemon } = await start();
    const { root } = new PreparedSystem()
      .withSystemd()
      .program('systemctl', 'printf "LoadState=loaded\\nActiveState=activating\\nMainPID=1\\n"');
    const findings = await look(twoDaemons, { stateDir, root });
    expect(shown(findings)).toEqual(['error two-daemons']);
    const evidence = evidenceOf(findings, 'two-daemons');
    expect(evidence).toContain(`process ${daemon.process.pid} has ${join(stateDir, 'lock')} open`);
  });
  test('that died leave a file behind, which is a note', async () => {
    const { stateDir, daemon } = await start();
    await daemon.kill();
    const findings = await look(twoDaemons, { stateDir });
    expect(shown(findings)).toContain('note daemon-file-stale');
    expect(evidenceOf(findings, 'daemon-file-stale')).toContain(`names process ${daemon.process.pid}`);
  });
});
