import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { Attempts } from '../../src/attempts/attempts.ts';
import { describeFailure } from '../../src/attempts/errors.ts';
import type { SiteKeys } from '../../src/card/site-keys.ts';
import type { Clock } from '../../src/clock.ts';
import { createDoorbell } from '../../src/doorbell.ts';
import type { EncoderDriver, SimulatedCardOrder } from '../../src/encoder/contract.ts';
import { Encoders } from '../../src/encoder/encoders.ts';
import { createLog } from '../../src/log.ts';
import type { Attempt, Order } from '../../src/model/attempt.ts';
import type { FormatSettings } from '../../src/model/card-format.ts';
import type { CardWriteOutcome } from '../../src/model/card-write.ts';
import { deleteCredential } from '../../src/site/credential-deletion.ts';
import { updateCredential } from '../../src/site/credentials.ts';
import { cardPresented, cardRemoved, encoderArrived, encoderLeft } from '../../src/site/encoders.ts';
import { makeMissingEntrances } from '../../src/site/entrances.ts';
import { createCredential } from '../../src/site/new-credential.ts';
import { openSite, type Site } from '../../src/site/site.ts';
import { createUser } from '../../src/site/users.ts';
import { EVERY_ROW } from '../../src/store/paging.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import type { Ending, Rest, TearDesk, TearPoint } from './tear-desk.ts';
import { memoryFolder } from './tear-folder.ts';

const CLIENT = { id: 'reception', name: 'Reception' };
const TIMEOUT_MS = 60_000;
const DAY_MS = 86_400_000;
/** How long a test waits for an attempt before it fails. */
const PATIENCE_MS = 30_000;
/** A card that was pulled has told everything that it will ever tell after so many turns of the event loop: nothing of a virtual one waits for the outside. */
const QUIET_TURNS = 10;

export interface TornDeskOptions {
  readonly driver: EncoderDriver;
  readonly clock: Clock & { pass(milliseconds: number): void };
  readonly formats: readonly FormatSettings[];
  readonly keys: SiteKeys;
}

/** A site with its encoders and attempts, without the API: the same rows and bytes, and many times as fast. */
export class TornDesk implements TearDesk, AsyncDisposable {
  readonly site: Site;
  readonly encoders: Encoders;
  readonly attempts: Attempts;
  readonly #clock: TornDeskOptions['clock'];
  readonly #folder = memoryFolder();
  readonly #userId: string;
  readonly #entranceIds: readonly string[];

  private constructor({ clock, formats, keys }: TornDeskOptions) {
    this.#clock = clock;
    const site = openSite({
      store: openSqliteStore(join(this.#folder, 'encoderd.db')),
      clock,
      doorbell: createDoorbell(),
      settings: {
        name: 'Front desk',
        timeZone: 'Europe/Berlin',
        externalType: null,
        enrolUnknownCards: true,
        cardNumberFormat: 'uid_msb_first',
        keptChanges: 1000,
      },
    });
    this.site = site;
    const log = createLog('silent');
    this.encoders = new Encoders(
      {
        arrived: (driver, { id: deviceId, name, capabilities }) =>
          encoderArrived(site, { driver, deviceId, name, ...capabilities }).id,
        left: (id) => encoderLeft(site, id),
        cardPresented: (id, card) => cardPresented(site, id, card),
        cardRemoved: (id, card, cause) => cardRemoved(site, id, card, cause),
      },
      clock,
      log,
    );
    const siteId = site.identity.acsSystemId;
    this.attempts = new Attempts(this.encoders, { site, cardSite: () => ({ siteId, formats, keys }), log });
    makeMissingEntrances(site, ['Main entrance', 'Garage']);
    this.#entranceIds = site.store.entrances.list({}, EVERY_ROW).rows.map(({ id }) => id);
    this.#userId = createUser(site, {
      fullName: 'Ada Lovelace',
      emailAddress: null,
      phoneNumber: null,
      accessSchedule: null,
      userIdentityId: null,
    }).id;
  }

  /** Resolves once the driver's devices are there, or the driver has said that there is none yet. */
  static async open(options: TornDeskOptions): Promise<TornDesk> {
    const desk = new TornDesk(options);
    await desk.encoders.run(options.driver);
    return desk;
  }

  /** The encoder at this place, counted from 0, in the order of their names. */
  encoderId(at = 0): string {
    const { rows } = this.site.store.encoders.list({}, EVERY_ROW);
    const id = rows.toSorted((a, b) => (a.name < b.name ? -1 : 1))[at]?.id;
    if (id === undefined) throw new Error(`the desk has no encoder ${at}`);
    return id;
  }

  async newCredential(): Promise<string> {
    const now = this.#clock.now();
    return createCredential(this.site, {
      accessMethod: 'card',
      acsUserId: this.#userId,
      code: null,
      startsAt: now,
      endsAt: now + 30 * DAY_MS,
      entranceIds: this.#entranceIds,
    }).id;
  }

  async prolong(credentialId: string): Promise<void> {
    const endsAt = this.site.store.credentials.get(credentialId)?.endsAt ?? this.#clock.now();
    updateCredential(this.site, credentialId, { endsAt: endsAt + DAY_MS });
  }

