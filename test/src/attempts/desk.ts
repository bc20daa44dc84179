import { onTestFinished } from 'vitest';
import { Attempts } from '../../../src/attempts/attempts.ts';
import { describeFailure } from '../../../src/attempts/errors.ts';
import type { CardSite } from '../../../src/card/program.ts';
import { Encoders } from '../../../src/encoder/encoders.ts';
import { createLog, type Logger } from '../../../src/log.ts';
import { SCOPES } from '../../../src/model/api-key.ts';
import type { Attempt, Client, Hint, Order, Phase } from '../../../src/model/attempt.ts';
import type { Card } from '../../../src/model/card.ts';
import type { CardWriteOutcome } from '../../../src/model/card-write.ts';
import {
  allEncodersOffline,
  cardPresented,
  cardRemoved,
  encoderArrived,
  encoderLeft,
} from '../../../src/site/encoders.ts';
import { EVERY_ROW } from '../../../src/store/paging.ts';
import type { Store } from '../../../src/store/store.ts';
import { openTestSite, type StillSite, type TestSettings, temporaryFolder } from '../site/site-bed.ts';
import { fails, type ScriptedCard } from './scripted-card.ts';
import { ScriptedDriver } from './scripted-driver.ts';

export const RECEPTION: Client = { id: 'client-1', name: 'Reception' };
export const SPA: Client = { id: 'client-2', name: 'Spa' };

export const CARD = { uid: '04A1B2C3D4E5F6', technology: 'ntag215' } as const;
export const ANOTHER_CARD = { uid: '04FFEEDDCCBBAA', technology: 'ntag215' } as const;

export const SCAN: Order = { action: 'SCAN_CREDENTIAL' };

export const scanToAssign = (acsUserId: string, mayEnrol = true): Order => ({
  action: 'SCAN_TO_ASSIGN_CREDENTIAL',
  beneficiary: { kind: 'acs_user', acsUserId },
  mayEnrol,
});

export const encode = (
  credentialId: string,
  may: { readonly replacesLostCard?: boolean; readonly mayOverwrite?: boolean } = {},
): Order => ({
  action: 'ENCODE_CREDENTIAL',
  credentialId,
  replacesLostCard: may.replacesLostCard ?? false,
  mayOverwrite: may.mayOverwrite ?? false,
});

export const erase = (mayOverwrite = false): Order => ({ action: 'ERASE_CARD', mayOverwrite });

export const INSPECT: Order = { action: 'INSPECT_CARD' };

export interface DeskOptions {
  readonly folder?: string;
  readonly settings?: TestSettings;
  /** Stands between the site and its store. */
  readonly wrapStore?: (store: Store) => Store;
  /** What the site's formats and keys are; may throw. */
  readonly cardSite?: () => Pick<CardSite, 'formats' | 'keys'>;
  readonly log?: Logger;
}

/** A desk with one encoder at `port-1`, attached, whose time stands still. */
export class Desk {
  readonly site: StillSite;
  readonly driver = new ScriptedDriver();
  readonly encoders: Encoders;
  readonly attempts: Attempts;
  /** The encoder at port-1. */
  encoderId = '';

  private constructor(options: DeskOptions) {
    const site = openTestSite(options.settings, options.folder ?? temporaryFolder(), options.wrapStore);
    const log = options.log ?? createLog('silent');
    const cardSite =
      options.cardSite ?? (() => ({ formats: [{ format: 'ntag', isPasswordProtected: false }], keys: [] }));
    this.site = site;
    this.encoders = new Encoders(
      {
        arrived: (driver, { id: deviceId, name, capabilities }) =>
          encoderArrived(site, { driver, deviceId, name, ...capabilities }).id,
        left: (id) => encoderLeft(site, id),
        cardPresented: (id, card) => cardPresented(site, id, card),
        cardRemoved: (id, card, cause) => cardRemoved(site, id, card, cause),
      },
      site.clock,
      log,
    );
    this.attempts = new Attempts(this.encoders, {
      site,
      cardSite: () => ({ siteId: site.identity.acsSystemId, ...cardSite() }),
      log,
    });
    allEncodersOffline(site);
    for (const { id, name } of [RECEPTION, SPA]) {
      const key = { id, name, scopes: SCOPES, createdAt: 0, revokedAt: null };
      if (site.store.apiKeys.get(id) === null) site.store.apiKeys.insert(key, Buffer.from(id));
    }
    onTestFinished(() => this.close());
  }

