import { describe, expect, test } from 'vitest';
import { type Check, fine, note, warning } from '../../src/doctor/check.ts';
import { system } from '../../src/doctor/checks/system.ts';
import { CHECKS } from '../../src/doctor/checks.ts';
import { diagnose, treat } from '../../src/doctor/diagnose.ts';
import { worstOf } from '../../src/model/finding.ts';
import { look, openFolder, PreparedSystem, placesOf, shown } from './doctor-bed.ts';

const finding = (id: string, isFixable = false) =>
  warning({ id, summary: 'It is.', evidence: [], cure: 'Mend it.', isFixable });

describe('the doctor', () => {
  test('tells of a check that crashes, and of all others', async () => {
    const crashes: Check = {
      id: 'crashes',
      look: async () => {
        throw new Error('no such luck');
      },
    };
    const works: Check = { id: 'works', look: async () => [fine('works', 'It works.')] };
    const findings = await diagnose({ ...placesOf(), checks: [works, crashes] });
    expect(shown(findings)).toEqual(['warning check-failed', 'ok works']);
    expect(findings[0]?.summary).toContain('"crashes"');
    expect(findings[0]?.evidence[0]).toContain('no such luck');
  });
  test('tells of a check that does not end, and does not wait for it', async () => {
    const hangs: Check = { id: 'hangs', look: () => new Promise(() => {}) };
    const findings = await diagnose({ ...placesOf(), checks: [hangs], patienceMs: 20 });
    expect(shown(findings)).toEqual(['warning check-failed']);
    expect(findings[0]?.evidence[0]).toContain('did not end');
  });
  test('tells the worst first, and a note is no reason to worry', async () => {
    const checks: Check[] = [
      { id: 'a', look: async () => [fine('a', 'Fine.'), finding('b')] },
      { id: 'c', look: async () => [note({ id: 'c', summary: 'So.', evidence: [], cure: '' })] },
    ];
    const findings = await diagnose({ ...placesOf(), checks });
    expect(shown(findings)).toEqual(['warning b', 'note c', 'ok a']);
    expect(worstOf(findings)).toBe('warning');
    expect(worstOf([])).toBe('ok');
  });
  test('looks again after it mended, goes on when that fails, and leaves alone what is not fixable', async () => {
    let isMended = false;
    const deeds: string[] = [];
    const mends: Check = {
      id: 'mends',
      look: async () => (isMended ? [fine('mended', 'Fine.')] : [finding('broken', true), finding('other')]),
      async fix(_desk, { id }, say) {
        say(`mends ${id}`);
        isMended = true;
      },
    };
    const fails: Check = {
      id: 'fails',
      look: async () => [finding('hopeless', true)],
      async fix() {
        throw new Error('not today');
      },
    };
    const { treatments, findings } = await treat({
      ...placesOf(),
      checks: [fails, mends],
      say: (deed) => deeds.push(deed),
    });
    expect(treatments.map(({ finding: { id }, failure }) => [id, failure])).toEqual([
      ['hopeless', 'not today'],
      ['broken', null],
    ]);
    expect(deeds).toEqual(['mends broken']);
    expect(shown(findings)).toEqual(['warning hopeless', 'ok mended']);
  });
  test('waits until what only the cure brought up is over', async () => {
    let looks = 0;
    const starts: Check = {
      id: 'starts',
      look: async () => [[finding('off', true)], [finding('starting')], [fine('on', 'On.')]][looks++] ?? [],
      async fix() {},
    };
    const { findings } = await treat({ ...placesOf(), checks: [starts] });
    expect(shown(findings)).toEqual(['ok on']);
  });
  test('has a check for each file of checks, each with a name of its own', () => {
    const ids = CHECKS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('on another system', () => {
  test('than Debian, a note says so', async () => {
    const { root } = new PreparedSystem().write('etc/os-release', 'PRETTY_NAME="Fedora Linux 43"\n');
    const findings = await look(system, { root });
    expect(shown(findings)).toEqual(['note system-not-debian']);
    expect(findings[0]?.summary).toContain('Fedora Linux 43');
  });
  test('than Linux, no check fails, and nothing is asked that is Linux’s', async () => {
    const findings = await diagnose({ ...placesOf({ stateDir: openFolder() }), platform: 'darwin' });
    expect(shown(findings)).toContain('note system-not-linux');
    const failed = findings.filter(({ id }) => id === 'check-failed');
    expect(failed.map(({ summary, evidence }) => [summary, ...evidence])).toEqual([]);
    expect(findings.some(({ id }) => id.startsWith('pcscd') || id.startsWith('kernel'))).toBe(false);
  });
});
