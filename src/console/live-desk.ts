import type { Attempt, Desk, Encoder } from '../client/client.ts';
import { startOfToday } from './site-days.ts';
import {
  type Guest,
  type GuestKey,
  isAccessSystem,
  isGuest,
  isGuestKey,
  isSyncStatus,
  isWaitingPage,
  listOf,
  oneOf,
  type PresentedCard,
  type SyncStatus,
  type WaitingPage,
} from './wire.ts';

/** What of the client's Desk is needed here. */
export type DeskLine = Pick<Desk, 'request' | 'on' | 'encoders' | 'scopes'>;

/** The site, as the page names it and reckons its times. */
export interface SiteFacts {
  readonly systemId: string;
  readonly name: string;
  readonly timeZone: string;
}

/** The desk at one moment. Never changed: another moment is another picture. */
export interface DeskPicture {
  /** Null: not told yet. */
  readonly site: SiteFacts | null;
  readonly encoders: readonly Encoder[];
  /** Those of today, the newest first. */
  readonly attempts: readonly Attempt[];
  /** The card on an encoder, by the encoder's id; only those that came while this page looked. */
  readonly cards: ReadonlyMap<string, PresentedCard>;
  /** Encoders that a card was taken from while this page looked: nothing lies there. */
  readonly emptied: ReadonlySet<string>;
  /** Null: the desk is its own backend, or it is not told yet. */
  readonly sync: SyncStatus | null;
  /** Pages that wait to be let in, without their codes: what was shown is good, so each is asked for by hand. */
  readonly waitingPages: readonly WaitingPage[];
  /** Assignments that this page has undone, by the attempt's id: the daemon does not tell that of an attempt. */
  readonly undone: ReadonlySet<string>;
  /** Guests and keys that were asked for, by their ids; null: there is no such one any more. */
  readonly guests: ReadonlyMap<string, Guest | null>;
  readonly keys: ReadonlyMap<string, GuestKey | null>;
}

export const EMPTY_PICTURE: DeskPicture = {
  site: null,
  encoders: [],
  attempts: [],
  cards: new Map(),
  emptied: new Set(),
  sync: null,
  waitingPages: [],
  undone: new Set(),
  guests: new Map(),
  keys: new Map(),
};

/** How many of today's attempts are shown, and asked for. */
const MOST_ATTEMPTS = 200;
const SYNC_EVERY_MS = 10_000;

/** Keeps a picture of the desk true by what the daemon tells. What cannot be had now is had after the connection has come back. */
export class LiveDesk {
  readonly #desk: DeskLine;
  readonly #onPicture: (picture: DeskPicture) => void;
  readonly #ends: (() => void)[];
  readonly #wanted = new Set<string>();
  readonly #askAgain = new Set<string>();
  #picture = EMPTY_PICTURE;