  static async open(options: DeskOptions = {}): Promise<Desk> {
    const desk = new Desk(options);
    const started = desk.encoders.run(desk.driver);
    desk.driver.plug('port-1');
    desk.driver.tell({ news: 'available' });
    await started;
    desk.encoderId = desk.site.store.encoders.list({}, { after: 0, limit: 1 }).rows[0]?.id ?? '';
    return desk;
  }

  /** The device at port-1, as it is now. */
  get device() {
    return this.driver.encoder('port-1');
  }

  /** Places a card of which nothing is known, whatever the order asks, before `slow` resolves; it fails as that does. */
  placeSlow(card: Card) {
    const slow = Promise.withResolvers<void>();
    const placed = this.device.place(card, [() => slow.promise.then(() => card)]);
    placed.inspections.push(() => slow.promise.then(() => placed.contents));
    return { placed, slow };
  }

  /** Places a card that fails so often, whatever is asked of it. */
  placeFailing(card: Card, error: Error, times = 1): ScriptedCard {
    const failures = Array.from({ length: times }, () => fails(error));
    const placed = this.device.place(card, failures);
    placed.inspections.push(...failures);
    return placed;
  }

  get clock() {
    return this.site.clock;
  }

  request(order: Order, client: Client = RECEPTION, timeoutMs = 60_000): Attempt {
    return this.attempts.request({ client, encoderId: this.encoderId, order, timeoutMs });
  }

  attempt(id: string): Attempt {
    const attempt = this.site.store.attempts.get(id);
    if (attempt === null) throw new Error(`there is no attempt ${id}`);
    return attempt;
  }

  /** How the writes on cards ended, in their order; null: one has not. */
  outcomes(): readonly (CardWriteOutcome | null)[] {
    return this.site.store.cardWrites.list({}, EVERY_ROW).rows.map(({ outcome }) => outcome);
  }

  /** Takes the card away, and resolves once the desk knows. */
  async takeAway(): Promise<void> {
    this.device.takeAway();
    await this.until(() => this.encoders.station(this.encoderId).card === null);
  }

  /** The phases that an attempt has gone through, with what the person was told to do. */
  phases(id: string): string[] {
    return this.site.store.changes
      .after(0, 1000)
      .flatMap(({ change }) =>
        change.type === 'action_attempt.changed' && change.attempt.id === id ? [change.attempt] : [],
      )
      .map((attempt) =>
        'hint' in attempt && attempt.hint !== 'keep_card_there' ? attempt.hint : attempt.phase,
      );
  }

  /** Resolves with the attempt once it is in this phase. */
  async reaches(id: string, phase: Phase): Promise<Attempt> {
    await this.until(() => this.attempt(id).phase === phase);
    return this.attempt(id);
  }

  /** Resolves once the person is told to do this. */
  async asksFor(id: string, hint: Hint): Promise<void> {
    await this.until(() => {
      const attempt = this.attempt(id);
      return 'hint' in attempt && attempt.hint === hint;
    });
  }

  /** Resolves with the attempt once it has ended. */
  async ends(id: string): Promise<Attempt> {
    await this.until(() => ['succeeded', 'failed'].includes(this.attempt(id).phase));
    return this.attempt(id);
  }

  /** Resolves once `holds`, which is asked after every change. */
  async until(holds: () => boolean): Promise<void> {
    let stop = () => {};
    await new Promise<void>((resolve) => {
      const look = () => {
        if (holds()) resolve();
      };
      stop = this.site.doorbell.listen(look);
      look();
    }).finally(() => stop());
  }

  /** Stops as the daemon does. */
  async close(): Promise<void> {
    await this.attempts[Symbol.asyncDispose]();
    await this.encoders[Symbol.asyncDispose]();
  }
}

/** Resolves once everything that is due by now has run. */
export const idle = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));

/** How an attempt failed, as Seam's clients hear of it. */
export function failureOf(desk: Desk, id: string) {
  const attempt = desk.attempt(id);
  if (attempt.phase !== 'failed') throw new Error(`the attempt is ${attempt.phase}`);
  return describeFailure(attempt);
}
