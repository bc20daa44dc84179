import { describe, expect, test } from 'vitest';
import {
  type Attempt,
  type AttemptProgress,
  type AttemptResult,
  isLive,
  isWaiting,
} from '../../../src/model/attempt.ts';
import { type AttemptEvent, advance, type Step } from '../../../src/model/machine.ts';

const EXPIRES_AT = 60_000;

const card = { uid: '04A1B2C3D4E5F6', technology: 'ntag215' } as const;
const anotherCard = { uid: '04FFEEDDCCBBAA', technology: 'ntag215' } as const;
const result: AttemptResult = { kind: 'erased', cardNumber: '1303689068602870' };
const write = { writeId: 'write-1', purpose: 'order' } as const;
const progress = { done: 3, total: 9 } as const;
const keep = { card, ...write, hint: 'keep_card_there', progress } as const;
const putBack = { card, ...write, hint: 'put_card_back', progress } as const;

const PHASES = {
  queued: { phase: 'queued' },
  awaiting_card: { phase: 'awaiting_card', hint: 'place_card' },
  reading: { phase: 'reading', card },
  writing: { phase: 'writing', ...keep },
  lifted: { phase: 'writing', ...putBack },
  verifying: { phase: 'verifying', ...keep },
  swiping: { phase: 'verifying', ...keep, hint: 'swipe_again' },
  succeeded: { phase: 'succeeded', result },
  failed: { phase: 'failed', reason: 'card_refused', detail: null },
} as const satisfies Record<AttemptProgress['phase'] | 'lifted' | 'swiping', AttemptProgress>;

const attemptIn = (progress: AttemptProgress): Attempt => ({
  id: 'attempt-1',
  encoderId: 'encoder-1',
  client: { id: 'client-1', name: 'Reception' },
  order: { action: 'SCAN_CREDENTIAL' },
  createdAt: 0,
  expiresAt: EXPIRES_AT,
  ...progress,
});

/** By the name that the table has for it; "late" is the very moment at which waiting ends. */
const EVENTS: Readonly<Record<string, AttemptEvent>> = {
  started: { event: 'started', now: EXPIRES_AT - 1 },
  'started late': { event: 'started', now: EXPIRES_AT },
  'card presented': { event: 'card_presented', card, mustLeaveFirst: false },
  'card must leave': { event: 'card_presented', card, mustLeaveFirst: true },
  'other card': { event: 'card_presented', card: anotherCard, mustLeaveFirst: false },
  'card settled': { event: 'card_settled', result },
  'card lost': { event: 'card_lost', now: EXPIRES_AT - 1 },
  'card lost late': { event: 'card_lost', now: EXPIRES_AT },
  'card left': { event: 'card_left', now: EXPIRES_AT - 1 },
  'card left late': { event: 'card_left', now: EXPIRES_AT },
  'encoder lost': { event: 'encoder_lost', now: EXPIRES_AT - 1 },
  'encoder lost late': { event: 'encoder_lost', now: EXPIRES_AT },
  'encoder back': { event: 'encoder_back' },
  'time ran out': { event: 'time_ran_out' },
  cancelled: { event: 'cancelled' },
  superseded: { event: 'superseded' },
  'write planned': { event: 'write_planned', ...write },
  'write goes on': { event: 'write_progressed', progress: { phase: 'writing', done: 4, total: 9 } },
  'swipe asked': {
    event: 'write_progressed',
    progress: { phase: 'verifying', done: 1, total: 2, awaitsSwipe: true },
  },
  'read back': { event: 'write_progressed', progress: { phase: 'verifying', done: 8, total: 9 } },
  interrupted: { event: 'write_interrupted', by: 'card' },
  written: { event: 'card_written', result },
  mended: { event: 'card_written', result: null },
  'given up': { event: 'mending_given_up' },
  'work failed': { event: 'work_failed', reason: 'device_timeout', detail: 'no answer within 3000 ms' },
};

/**
 * What becomes of an attempt, and the command; `-`: nothing. `lifted` is `writing` without the card, `swiping` (as `writing`) waits for a swipe; an attempt that has ended
 * is the last column.
 */