  async delete(credentialId: string): Promise<void> {
    deleteCredential(this.site, credentialId);
  }

  async encode(credentialId: string, mayOverwrite = true, encoder = 0): Promise<string> {
    const order = {
      action: 'ENCODE_CREDENTIAL',
      credentialId,
      replacesLostCard: false,
      mayOverwrite,
    } as const;
    return this.#request(order, encoder);
  }

  async scan(encoder = 0): Promise<string> {
    return this.#request({ action: 'SCAN_CREDENTIAL' }, encoder);
  }

  async place(card: SimulatedCardOrder, tear?: TearPoint, encoder = 0): Promise<void> {
    const faults = { ...card.faults, ...(tear && { pulledAt: tear }) };
    await this.#simulator(encoder).placeCard({ ...card, faults });
  }

  async lift(encoder = 0): Promise<void> {
    await this.#simulator(encoder).removeCard();
    await this.quiet();
  }

  async rest(attemptId: string): Promise<Rest> {
    for (let quiet = 0; quiet < QUIET_TURNS; quiet++) {
      const rest = restOf(this.attempt(attemptId));
      if (rest === 'working') await this.until(() => restOf(this.attempt(attemptId)) !== 'working');
      else if (rest !== 'unseen') return rest;
      await turn();
    }
    return 'unseen';
  }

  async end(attemptId: string): Promise<Ending> {
    await this.until(() => ['succeeded', 'failed'].includes(this.attempt(attemptId).phase));
    return endingOf(this.attempt(attemptId));
  }

  async giveUp(attemptId: string): Promise<Ending> {
    this.#clock.pass(TIMEOUT_MS);
    return this.end(attemptId);
  }

  async outcomes(uid: string): Promise<readonly (CardWriteOutcome | null)[]> {
    return this.site.store.cardWrites.list({ cardUid: uid }, EVERY_ROW).rows.map(({ outcome }) => outcome);
  }

  async issues(acsCredentialId: string): Promise<number> {
    const types = ['acs_credential.issued', 'acs_credential.reissued'] as const;
    return this.site.store.events.list({ types, acsCredentialId }, EVERY_ROW).rows.length;
  }

  attempt(id: string): Attempt {
    const attempt = this.site.store.attempts.get(id);
    if (attempt === null) throw new Error(`there is no attempt ${id}`);
    return attempt;
  }

  /** Resolves once everything has run that waits for nothing outside. */
  async quiet(): Promise<void> {
    for (let quiet = 0; quiet < 3; quiet++) await turn();
  }

  /** Resolves once `holds`, which is asked after every change. Rejects after 15 s. */
  async until(holds: () => boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = () => {
      try {
        if (holds()) resolve();
      } catch (error) {
        reject(error);
      }
    };
    const stop = this.site.doorbell.listen(look);
    const late = setTimeout(() => reject(new Error(`still waiting: ${this.#live()}`)), PATIENCE_MS);
    look();
    await promise.finally(() => {
      stop();
      clearTimeout(late);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.attempts[Symbol.asyncDispose]();
    await this.encoders[Symbol.asyncDispose]();
    this.site.store[Symbol.dispose]();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #request(order: Order, encoder: number): string {
    const encoderId = this.encoderId(encoder);
    return this.attempts.request({ client: CLIENT, encoderId, order, timeoutMs: TIMEOUT_MS }).id;
  }

  #simulator(encoder: number) {
    const { simulator } = this.encoders.station(this.encoderId(encoder));
    if (simulator === null) throw new Error('cards cannot be simulated on this encoder');
    return simulator;
  }

  #live(): string {
    return JSON.stringify(this.site.store.attempts.live());
  }
}

function restOf(attempt: Attempt): Rest | 'working' {
  switch (attempt.phase) {
    case 'queued':
      return 'unseen';
    case 'awaiting_card':
      return attempt.hint === 'hold_card_still' ? 'hold_card_still' : 'unseen';
    case 'reading':
      return 'working';
    case 'writing':
    case 'verifying':
      return attempt.hint === 'put_card_back' ? 'put_card_back' : 'working';
    case 'succeeded':
      return 'success';
    case 'failed':
      return 'error';
  }
}

function endingOf(attempt: Attempt): Ending {
  if (attempt.phase === 'failed') {
    const { type, reason } = describeFailure(attempt);
    return { status: 'error', type, reason, found: null };
  }
  if (attempt.phase !== 'succeeded') throw new Error(`the attempt is ${attempt.phase}`);
  const { result } = attempt;
  if (result.kind !== 'scanned') return { status: 'success', type: null, reason: null, found: null };
  const { content } = result.findings;
  const onCard =
    content.kind === 'record'
      ? { credentialId: content.record.credentialId, standing: content.standing }
      : null;
  const found = {
    onCard,
    onSite: result.credential?.id ?? null,
    isInSync: onCard !== null && result.differences.length === 0,
  };
  return { status: 'success', type: null, reason: null, found };
}
