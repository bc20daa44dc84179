import { once } from 'node:events';
import { expect } from 'vitest';
import { z } from 'zod';
import type { CardTechnology } from '../../../src/model/card.ts';
import { type LiveAttempt, LiveClient } from '../../stories/live-client.ts';
import { RawClient } from '../../stories/raw-client.ts';

/** What stands at the desk for all apps. */
export interface DeskThings {
  readonly acs_user_id: string;
  readonly allowed_acs_entrance_ids: readonly string[];
}

export interface Connection {
  readonly raw: RawClient;
  readonly live: LiveClient;
}

/** The daemon has gone, or has closed the live socket. */
export class ConnectionLoss extends Error {}

export async function connect(url: string, token: string): Promise<Connection & AsyncDisposable> {
  const live = await LiveClient.open(url, token);
  return { raw: new RawClient(url, token), live, [Symbol.asyncDispose]: () => live[Symbol.asyncDispose]() };
}

/** What came of what was asked and not answered when the power failed. */
export interface Outcomes {
  /** The attempt had not begun to write, and went on after the start. */
  resumed: number;
  /** The card was being written: the attempt says so. */
  torn: number;
  /** A torn card that holds its credential, read back, after it was put back. */
  repaired: number;
  /** All was done, and nobody had been told. */
  doneUnheard: number;
  /** Even the request had not been answered. */
  unanswered: number;
}

interface CardOrder {
  readonly id: string;
  readonly technology: CardTechnology;
}

/** An encode that was asked for, until its end has been told. */
interface Doubt {
  readonly card: CardOrder;
  readonly acs_credential_id: string;
  /** Null until the daemon has answered. */
  action_attempt_id: string | null;
}

/** No attempt is to expire between a cut and the next start. */
const LONGEST_WAIT_SECONDS = 600;

const TECHNOLOGIES = ['ntag215', 'mifare_classic_1k', 'mifare_desfire'] as const;

const attemptEnvelope = z.object({ action_attempt: z.looseObject({ action_attempt_id: z.string() }) });
const credentialEnvelope = z.object({ acs_credential: z.looseObject({ acs_credential_id: z.string() }) });
const wholeAttempt = z.object({ action_attempt: z.custom<LiveAttempt>() });

/** An app at one encoder, which encodes card after card, and its ledger of what the daemon has told it. */
export class DeskApp {
  /** Ids of attempts that were told to have succeeded. */
  readonly succeeded = new Set<string>();
  /** Ids of attempts that the daemon has answered with. */
  readonly known = new Set<string>();
  /** Ids of credentials that were told to be made. */
  readonly made = new Set<string>();
  /** What each card holds, as was told last. */
  readonly cards = new Map<CardOrder, string>();
  readonly #encoderId: string;
  readonly #number: number;
  readonly #things: DeskThings;
  readonly #orders: readonly CardOrder[];
  #turn = 0;
  #doubt: Doubt | null = null;

  constructor(encoderId: string, number: number, things: DeskThings) {
    this.#encoderId = encoderId;
    this.#number = number;
    this.#things = things;
    this.#orders = TECHNOLOGIES.map((technology) => ({ id: `${technology}-${number}`, technology }));
    this.#turn = number;
  }