const TABLE = `
event             | queued, awaiting_card            | reading                              | writing, verifying                      | lifted                                  | ended
started           | place_card, await_card           | place_card, await_card               | encoding_interrupted                    | encoding_interrupted                    | -
started late      | no_card_presented                | no_card_presented                    | encoding_interrupted                    | encoding_interrupted                    | -
card presented    | reading, read_card               | -                                    | -                                       | writing, keep_card_there, write_card    | -
card must leave   | take_card_away, await_departure  | -                                    | -                                       | writing, keep_card_there, write_card    | -
other card        | reading, read_card               | -                                    | -                                       | -                                       | -
card settled      | -                                | succeeded                            | -                                       | -                                       | -
card lost         | hold_card_still, await_card      | hold_card_still, await_card          | hold_card_still, await_card             | hold_card_still, await_card             | -
card lost late    | no_card_presented                | no_card_presented                    | no_card_presented                       | no_card_presented                       | -
card left         | place_card_again, await_card     | -                                    | -                                       | -                                       | -
card left late    | no_card_presented                | -                                    | -                                       | -                                       | -
encoder lost      | reconnect_encoder, await_encoder | reconnect_encoder, await_encoder     | reconnect_encoder, await_encoder        | reconnect_encoder, await_encoder        | -
encoder lost late | no_card_presented                | no_card_presented                    | no_card_presented                       | no_card_presented                       | -
encoder back      | place_card, await_card           | -                                    | -                                       | -                                       | -
time ran out      | no_card_presented                | -                                    | -                                       | -                                       | -
cancelled         | cancelled                        | -                                    | -                                       | -                                       | -
superseded        | superseded                       | -                                    | -                                       | -                                       | -
write planned     | -                                | writing, keep_card_there, write_card | writing, keep_card_there, write_card    | writing, keep_card_there, write_card    | -
write goes on     | -                                | -                                    | writing, keep_card_there, carry_on      | -                                       | -
swipe asked       | -                                | -                                    | verifying, swipe_again, carry_on        | -                                       | -
read back         | -                                | -                                    | verifying, keep_card_there, carry_on    | -                                       | -
interrupted       | -                                | -                                    | writing, put_card_back, await_same_card | writing, put_card_back, await_same_card | -
written           | -                                | -                                    | succeeded                               | succeeded                               | -
mended            | -                                | -                                    | reading, read_card                      | reading, read_card                      | -
given up          | -                                | -                                    | reading, read_card                      | reading, read_card                      | -
work failed       | device_timeout                   | device_timeout                       | device_timeout                          | device_timeout                          | -
`;

const rows = TABLE.trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split('|').map((cell) => cell.trim()));

/** What the table says of a step. */
function inWords(before: Attempt, { attempt, command }: Step): string {
  if (attempt === before) return command === 'end' ? '-' : `-, ${command}`;
  switch (attempt.phase) {
    case 'awaiting_card':
      return `${attempt.hint}, ${command}`;
    case 'failed':
      return command === 'end' ? attempt.reason : `${attempt.reason}, ${command}`;
    case 'succeeded':
      return command === 'end' ? attempt.phase : `${attempt.phase}, ${command}`;
    case 'writing':
    case 'verifying':
      return `${attempt.phase}, ${attempt.hint}, ${command}`;
    default:
      return `${attempt.phase}, ${command}`;
  }
}

