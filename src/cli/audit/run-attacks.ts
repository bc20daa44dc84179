import type { Attack, Finding } from './attack.ts';
import type { Target } from './target.ts';

/** What an attack came to. */
export interface Result {
  readonly attack: Attack;
  readonly finding: Finding;
  readonly tookMs: number;
}

/** How long one attack may take, milliseconds; each has limits of its own, which are shorter. */
const LONGEST_MS = 27_000;

/**
 * Runs every attack: the slow ones side by side with all others, the quick ones one after the other, then those that
 * take places from others, at last those that look at what is left. `heard` is told of each as it ends.
 */
export async function runAttacks(
  attacks: readonly Attack[],
  target: Target,
  heard: (result: Result) => void = () => {},
): Promise<readonly Result[]> {
  const of = (pace: Attack['pace']) => attacks.filter((attack) => attack.pace === pace);
  const run = async (attack: Attack) => {
    const result = await runOne(attack, target);
    heard(result);
    return result;
  };
  const inTurn = async (some: readonly Attack[]) => {
    const results: Result[] = [];
    for (const attack of some) results.push(await run(attack));
    return results;
  };
  const slow = Promise.all(of('slow').map(run));
  const quick = await inTurn([...of('quick'), ...of('flood')]);
  const results = [...quick, ...(await slow), ...(await inTurn(of('last')))];
  return attacks.flatMap((attack) => results.find((result) => result.attack === attack) ?? []);
}

async function runOne(attack: Attack, target: Target): Promise<Result> {
  const began = performance.now();
  const finding = await inTime(attack.run(target)).catch(
    (error: unknown): Finding => ({
      outcome: 'not_tried',
      why: `The attack itself failed: ${error instanceof Error ? error.message : String(error)}`,
    }),
  );
  return { attack, finding, tookMs: performance.now() - began };
}

function inTime(running: Promise<Finding>): Promise<Finding> {
  const late = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(new Error(`it did not end within ${LONGEST_MS} ms`)), LONGEST_MS);
    const stop = () => clearTimeout(timer);
    running.then(stop, stop);
  });
  return Promise.race([running, late]);
}
