import { expect } from 'vitest';
import type { SimulatedCardOrder } from '../../src/encoder/contract.ts';
import type { CardWriteOutcome } from '../../src/model/card-write.ts';
import { carries, type Ending, type Rest, serve, type TearDesk, type TearPoint } from './tear-desk.ts';

/** How a torn card is put back, and by whom. */
export const WAYS = [
  ...(['same_attempt', 'next_attempt', 'scan', 'other_credential'] as const),
  /** Nobody wants the credential any more as it was: a scan takes the write back. */
  'unwanted',
  /** It is torn once more, for another credential; then a scan. */
  'torn_twice',
] as const;

export type Way = (typeof WAYS)[number];

/** At this exchange it is known which card it is, whatever its kind. */
export const SEEN_BY = 4;

/** What was on the card before. */
export type Before = 'blank' | 'older_issue' | 'other_credential' | 'other_site';

/** One card with what is on it, torn again and again. */
export class TornCard {
  readonly desk: TearDesk;
  readonly before: Before;
  readonly #newCard: () => SimulatedCardOrder;
  readonly #stranger: TearDesk | null;
  #card: SimulatedCardOrder;
  /** The credential on the card; null: it is blank. */
  #credentialId: string | null = null;
  #tears = 0;

  /** `stranger`: the desk of the other site, whose encoder finds the same cards. */
  constructor(
    desk: TearDesk,
    before: Before,
    newCard: () => SimulatedCardOrder,
    stranger: TearDesk | null = null,
  ) {
    this.desk = desk;
    this.before = before;
    this.#newCard = newCard;
    this.#stranger = stranger;
    this.#card = newCard();
  }

  /** How often the card was torn away, and finished afterwards. */
  get tears(): number {
    return this.#tears;
  }

