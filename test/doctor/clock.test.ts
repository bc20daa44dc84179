import { statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { clock } from '../../src/doctor/checks/clock.ts';
import { cure, evidenceOf, look, PreparedSystem, shown } from './doctor-bed.ts';

const built = statSync(new URL('../../package.json', import.meta.url)).mtimeMs;

/** A system whose time servers answer once they are asked to. */
const withTimeServers = (ntp: 'yes' | 'no') =>
  new PreparedSystem()
    .withSystemd()
    .program(
      'timedatectl',
      `[ "$1" = set-ntp ] && : >"$ROOT/set"\n[ "$1" = show ] && { [ -e "$ROOT/set" ] && printf 'NTP=yes\\nNTPSynchronized=yes\\n' || printf 'NTP=${ntp}\\nNTPSynchronized=no\\n'; }\nexit 0`,
    );

test('a clock that says a time before encoderd was made is wrong', async () => {
  const findings = await look(clock, { now: () => built - 1000 });
  expect(shown(findings)).toEqual(['error clock-before-build']);
  expect(evidenceOf(findings, 'clock-before-build')).toContain('package.json is of 20');
  expect(shown(await look(clock, { now: () => built + 1000 }))).toEqual(['ok clock-plausible']);
});

test('a clock that nothing keeps right is a warning, and --fix has it kept', async () => {
  const system = withTimeServers('no');
  const { root } = system;
  const findings = await look(clock, { root });
  expect(shown(findings)).toEqual(['warning clock-not-synchronised']);
  expect(evidenceOf(findings, 'clock-not-synchronised')).toContain('NTP=no NTPSynchronized=no');
  expect(system.calls).toEqual(['timedatectl show --property=NTP --property=NTPSynchronized']);
  if (process.getuid?.() !== 0) return;
  const { findings: after } = await cure(clock, { root });
  expect(shown(after)).toEqual(['ok clock-synchronised']);
});

test('a clock that is to be kept right, while no time server answers, cannot be fixed from here', async () => {
  const [finding] = await look(clock, { root: withTimeServers('yes').root });
  expect(finding).toMatchObject({ id: 'clock-not-synchronised', isFixable: false });
  expect(finding?.cure).toContain('no time server answers');
});
