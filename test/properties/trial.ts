import fc from 'fast-check';
import { z } from 'zod';
import type { Desk } from '../stories/desk.ts';
import type { LiveAttempt, LiveClient } from '../stories/live-client.ts';
import type { HookEndpoint } from './hook-endpoint.ts';
import { type PlasticCard, SiteModel } from './site-model.ts';

/** An id that nothing has. */
export const NOBODY = '00000000-0000-4000-8000-000000000000';

const refusal = z.object({ error: z.object({ type: z.string() }) });

/** A desk, what it should be by now, and a socket that has heard everything since the desk was made. */
export class Trial {
  readonly model = new SiteModel();
  readonly desk: Desk;
  readonly live: LiveClient;
  readonly hooks: HookEndpoint;

  constructor(desk: Desk, live: LiveClient, hooks: HookEndpoint) {
    this.desk = desk;
    this.live = live;
    this.hooks = hooks;
  }

  readonly newHookUrl = (): string => this.hooks.newUrl();

  /**
   * Asks the desk. `refusals`: the types of error of which it must answer one; none: it must do what is asked.
   * Resolves with null when it was rightly refused.
   */
  readonly ask = async <T extends z.ZodType>(
    path: string,
    body: object,
    refusals: readonly string[],
    envelope: T,
  ): Promise<z.output<T> | null> => {
    const answer = await this.desk.raw.post(path, body);
    const what = `${path} ${JSON.stringify(body)}`;
    if (answer.status === 200) {
      if (refusals.length > 0) throw new Error(`${what} should be refused: ${refusals.join(' or ')}`);
      return envelope.parse(answer.body);
    }
    const { type } = refusal.parse(answer.body).error;
    if (refusals.includes(type)) return null;
    const wanted = refusals.length === 0 ? 'should be done' : `should be refused: ${refusals.join(' or ')}`;
    throw new Error(`${what} ${wanted}, and was answered: ${JSON.stringify(answer.body)}`);
  };

  /** Whether the desk did what was asked, where the answer has nothing else to say. */
  readonly did = async (path: string, body: object, refusals: readonly string[]): Promise<boolean> =>
    (await this.ask(path, body, refusals, z.looseObject({}))) !== null;

  /** What is there, for a comparison. */
  readonly read = <T extends z.ZodType>(path: string, body: object, envelope: T): Promise<z.output<T>> =>
    this.desk.raw.ask(path, body, envelope);

  /** Puts a card on an encoder for one request, and takes it away once that has ended; null: the request was rightly refused. */
  async serve(
    path: string,
    body: object,
    card: PlasticCard,
    refusals: readonly string[] = [],
    encoderId = this.desk.encoderId,
  ): Promise<EndedAttempt | null> {
    const envelope = z.object({ action_attempt: z.looseObject({ action_attempt_id: z.string() }) });
    const asked = await this.ask(path, { acs_encoder_id: encoderId, ...body }, refusals, envelope);
    if (asked === null) return null;
    const { uid, technology } = card;
    await this.desk.placeCard({ uid, technology, id: uid }, encoderId);
    const { action_attempt_id } = asked.action_attempt;
    const { action_attempt: attempt, sequence } = await this.live.next(
      'action_attempt.changed',
      (change) =>
        change.action_attempt.action_attempt_id === action_attempt_id &&
        change.action_attempt.status !== 'pending',
    );
    await this.desk.removeCard(encoderId);
    return { attempt, sequence, failure: attempt.error?.reason ?? null };
  }
}

export interface EndedAttempt {
  readonly attempt: LiveAttempt;
  /** Of the change that ended it. */
  readonly sequence: number;
  /** The reason of its failure; null: it succeeded. */
  readonly failure: string | null;
}

/** Something that somebody may do at the desk. What it works on is drawn as numbers, which name what is there by then. */
export interface Step {
  perform(trial: Trial): Promise<void>;
  [fc.toStringMethod](): string;
}

/** A kind of step: how its particulars are drawn, and what doing it means for the desk and the model. */
export interface StepKind<T> {
  readonly drawn: fc.Arbitrary<Step>;
  /** A step that nobody drew. */
  of(particulars: T): Step;
}

export function stepKind<T>(
  name: string,
  particulars: fc.Arbitrary<T>,
  perform: (trial: Trial, particulars: T) => Promise<void>,
): StepKind<T> {
  const of = (drawn: T): Step => ({
    perform: (trial) => perform(trial, drawn),
    [fc.toStringMethod]: () => `${name} ${JSON.stringify(drawn)}`,
  });
  return { of, drawn: particulars.map(of) };
}

/** Which of those that are there; rarely one that is not. */
export const which: fc.Arbitrary<number> = fc.oneof(
  { weight: 19, arbitrary: fc.nat({ max: 6 }) },
  { weight: 1, arbitrary: fc.constant(-1) },
);

/** The one that a draw of `which` means. */
export function pick<T>(from: readonly T[], drawn: number): T | null {
  return drawn < 0 ? null : (from[drawn % from.length] ?? null);
}

/** Several of those that are there, each once. */
export function pickAll<T>(from: readonly T[], drawn: readonly number[]): readonly (T | null)[] {
  return [...new Set(drawn.map((one) => pick(from, one)))];
}

const HOUR_MS = 3_600_000;

/** Hours from now on, with an odd number of milliseconds: a card has none. */
export const hoursAhead = (hours: number): number => Date.now() + hours * HOUR_MS + 123;

export const iso = (at: number): string => new Date(at).toISOString();