  /** Encodes, pulls the card at the point, and puts it back once more. True: the point was never reached, and the card is finished. */
  async tear(point: TearPoint, way: Way): Promise<boolean> {
    const { desk } = this;
    const credentialId = await this.#prepare();
    const earlier = await desk.outcomes(this.#uid);
    const issuesBefore = await desk.issues(credentialId);
    const attemptId = await desk.encode(credentialId);
    await desk.place(this.#card, point);
    const rest = await desk.rest(attemptId);
    await desk.lift();
    const trial = { credentialId, attemptId, rest, earlier, issuesBefore };
    if (rest === 'success') {
      await this.#expectJournal(trial, ['written']);
      await this.#expectIssued(trial);
      return true;
    }
    expect(rest).not.toBe('error');
    await this.#finish(trial, way, point);
    this.#tears += 1;
    expect(await desk.outcomes(this.#uid)).not.toContain(null);
    return false;
  }

  get #uid(): string {
    return this.#card.uid ?? '';
  }

  /** Makes the card as it is to be before, and returns the credential that is to be written. */
  async #prepare(): Promise<string> {
    if (this.before === 'blank') {
      this.#card = this.#newCard();
      this.#credentialId = null;
    } else if (this.#stranger !== null) {
      this.#card = this.#newCard();
      this.#credentialId = await this.#stranger.newCredential();
      await serve(this.#stranger, this.#card, await this.#stranger.encode(this.#credentialId));
    } else if (this.#credentialId === null) {
      this.#credentialId = await this.desk.newCredential();
      await this.#serve(await this.desk.encode(this.#credentialId));
    }
    if (this.before === 'older_issue' && this.#credentialId !== null) return this.#credentialId;
    return this.desk.newCredential();
  }

  async #finish(trial: Trial, way: Way, { exchange, moment }: TearPoint): Promise<void> {
    const { desk } = this;
    const { attemptId, credentialId } = trial;
    const wasBegun = trial.rest === 'put_card_back';
    const finished = wasBegun ? 'repaired' : 'written';
    if (way === 'same_attempt') {
      expect(await this.#serve(attemptId)).toMatchObject({ status: 'success' });
      await this.#expectJournal(trial, [finished]);
      await this.#expectIssued(trial);
      return;
    }
    const given = await desk.giveUp(attemptId);
    expect(given.type).toBe(wasBegun ? 'encoding_interrupted' : 'action_attempt_expired');
    switch (way) {
      case 'next_attempt':
        expect(await this.#serve(await desk.encode(credentialId))).toMatchObject({ status: 'success' });
        await this.#expectJournal(trial, [finished]);
        await this.#expectIssued(trial);
        return;
      case 'other_credential': {
        const otherId = await desk.newCredential();
        const issuesBefore = await desk.issues(otherId);
        expect(await this.#serve(await desk.encode(otherId))).toMatchObject({ status: 'success' });
        await this.#expectJournal(trial, wasBegun ? ['superseded', 'written'] : ['written']);
        expect(await desk.issues(credentialId)).toBe(trial.issuesBefore);
        await this.#expectIssued({ ...trial, credentialId: otherId, issuesBefore });
        return;
      }
      case 'scan': {
        const scanned = await this.#serve(await desk.scan());
        if (wasBegun) {
          expect(scanned.found).toEqual(carries(credentialId, true));
          await this.#expectJournal(trial, ['repaired']);
          await this.#expectIssued(trial);
        } else {
          await this.#expectAsBefore(scanned);
          await this.#expectJournal(trial, []);
        }
        return;
      }
      case 'unwanted': {
        const isKept = this.before === 'older_issue';
        if (isKept) await desk.prolong(credentialId);
        else await desk.delete(credentialId);
        const scanned = await this.#serve(await desk.scan());
        await this.#expectAsBefore(scanned, isKept);
        await this.#expectJournal(trial, wasBegun ? ['rolled_back'] : []);
        if (isKept) expect(await desk.issues(credentialId)).toBe(trial.issuesBefore);
        return;
      }
      case 'torn_twice':
        await this.#tearForAnother(trial, { exchange: SEEN_BY + ((exchange * 7) % (exchange + 5)), moment });
    }
  }

  /** Another credential's write is torn at `point`: a scan then finishes whichever write was the last that began. */
  async #tearForAnother(trial: Trial, point: TearPoint): Promise<void> {
    const { desk } = this;
    const otherId = await desk.newCredential();
    const attemptId = await desk.encode(otherId);
    await desk.place(this.#card, point);
    const rest = await desk.rest(attemptId);
    await desk.lift();
    const wasBegun = trial.rest === 'put_card_back';
    const taken = wasBegun ? (['superseded'] as const) : [];
    if (rest !== 'success') await desk.giveUp(attemptId);
    const scanned = await this.#serve(await desk.scan());
    if (rest === 'success' || rest === 'put_card_back') {
      expect(scanned.found).toEqual(carries(otherId, true));
      await this.#expectJournal(trial, [...taken, rest === 'success' ? 'written' : 'repaired']);
      await this.#expectIssued({ ...trial, credentialId: otherId, issuesBefore: 0 });
    } else if (wasBegun) {
      expect(scanned.found).toEqual(carries(trial.credentialId, true));
      await this.#expectJournal(trial, ['repaired']);
      await this.#expectIssued(trial);
    } else {
      await this.#expectAsBefore(scanned);
      await this.#expectJournal(trial, []);
    }
  }

  async #expectAsBefore({ found }: Ending, isChanged = false): Promise<void> {
    if (this.#credentialId === null) {
      expect(found).toMatchObject({ onCard: null, onSite: null });
    } else if (this.#stranger !== null) {
      const onCard = { credentialId: this.#credentialId, standing: 'other_site' };
      expect(found).toEqual({ onCard, onSite: null, isInSync: true });
      const there = await serve(this.#stranger, this.#card, await this.#stranger.scan());
      expect(there.found).toEqual(carries(this.#credentialId, true));
    } else {
      expect(found).toEqual(carries(this.#credentialId, !isChanged));
    }
  }

  #serve(attemptId: string): Promise<Ending> {
    return serve(this.desk, this.#card, attemptId);
  }

  /** The card carries the credential, which was issued once. */
  async #expectIssued({ credentialId, issuesBefore }: Trial): Promise<void> {
    expect(await this.desk.issues(credentialId)).toBe(issuesBefore + 1);
    const scanned = await this.#serve(await this.desk.scan());
    expect(scanned.found).toEqual(carries(credentialId, true));
    this.#credentialId = credentialId;
  }

  /** What was noted of this card since, but for writes that changed nothing. */
  async #expectJournal({ earlier }: Trial, outcomes: readonly CardWriteOutcome[]): Promise<void> {
    const since = (await this.desk.outcomes(this.#uid)).slice(earlier.length);
    expect(since.filter((outcome) => outcome !== 'not_begun')).toEqual(outcomes);
  }
}

interface Trial {
  readonly credentialId: string;
  readonly attemptId: string;
  readonly rest: Rest;
  readonly earlier: readonly (CardWriteOutcome | null)[];
  readonly issuesBefore: number;
}

/**
 * Tears the card at exchange `first`, `first + step`, ... and at both moments, until it is not reached any more: put back each time in one of the
 * `ways`, in turn. The error of a point names it.
 */
export async function tearEverywhere(
  card: TornCard,
  ways: readonly Way[],
  { first, step }: { readonly first: number; readonly step: number } = { first: 1, step: 1 },
): Promise<void> {
  for (let exchange = first, turn = 0; ; exchange += step, turn += 1) {
    let isReached = false;
    for (const [at, moment] of (['before', 'after'] as const).entries()) {
      const way = ways[(turn + at * 2) % ways.length] ?? 'next_attempt';
      try {
        isReached = !(await card.tear({ exchange, moment }, way)) || isReached;
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        throw new Error(`pulled ${moment} exchange ${exchange}, then ${way}: ${message}`, { cause: error });
      }
    }
    if (!isReached) return;
  }
}