  constructor(desk: DeskLine, onPicture: (picture: DeskPicture) => void) {
    this.#desk = desk;
    this.#onPicture = onPicture;
    const syncing = setInterval(() => void this.#loadSync(), SYNC_EVERY_MS);
    this.#ends = [
      () => clearInterval(syncing),
      desk.on('encoder.changed', ({ acs_encoder }) => this.#meet(acs_encoder)),
      desk.on('action_attempt.changed', ({ action_attempt }) => this.#note([action_attempt])),
      desk.on('card.presented', ({ acs_encoder_id, card }) => this.#putCard(acs_encoder_id, card)),
      desk.on('card.removed', ({ acs_encoder_id }) => this.#putCard(acs_encoder_id, null)),
      desk.on('sync.changed', () => void this.#loadSync()),
      desk.on('pairing.changed', () => void this.#loadPages()),
      desk.on('event', ({ event }) => this.#refresh(event)),
      desk.on('resync_needed', () => void this.load()),
      desk.on('state', ({ state }) => {
        if (state === 'connected') void this.load();
      }),
    ];
  }

  get picture(): DeskPicture {
    return this.#picture;
  }

  /** Asks for everything. What fails is tried again when the connection is back. */
  async load(): Promise<void> {
    await Promise.all([
      this.#quietly(async () => this.#become({ encoders: await this.#desk.encoders() })),
      this.#quietly(() => this.#loadSite()),
      this.#loadSync(),
      this.#loadPages(),
    ]);
  }

  /** Sees to it that these are in the picture soon. */
  want(what: { readonly guests?: readonly string[]; readonly keys?: readonly string[] }): void {
    const { guests, keys } = this.#picture;
    for (const id of what.guests ?? []) if (id !== '' && !guests.has(id)) this.#loadGuest(id);
    for (const id of what.keys ?? []) if (id !== '' && !keys.has(id)) this.#loadKey(id);
  }

  /** An assignment was undone here. */
  noteUndone(attemptId: string): void {
    this.#become({ undone: new Set([...this.#picture.undone, attemptId]) });
  }

  close(): void {
    for (const end of this.#ends) end();
  }

  async #loadSite(): Promise<void> {
    const [system] = listOf(await this.#desk.request('/acs/systems/list'), 'acs_systems', isAccessSystem);
    if (system === undefined) return;
    const timeZone = system.location.time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
    this.#become({ site: { systemId: system.acs_system_id, name: system.name, timeZone } });
    const since = startOfToday(Date.now(), timeZone);
    const answer = await this.#desk.request('/action_attempts/list', {
      created_after: new Date(since).toISOString(),
      order: 'newest_first',
      limit: MOST_ATTEMPTS,
    });
    this.#note(
      listOf(answer, 'action_attempts', isAttempt).filter(
        (attempt) => Date.parse(attempt.created_at) >= since,
      ),
    );
  }

  #loadSync(): Promise<void> {
    return this.#quietly(async () => {
      const sync = oneOf(await this.#desk.request('/v1/sync/status'), 'sync', isSyncStatus);
      this.#become({ sync: sync.state === 'off' ? null : sync });
    });
  }

  async #loadPages(): Promise<void> {
    if (!this.#desk.scopes.includes('manage')) return;
    await this.#quietly(async () => {
      const answer = await this.#desk.request('/v1/pairing/list', { show_codes: false });
      this.#become({ waitingPages: listOf(answer, 'pairings', isWaitingPage) });
    });
  }

  /** Null: there is no such thing any more. */
  async #get<Item>(
    path: string,
    terms: object,
    field: string,
    isItem: (value: unknown) => value is Item,
  ): Promise<Item | null> {
    try {
      return oneOf(await this.#desk.request(path, terms), field, isItem);
    } catch (error) {
      if (error instanceof Error && 'code' in error && String(error.code).endsWith('_not_found')) return null;
      throw error;
    }
  }

  /** Whoever waits for an answer is told otherwise that the connection is lost; it is asked again once it is back. */
  async #quietly(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
    }
  }

  #meet(encoder: Encoder): void {
    const { encoders } = this.#picture;
    const isKnown = encoders.some(({ acs_encoder_id }) => acs_encoder_id === encoder.acs_encoder_id);
    this.#become({
      encoders: isKnown
        ? encoders.map((old) => (old.acs_encoder_id === encoder.acs_encoder_id ? encoder : old))
        : [...encoders, encoder],
    });
  }

  #note(news: readonly Attempt[]): void {
    const byId = new Map(this.#picture.attempts.map((attempt) => [attempt.action_attempt_id, attempt]));
    for (const attempt of news) {
      // A list that was asked for before an attempt ended may come after the news of its end.
      const known = byId.get(attempt.action_attempt_id);
      if (known === undefined || known.status === 'pending') byId.set(attempt.action_attempt_id, attempt);
    }
    const attempts = [...byId.values()]
      .toSorted((a, b) => b.created_at.localeCompare(a.created_at))
      .slice(0, MOST_ATTEMPTS);
    this.#become({ attempts });
  }

  #putCard(encoderId: string, card: PresentedCard | null): void {
    const cards = new Map(this.#picture.cards);
    const emptied = new Set(this.#picture.emptied);
    if (card === null) {
      cards.delete(encoderId);
      emptied.add(encoderId);
    } else {
      cards.set(encoderId, card);
      emptied.delete(encoderId);
    }
    this.#become({ cards, emptied });
  }

  /** Something happened to a guest or a key: what is known of it is asked for again. */
  #refresh({ acs_user_id: guest, acs_credential_id: key }: Readonly<Record<string, unknown>>): void {
    if (typeof guest === 'string' && this.#picture.guests.has(guest)) this.#loadGuest(guest, true);
    if (typeof key === 'string' && this.#picture.keys.has(key)) this.#loadKey(key, true);
  }

  #loadGuest(id: string, isNews = false): void {
    this.#once(
      id,
      async () => {
        const guest = await this.#get('/acs/users/get', { acs_user_id: id }, 'acs_user', isGuest);
        this.#become({ guests: new Map(this.#picture.guests).set(id, guest) });
      },
      isNews,
    );
  }

  /** Of a key that is gone is kept what it was: today's list tells whose. */
  #loadKey(id: string, isNews = false): void {
    this.#once(
      id,
      async () => {
        const terms = { acs_credential_id: id };
        const key = await this.#get('/acs/credentials/get', terms, 'acs_credential', isGuestKey);
        const { keys } = this.#picture;
        this.#become({ keys: new Map(keys).set(id, key ?? keys.get(id) ?? null) });
      },
      isNews,
    );
  }

  /** An answer that is under way may be from before what happened: `isNews` asks once more after it. */
  #once(id: string, work: () => Promise<void>, isNews: boolean): void {
    if (this.#wanted.has(id)) {
      if (isNews) this.#askAgain.add(id);
      return;
    }
    this.#wanted.add(id);
    void this.#quietly(work).finally(() => {
      this.#wanted.delete(id);
      if (this.#askAgain.delete(id)) this.#once(id, work, false);
    });
  }

  #become(part: Partial<DeskPicture>): void {
    this.#picture = { ...this.#picture, ...part };
    this.#onPicture(this.#picture);
  }
}

function isAttempt(value: unknown): value is Attempt {
  return typeof value === 'object' && value !== null && 'action_attempt_id' in value;
}
