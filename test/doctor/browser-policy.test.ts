import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { browserPolicy } from '../../src/doctor/checks/browser-policy.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { configFile, cure, evidenceOf, look, openFolder, PreparedSystem, shown } from './doctor-bed.ts';

const CHROMIUM = 'etc/chromium/policies/managed/encoderd.json';
const FIREFOX = 'etc/firefox/policies/policies.json';
const PMS = 'https://pms.example.com';

/** A computer with these browsers, and a desk that lets a page in. */
function newDesk(...browsers: readonly string[]) {
  const system = new PreparedSystem();
  for (const browser of browsers) system.program(browser, 'exit 0');
  const stateDir = openFolder();
  openSqliteStore(join(stateDir, 'encoderd.db'))[Symbol.dispose]();
  const config = configFile(`allowed_origins: [${PMS}]\n`);
  return { system, places: { root: system.root, stateDir, config } };
}

describe.skipIf(process.platform !== 'linux')('the policy of a browser that is installed', () => {
  test('is missing until --fix installs it, and incomplete without one of its files', async () => {
    const { system, places } = newDesk('chromium', 'firefox-esr');
    const findings = await look(browserPolicy, places);
    expect(shown(findings)).toEqual(['warning browser-policy-missing']);
    expect(evidenceOf(findings, 'browser-policy-missing')).toContain(system.path(CHROMIUM));
    expect(findings[0]?.summary).toContain(PMS);
    if (process.getuid?.() !== 0) return;
    const { treatments, findings: after } = await cure(browserPolicy, places);
    expect(treatments).toMatchObject([{ failure: null }]);
    expect(shown(after)).toEqual(['ok browser-policy-installed']);
    expect(system.text(CHROMIUM)).toContain(`${PMS}:443`);
    rmSync(system.path(FIREFOX));
    const partly = await look(browserPolicy, places);
    expect(shown(partly)).toEqual(['warning browser-policy-incomplete']);
    expect(evidenceOf(partly, 'browser-policy-incomplete')).not.toContain('chromium');
  });
  test('does not matter where none is installed', async () => {
    const { places } = newDesk();
    expect(shown(await look(browserPolicy, places))).toEqual(['ok browser-none']);
  });
  test('is nothing yet where no page is allowed: a note says how to allow one', async () => {
    const { places } = newDesk('chromium');
    const findings = await look(browserPolicy, { ...places, config: configFile('') });
    expect(shown(findings)).toEqual(['note no-web-page']);
    expect(findings[0]?.cure).toContain('encoderctl origins allow');
  });
});
