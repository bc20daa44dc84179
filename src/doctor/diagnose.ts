import { setTimeout as delay } from 'node:timers/promises';
import { type Finding, SEVERITIES } from '../model/finding.ts';
import { type Check, warning } from './check.ts';
import { CHECKS } from './checks.ts';
import type { DeskPlaces } from './computer.ts';
import { Desk } from './desk.ts';
import { said } from './said.ts';

export interface DiagnoseOptions extends DeskPlaces {
  /** What to look for; absent: everything. */
  readonly checks?: readonly Check[];
}

/**
 * Looks for everything that may be wrong with a desk, all at once, and changes nothing. Never rejects: a check that fails is a finding. The worst come
 * first.
 */
export async function diagnose(options: DiagnoseOptions = {}): Promise<readonly Finding[]> {
  const { checks = CHECKS, ...places } = options;
  return (await looks(new Desk(places), checks)).map(({ finding }) => finding);
}

/** What was done about a finding. */
export interface Treatment {
  readonly finding: Finding;
  /** In the order in which it was done. */
  readonly deeds: readonly string[];
  /** Why it came to nothing; null: it did not fail. */
  readonly failure: string | null;
}

export interface TreatOptions extends DiagnoseOptions {
  /** Hears each thing before it is done. */
  readonly say?: (deed: string) => void;
}

/** For as long as what was cured may need to come back: a driver whose service was started tries it again after seconds. */
const SETTLE_MS = 10_000;
const BETWEEN_LOOKS_MS = 500;

/** Looks, and cures one after the other what is fixable; then looks again, until what only the cure brought up is over. */
export async function treat(options: TreatOptions = {}): Promise<{
  readonly treatments: readonly Treatment[];
  readonly findings: readonly Finding[];
}> {
  const { checks = CHECKS, say = () => {}, ...places } = options;
  const desk = new Desk(places);
  const treatments: Treatment[] = [];
  const before = await looks(desk, checks);
  for (const { check, finding } of before) {
    if (!finding.isFixable || check.fix === undefined) continue;
    const deeds: string[] = [];
    let failure: string | null = null;
    try {
      await check.fix(desk, finding, (deed) => {
        deeds.push(deed);
        say(deed);
      });
    } catch (thrown) {
      failure = said(thrown);
    }
    treatments.push({ finding, deeds, failure });
  }
  const known = new Set(before.map(({ finding }) => finding.id));
  const isNew = ({ finding }: Found) => isTrouble(finding) && !known.has(finding.id);
  const settledBy = performance.now() + SETTLE_MS;
  let after = await looks(desk.again(), checks);
  while (treatments.length > 0 && after.some(isNew) && performance.now() < settledBy) {
    await delay(BETWEEN_LOOKS_MS);
    after = await looks(desk.again(), checks);
  }
  return { treatments, findings: after.map(({ finding }) => finding) };
}

const isTrouble = ({ severity }: Finding) => severity === 'error' || severity === 'warning';

interface Found {
  readonly check: Check;
  readonly finding: Finding;
}

async function looks(desk: Desk, checks: readonly Check[]): Promise<readonly Found[]> {
  const found = await Promise.all(
    checks.map(async (check) => (await look(desk, check)).map((finding) => ({ check, finding }))),
  );
  const badness = ({ finding }: Found) => SEVERITIES.indexOf(finding.severity);
  return found.flat().toSorted((a, b) => badness(b) - badness(a));
}

/** What one check finds; a finding of its own where it fails, or does not end. */
async function look(desk: Desk, check: Check): Promise<readonly Finding[]> {
  const over = new AbortController();
  try {
    const late = delay(desk.patienceMs, undefined, { signal: over.signal }).then(() => {
      throw new Error(`it did not end within ${desk.patienceMs / 1000} s`);
    });
    late.catch(() => {});
    return await Promise.race([check.look(desk), late]);
  } catch (thrown) {
    return [
      warning({
        id: 'check-failed',
        summary: `Whether all is well with "${check.id}" could not be found out.`,
        evidence: [thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)],
        cure: 'On a slow computer: encoderctl doctor --patience 60. Else send this to whoever looks after encoderd: it is a mistake in the doctor.',
      }),
    ];
  } finally {
    over.abort();
  }
}
