import { chmodSync, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pcscdAccess } from '../../src/doctor/checks/pcscd-access.ts';
import { pcscdIsAvailable, startPcscBench } from '../benches/pcsc/pcsc-bench.ts';
import { listenAsRefusingPcscd } from '../benches/pcsc/refusing-pcscd.ts';
import { cure, evidenceOf, look, NOBODY, openFolder, PreparedSystem, shown } from './doctor-bed.ts';

const isRoot = process.getuid?.() === 0;

/** A system with polkit's policy for pcscd, and the service's user, who is nobody. */
const withPolkit = () =>
  new PreparedSystem()
    .write('etc/passwd', `encoderd:x:${NOBODY}:${NOBODY}::/nonexistent:/usr/sbin/nologin\n`)
    .write('usr/share/polkit-1/actions/org.debian.pcsc-lite.policy', '<policyconfig/>\n')
    .write('etc/polkit-1/rules.d/10-others.rules', "subject.user === 'somebody'\n")
    .program('pcscd', 'echo "pcsc-lite version 2.3.3."');

describe.skipIf(!pcscdIsAvailable())('a real pcscd, asked by the user nobody', () => {
  test('lets that user in', async () => {
    await using bench = await startPcscBench();
    chmodSync(dirname(dirname(bench.socketName)), 0o755);
    const findings = await look(pcscdAccess, {
      serviceUser: 'nobody',
      env: { PCSCLITE_CSOCK_NAME: bench.socketName },
    });
    expect(shown(findings)).toEqual(['ok pcscd-lets-in']);
    expect(findings[0]?.summary).toContain('nobody');
  });
  test('refuses that user whom the system keeps from its socket, and nobody else', async () => {
    await using bench = await startPcscBench();
    const env = { PCSCLITE_CSOCK_NAME: bench.socketName };
    const findings = await look(pcscdAccess, { serviceUser: 'nobody', env });
    expect(shown(findings)).toEqual(['error pcscd-refuses-user']);
    expect(evidenceOf(findings, 'pcscd-refuses-user')).toContain('SCardEstablishContext as nobody: ');
    expect(evidenceOf(findings, 'pcscd-refuses-user')).toContain('EACCES');
    expect(shown(await look(pcscdAccess, { serviceUser: 'root', env }))).toEqual(['ok pcscd-lets-in']);
  });
});

describe.skipIf(!isRoot || !pcscdIsAvailable())('a pcscd that asks polkit', () => {
  test('refuses the service without a rule; --fix writes the rule, and it is let in', async () => {
    const system = withPolkit();
    const rule = system.path('etc/polkit-1/rules.d/50-encoderd.rules');
    const socket = join(openFolder(), 'pcscd.comm');
    await using _pcscd = await listenAsRefusingPcscd(socket, () => existsSync(rule));
    const places = { root: system.root, env: { PCSCLITE_CSOCK_NAME: socket } };
    const findings = await look(pcscdAccess, places);
    expect(shown(findings)).toEqual(['error polkit-refuses-user']);
    const evidence = evidenceOf(findings, 'polkit-refuses-user');
    expect(evidence).toMatch(/SCardEstablishContext as encoderd: .*0x8010006a/i);
    expect(evidence).toContain('names encoderd');
    expect(findings[0]?.isFixable).toBe(true);
    const { treatments, findings: after } = await cure(pcscdAccess, places);
    expect(treatments).toMatchObject([{ deeds: [expect.stringContaining(rule)], failure: null }]);
    expect(system.text('etc/polkit-1/rules.d/50-encoderd.rules')).toContain("'encoderd'");
    expect(shown(after)).toEqual(['ok pcscd-lets-in']);
  });
  test('is told of its rule where that is there and does not help', async () => {
    const system = withPolkit().write(
      'usr/share/polkit-1/rules.d/50-encoderd.rules',
      "user === 'encoderd'\n",
    );
    const socket = join(openFolder(), 'pcscd.comm');
    await using _pcscd = await listenAsRefusingPcscd(socket, () => false);
    const findings = await look(pcscdAccess, { root: system.root, env: { PCSCLITE_CSOCK_NAME: socket } });
    expect(evidenceOf(findings, 'polkit-refuses-user')).toContain('does not help');
    expect(findings[0]?.isFixable).toBe(false);
  });
});
