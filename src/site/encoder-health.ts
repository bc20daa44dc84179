import type { Attempt, FailureReason } from '../model/attempt.ts';
import type { Encoder } from '../model/encoder.ts';
import type { AttemptTally } from '../store/desk-tables.ts';
import { EVERY_ROW } from '../store/paging.ts';
import type { Site } from './site.ts';

/** Over how long attempts are counted, milliseconds. */
const COUNTED_MS = 7 * 24 * 60 * 60 * 1000;

export type FailedAttempt = Attempt & { readonly phase: 'failed' };

/** What an encoder's attempts of the last seven days came to. */
export interface EncoderRecord {
  readonly encoder: Encoder;
  readonly succeeded: number;
  readonly failed: number;
  /** Not ended; one at most. */
  readonly pending: number;
  /** The most frequent first. */
  readonly failures: readonly { readonly reason: FailureReason; readonly count: number }[];
  /** The last one that nobody wanted: not one that was cancelled, or gave way to a newer one. Null: there was none. */
  readonly lastFailure: FailedAttempt | null;
}

/** The record of every encoder that is not gone for good. */
export function encoderRecords(site: Site): readonly EncoderRecord[] {
  const tallies = site.store.attempts.tally(site.clock.now() - COUNTED_MS);
  return site.store.encoders
    .list({}, EVERY_ROW)
    .rows.filter(({ removedAt }) => removedAt === null)
    .map((encoder) =>
      recordOf(
        site,
        encoder,
        tallies.filter(({ encoderId }) => encoderId === encoder.id),
      ),
    );
}

const MEANT: readonly FailureReason[] = ['cancelled', 'superseded'];

function recordOf(site: Site, encoder: Encoder, tallies: readonly AttemptTally[]): EncoderRecord {
  const sum = (some: readonly AttemptTally[]) => some.reduce((total, { count }) => total + count, 0);
  const ended = tallies.filter(({ phase }) => phase === 'succeeded');
  const failures = tallies.flatMap(({ reason, count, lastId }) =>
    reason === null ? [] : [{ reason, count, lastId }],
  );
  const last = failures.find(({ reason }) => !MEANT.includes(reason));
  const lastFailure = last === undefined ? null : site.store.attempts.get(last.lastId);
  const failed = sum(tallies.filter(({ phase }) => phase === 'failed'));
  return {
    encoder,
    succeeded: sum(ended),
    failed,
    pending: sum(tallies) - sum(ended) - failed,
    failures: failures.map(({ reason, count }) => ({ reason, count })).toSorted((a, b) => b.count - a.count),
    lastFailure: lastFailure?.phase === 'failed' ? lastFailure : null,
  };
}