describe('advance', () => {
  test.each(rows)('on "%s"', (name, waiting, reading, writing, lifted, ended) => {
    const event = EVENTS[name ?? ''];
    if (event === undefined) throw new Error(`there is no event "${name}"`);
    const words = (progress: AttemptProgress) => {
      const before = attemptIn(progress);
      return inWords(before, advance(before, event));
    };
    expect({
      queued: words(PHASES.queued),
      awaiting: words(PHASES.awaiting_card),
      reading: words(PHASES.reading),
      writing: words(PHASES.writing),
      verifying: words(PHASES.verifying),
      swiping: words(PHASES.swiping),
      lifted: words(PHASES.lifted),
      succeeded: words(PHASES.succeeded),
      failed: words(PHASES.failed),
    }).toEqual({
      ...{ queued: waiting, awaiting: waiting, reading },
      ...{ writing, verifying: writing, swiping: writing, lifted },
      ...{ succeeded: ended, failed: ended },
    });
  });

  test('is told of every event by the table', () => {
    expect(rows.map(([name]) => name)).toEqual(Object.keys(EVENTS));
  });

  const step = (from: AttemptProgress, name: string) => {
    const event = EVENTS[name];
    if (event === undefined) throw new Error(`there is no event "${name}"`);
    return advance(attemptIn(from), event).attempt;
  };

  test('keeps the card that is read, the result, and what exactly failed', () => {
    expect(step(PHASES.queued, 'card presented')).toEqual(attemptIn({ phase: 'reading', card }));
    expect(step(PHASES.reading, 'card settled')).toEqual(attemptIn({ phase: 'succeeded', result }));
    for (const from of [PHASES.reading, PHASES.writing]) {
      expect(step(from, 'work failed')).toEqual(
        attemptIn({ phase: 'failed', reason: 'device_timeout', detail: 'no answer within 3000 ms' }),
      );
    }
    expect(step(PHASES.reading, 'card lost')).not.toHaveProperty('card');
  });

  test('keeps the card, the row of the journal and the progress as long as it writes', () => {
    expect(step(PHASES.reading, 'write planned')).toEqual(
      attemptIn({ phase: 'writing', card, ...write, hint: 'keep_card_there', progress: null }),
    );
    expect(step(PHASES.writing, 'write goes on')).toEqual(
      attemptIn({ phase: 'writing', ...keep, progress: { done: 4, total: 9 } }),
    );
    expect(step(PHASES.writing, 'read back')).toEqual(
      attemptIn({ phase: 'verifying', ...keep, progress: { done: 8, total: 9 } }),
    );
    expect(step(PHASES.verifying, 'interrupted')).toEqual(attemptIn({ phase: 'writing', ...putBack }));
    expect(step(PHASES.lifted, 'card presented')).toEqual(attemptIn({ phase: 'writing', ...keep }));
    expect(step(PHASES.verifying, 'written')).toEqual(attemptIn({ phase: 'succeeded', result }));
    expect(step(PHASES.verifying, 'mended')).toEqual(attemptIn({ phase: 'reading', card }));
    expect(step(PHASES.writing, 'given up')).toEqual(attemptIn({ phase: 'reading', card }));
  });
});

/** Numbers in [0, 1) that are the same each time for one seed (mulberry32). */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Every step of 500 attempts, each of which meets 30 events in no sensible order. */
function* randomSteps() {
  const events = Object.values(EVENTS);
  for (let seed = 1; seed <= 500; seed += 1) {
    const random = seededRandom(seed);
    let before = attemptIn(PHASES.queued);
    for (let count = 0; count < 30; count += 1) {
      const event = events[Math.floor(random() * events.length)] ?? { event: 'encoder_back' };
      const step = advance(before, event);
      yield { before, event, ...step, said: `seed ${seed}: ${before.phase}, ${event.event}` };
      before = step.attempt;
    }
  }
}

describe('whatever happens to an attempt', () => {
  test('once it has ended it never changes', () => {
    for (const { before, attempt, command, said } of randomSteps()) {
      if (isLive(before)) continue;
      expect(attempt, said).toBe(before);
      expect(command, said).toBe('end');
    }
  });

  test('it expires, is cancelled or is superseded only while it waits', () => {
    for (const { before, attempt, event, said } of randomSteps()) {
      if (!['time_ran_out', 'cancelled', 'superseded'].includes(event.event)) continue;
      expect(attempt !== before, said).toBe(isWaiting(before));
    }
  });

  test('it succeeds only from reading, or once what was written was read back', () => {
    for (const { before, attempt, event, said } of randomSteps()) {
      if (attempt.phase !== 'succeeded' || attempt === before) continue;
      expect([`reading, card_settled`, `writing, card_written`, `verifying, card_written`], said).toContain(
        `${before.phase}, ${event.event}`,
      );
    }
  });

  test('it writes only what was planned while the card was read, and only that card', () => {
    for (const { before, attempt, event, said } of randomSteps()) {
      if (!('writeId' in attempt) || attempt === before) continue;
      if ('writeId' in before) expect(attempt, said).toMatchObject({ card: before.card, ...write });
      else expect(`${before.phase}, ${event.event}`, said).toBe('reading, write_planned');
    }
  });

  test('its order stays as it was given', () => {
    const { phase: _, ...order } = attemptIn(PHASES.queued);
    for (const { attempt, said } of randomSteps()) expect(attempt, said).toMatchObject(order);
  });

  test('it is given nothing to do exactly when it ended or nothing changed', () => {
    for (const { before, attempt, command, said } of randomSteps()) {
      expect(command === 'end', said).toBe(attempt === before || !isLive(attempt));
    }
  });

  test('it waits for no one once its time is over', () => {
    for (const { before, attempt, event, said } of randomSteps()) {
      if (!('now' in event) || event.now < EXPIRES_AT || attempt === before) continue;
      const isBegun = event.event === 'started' && 'writeId' in before;
      const reason = isBegun ? 'encoding_interrupted' : 'no_card_presented';
      expect(attempt, said).toMatchObject({ phase: 'failed', reason });
    }
  });
});
