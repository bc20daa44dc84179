import { z } from 'zod';

/** What became of one function of the desk. `not_applicable`: this encoder or card has no such thing, or trying it would destroy something. */
export const RESULTS = ['pass', 'fail', 'not_applicable'] as const;

const timings = z.object({
  /** What was timed, for a person: `request to number`. */
  what: z.string(),
  count: z.int(),
  least: z.number(),
  p50: z.number(),
  p99: z.number(),
  most: z.number(),
});

const tried = z.object({
  /** As docs/acceptance.md lists them: `read_uid`. */
  id: z.string(),
  title: z.string(),
  result: z.enum(RESULTS),
  /** One sentence: what was seen, why it failed, or why it was not tried. */
  detail: z.string(),
  /** In all, with the time that the person took; milliseconds. */
  took_ms: z.number(),
  /** Milliseconds; null: there was nothing to time. */
  timings: timings.nullable(),
});

/** What a golden-card acceptance test leaves. docs/acceptance.md describes every field. */
export const acceptanceReport = z.object({
  schema: z.literal('encoderd-acceptance/1'),
  verdict: z.enum(['passed', 'failed']),
  began_at: z.iso.datetime(),
  took_ms: z.number(),
  /** Who put the card there and took it away. */
  hand: z.enum(['person', 'simulated']),
  /** Whether questions to the person were answered by `--yes`: nobody looked at the lights then. */
  is_unattended: z.boolean(),
  desk: z.object({ name: z.string(), acs_system_id: z.string(), host: z.string(), url: z.string() }),
  encoder: z.object({
    acs_encoder_id: z.string(),
    name: z.string(),
    driver: z.string(),
    is_virtual: z.boolean(),
    technologies: z.array(z.string()),
    /** What the device says of itself; null: it says nothing. */
    firmware: z.string().nullable(),
  }),
  versions: z.object({ encoderd: z.string(), node: z.string(), system: z.string() }),
  /** Null: no card was seen. */
  card: z
    .object({ uid: z.string(), technology: z.string(), format: z.string().nullable(), found: z.string() })
    .nullable(),
  functions: z.array(tried),
  /** What was made for the test and is still there; empty: all of it was removed again. */
  left_behind: z.array(z.string()),
});

export type AcceptanceReport = z.output<typeof acceptanceReport>;
export type TriedFunction = z.output<typeof tried>;
export type FunctionTimings = z.output<typeof timings>;

/** How many came to what. */
export function tally(
  functions: readonly TriedFunction[],
): Readonly<Record<TriedFunction['result'], number>> {
  const count = (result: TriedFunction['result']) => functions.filter((one) => one.result === result).length;
  return { pass: count('pass'), fail: count('fail'), not_applicable: count('not_applicable') };
}