  /** An app that has been told what this one has by now. */
  copy(): DeskApp {
    const copy = new DeskApp(this.#encoderId, this.#number, this.#things);
    for (const id of this.succeeded) copy.succeeded.add(id);
    for (const id of this.known) copy.known.add(id);
    for (const id of this.made) copy.made.add(id);
    for (const [card, credential] of this.cards) copy.cards.set(card, credential);
    copy.#doubt = this.#doubt && { ...this.#doubt };
    return copy;
  }

  /** Encodes one card after the other until the daemon answers no more; it ends by itself only by a fault. */
  async work(connection: Connection): Promise<never> {
    for (;;) {
      const card = this.#orders[this.#turn % this.#orders.length];
      if (card === undefined) throw new Error('there is no card');
      this.#turn += 1;
      const { acs_credential } = await connection.raw.ask(
        '/acs/credentials/create',
        { access_method: 'card', ...this.#things },
        credentialEnvelope,
      );
      this.made.add(acs_credential.acs_credential_id);
      await this.#encode(connection, card, acs_credential.acs_credential_id);
      await this.#lift(connection);
    }
  }

  /** After a power cut: what was in doubt is ended as promised, and the card that it was about holds what it is to hold. */
  async settle(connection: Connection, outcomes: Outcomes): Promise<void> {
    const doubt = this.#doubt;
    if (doubt === null) return;
    const { card, acs_credential_id, action_attempt_id } = doubt;
    await this.#place(connection, card);
    if (action_attempt_id === null) {
      outcomes.unanswered += 1;
      await this.#encode(connection, card, acs_credential_id);
    } else await this.#settleKnown(connection, doubt, action_attempt_id, outcomes);
    await this.#expectOnCard(connection, acs_credential_id);
    await this.#lift(connection);
    this.#doubt = null;
  }

  /** Every card holds what it was last told to hold. */
  async expectCards(connection: Connection, cards: Iterable<CardOrder> = this.cards.keys()): Promise<void> {
    for (const card of cards) {
      await this.#place(connection, card);
      await this.#expectOnCard(connection, this.cards.get(card) ?? '');
      await this.#lift(connection);
    }
  }

  /** The daemon must know the attempt; one that it told to have succeeded has. */
  async #settleKnown(
    connection: Connection,
    { card, acs_credential_id }: Doubt,
    id: string,
    outcomes: Outcomes,
  ): Promise<void> {
    const { raw } = connection;
    const { action_attempt } = await raw.ask('/action_attempts/get', { action_attempt_id: id }, wholeAttempt);
    switch (action_attempt.status) {
      case 'success':
        outcomes.doneUnheard += 1;
        this.#hearSuccess(id, card, acs_credential_id);
        return;
      case 'pending':
        expect(await this.#ended(connection, id)).toMatchObject({ status: 'success' });
        outcomes.resumed += 1;
        this.#hearSuccess(id, card, acs_credential_id);
        return;
      case 'error':
        expect(action_attempt.error?.type).toBe('encoding_interrupted');
        outcomes.torn += 1;
        await this.#encode(connection, card, acs_credential_id);
        outcomes.repaired += 1;
    }
  }

  async #encode(connection: Connection, card: CardOrder, acs_credential_id: string): Promise<void> {
    await this.#place(connection, card);
    const doubt: Doubt = { card, acs_credential_id, action_attempt_id: null };
    this.#doubt = doubt;
    const order = {
      ...{ acs_encoder_id: this.#encoderId, acs_credential_id },
      ...{ overwrite: true, timeout_seconds: LONGEST_WAIT_SECONDS },
    };
    const { action_attempt } = await connection.raw.ask(
      '/acs/encoders/encode_credential',
      order,
      attemptEnvelope,
    );
    const id = action_attempt.action_attempt_id;
    doubt.action_attempt_id = id;
    this.known.add(id);
    expect(await this.#ended(connection, id)).toMatchObject({ status: 'success' });
    this.#hearSuccess(id, card, acs_credential_id);
    this.#doubt = null;
  }

  #hearSuccess(id: string, card: CardOrder, acs_credential_id: string): void {
    this.succeeded.add(id);
    this.cards.set(card, acs_credential_id);
  }

  async #expectOnCard(connection: Connection, acs_credential_id: string): Promise<void> {
    const { action_attempt } = await connection.raw.ask(
      '/acs/encoders/scan_credential',
      { acs_encoder_id: this.#encoderId, timeout_seconds: LONGEST_WAIT_SECONDS },
      attemptEnvelope,
    );
    expect(await this.#ended(connection, action_attempt.action_attempt_id)).toMatchObject({
      status: 'success',
      result: {
        acs_credential_on_encoder: { record_standing: 'authentic' },
        acs_credential_on_seam: { acs_credential_id, is_issued: true },
        warnings: [],
      },
    });
  }

  async #place({ raw }: Connection, { id, technology }: CardOrder): Promise<void> {
    const place = { acs_encoder_id: this.#encoderId, card: { id, technology } };
    expect(await raw.post('/acs/encoders/simulate/place_card', place)).toMatchObject({ status: 200 });
  }

  async #lift({ raw }: Connection): Promise<void> {
    await raw.post('/acs/encoders/simulate/remove_card', { acs_encoder_id: this.#encoderId });
  }

  /** Resolves with the attempt once the live socket tells of its end. Rejects when the socket closes. */
  async #ended({ live }: Connection, id: string): Promise<LiveAttempt> {
    for (;;) {
      const change = live.changes.findLast(
        (one) =>
          one.type === 'action_attempt.changed' &&
          one.action_attempt.action_attempt_id === id &&
          one.action_attempt.status !== 'pending',
      );
      if (change?.type === 'action_attempt.changed') return change.action_attempt;
      const closed = live.closed.then(({ code }) => {
        throw new ConnectionLoss(`the live socket was closed with ${code}`);
      });
      await Promise.race([once(live.socket, 'message'), closed]);
    }
  }
}
