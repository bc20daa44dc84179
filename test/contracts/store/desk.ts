import { describe, expect, test } from 'vitest';
import type { AttemptProgress, FailureReason } from '../../../src/model/attempt.ts';
import { addStrain, NO_STRAIN } from '../../../src/model/encoder-health.ts';
import type { SiteEvent } from '../../../src/model/event.ts';
import { ALL, attempt, cardOf, ENDED, encoder, ids } from './records.ts';
import type { StorePlaces } from './store.ts';

/** What a store promises of the site, its encoders, attempts and events. */
export function deskContract({ openStore }: StorePlaces): void {
  describe('site', () => {
    test('is nobody until it is written, and whoever was written last', () => {
      const store = openStore();
      const site = { deskId: 'd', workspaceId: 'w', acsSystemId: 's', connectedAccountId: 'c', createdAt: 7 };
      expect(store.site.read()).toBeNull();
      store.site.write(site);
      expect(store.site.read()).toEqual(site);
      store.site.write({ ...site, workspaceId: 'another' });
      expect(store.site.read()).toEqual({ ...site, workspaceId: 'another' });
    });
  });

  describe('encoderStrain', () => {
    const strain = { ...NO_STRAIN, exchanges: 100, retries: 2, slowAnswers: 3 };
    const other = { ...NO_STRAIN, resets: 4, replugs: 5, tornCards: 6 };

    test('adds up what is of the same encoder, by the day', () => {
      const store = openStore();
      store.encoderStrain.add('a', 20_000, strain);
      store.encoderStrain.add('a', 20_000, strain);
      store.encoderStrain.add('a', 20_001, other);
      store.encoderStrain.add('b', 20_001, other);
      expect(store.encoderStrain.since(20_000)).toEqual(
        new Map([
          ['a', addStrain(strain, addStrain(strain, other))],
          ['b', other],
        ]),
      );
      expect(store.encoderStrain.since(20_001).get('a')).toEqual(other);
      expect(store.encoderStrain.since(20_002)).toEqual(new Map());
    });

    test('forgets the days before', () => {
      const store = openStore();
      store.encoderStrain.add('a', 20_000, strain);
      store.encoderStrain.add('a', 20_001, other);
      store.encoderStrain.forgetBefore(20_001);
      expect(store.encoderStrain.since(0).get('a')).toEqual(other);
    });
  });

  describe('encoders', () => {
    test('keep what is learned each time a device arrives or leaves', () => {
      const store = openStore();
      store.encoders.insert(encoder('a'), 'device-a');
      expect(store.encoders.get('a')).toEqual(encoder('a'));
      const away = encoder('a', { name: 'Renamed', technologies: ['ntag213'], isOnline: false });
      store.encoders.update(away);
      expect(store.encoders.get('a')).toEqual(away);
      expect(store.encoders.get('b')).toBeNull();
    });

    test('are busy while an attempt is live on them', () => {
      const store = openStore();
      store.encoders.insert(encoder('a'), 'device-a');
      store.encoders.insert(encoder('b'), 'device-b');
      store.attempts.insert(attempt('1', 'a'));
      expect(store.encoders.list({}, ALL).rows.map(({ isBusy }) => isBusy)).toEqual([true, false]);
      store.attempts.update(attempt('1', 'a', ENDED));
      expect(store.encoders.get('a')?.isBusy).toBe(false);
    });

    test('are listed in the order in which they were met, or those that are asked for', () => {
      const store = openStore();
      for (const id of ['c', 'a', 'b']) store.encoders.insert(encoder(id), `device-${id}`);
      expect(ids(store.encoders.list({}, ALL))).toEqual(['c', 'a', 'b']);
      expect(ids(store.encoders.list({ ids: ['b', 'c', 'none'] }, ALL))).toEqual(['c', 'b']);
      expect(ids(store.encoders.list({ ids: [] }, ALL))).toEqual([]);
    });

    test('remember the card that they served last', () => {
      const served = { uid: '04A1', acsUserId: 'ada', acsCredentialId: 'c1' };
      const store = openStore();
      store.encoders.insert(encoder('a'), 'device-a');
      expect(store.encoders.servedCard('a')).toBeNull();
      expect(store.encoders.servedCard('none')).toBeNull();
      store.encoders.setServedCard('a', served);
      store.encoders.update(encoder('a', { isOnline: false }));
      expect(store.encoders.servedCard('a')).toEqual(served);
      store.encoders.setServedCard('a', null);
      expect(store.encoders.servedCard('a')).toBeNull();
    });
  });

  describe('attempts', () => {
    const storeWithEncoders = () => {
      const store = openStore();
      for (const id of ['a', 'b']) store.encoders.insert(encoder(id), `device-${id}`);
      return store;
    };

    test('come back in every phase as they were written', () => {
      const store = storeWithEncoders();
      const card = { uid: '04A1B2C3D4E5F6', technology: 'ntag215' } as const;
      const phases: readonly AttemptProgress[] = [
        { phase: 'queued' },
        { phase: 'awaiting_card', hint: 'take_card_away' },
        { phase: 'reading', card },
        { phase: 'writing', card, writeId: 'w', purpose: 'order', hint: 'keep_card_there', progress: null },
        {
          phase: 'verifying',
          ...{ card, writeId: 'w', purpose: 'finish', hint: 'put_card_back' },
          progress: { done: 7, total: 9 },
        },
        { phase: 'succeeded', result: { kind: 'assigned', credential: cardOf('c', 'ada', '123') } },
        { phase: 'failed', reason: 'device_timeout', detail: 'no answer within 3000 ms' },
      ];
      store.attempts.insert(attempt('1', 'a'));
      for (const progress of phases) {
        store.attempts.update(attempt('1', 'a', progress));
        expect(store.attempts.get('1')).toEqual(attempt('1', 'a', progress));
      }
      expect(store.attempts.get('2')).toBeNull();
    });

    test('are listed newest first, of one encoder, and from a time on even when the clock was set back', () => {
      const store = storeWithEncoders();
      const times = [100, 300, 400, 200, 500];
      for (const [at, createdAt] of times.entries()) {
        store.attempts.insert({ ...attempt(`${at}`, at === 3 ? 'b' : 'a', ENDED), createdAt });
      }
      const ids = (filter: object, page = { after: 0, limit: 10 }) =>
        store.attempts.list(filter, page, 'newestFirst').rows.map(({ id }) => id);
      expect(ids({})).toEqual(['4', '3', '2', '1', '0']);
      expect(ids({ encoderId: 'a' })).toEqual(['4', '2', '1', '0']);
      expect(ids({ createdAfter: 250 })).toEqual(['4', '2', '1']);
      expect(ids({ createdAfter: 400 })).toEqual(['4']);
      expect(ids({ createdAfter: 500 })).toEqual([]);
      expect(ids({ createdAfter: 99 })).toHaveLength(5);
      const { rows, nextAfter } = store.attempts.list({}, { after: 0, limit: 2 }, 'newestFirst');
      expect(rows.map(({ id }) => id)).toEqual(['4', '3']);
      expect(ids({}, { after: Number(nextAfter), limit: 2 })).toEqual(['2', '1']);
      expect(store.attempts.list({ createdAfter: 250 }, { after: 0, limit: 10 }).rows).toHaveLength(3);
    });

    test('are tallied by encoder, phase and reason', () => {
      const store = storeWithEncoders();
      const failed = (reason: FailureReason) => ({ phase: 'failed', reason, detail: null }) as const;
      const made = [failed('cancelled'), failed('device_timeout'), ENDED, failed('device_timeout'), ENDED];
      for (const [at, progress] of made.entries()) {
        store.attempts.insert({ ...attempt(`${at}`, at === 4 ? 'b' : 'a', progress), createdAt: at * 10 });
      }
      const ended = { phase: ENDED.phase, reason: 'reason' in ENDED ? ENDED.reason : null };
      expect(store.attempts.tally(0)).toEqual([
        { ...ended, encoderId: 'b', count: 1, lastId: '4' },
        { encoderId: 'a', phase: 'failed', reason: 'device_timeout', count: 2, lastId: '3' },
        { ...ended, encoderId: 'a', count: 1, lastId: '2' },
      ]);
      expect(store.attempts.tally(40)).toEqual([]);
    });

    test('are live until they end', () => {
      const store = storeWithEncoders();
      store.attempts.insert(attempt('1', 'a'));
      store.attempts.insert(attempt('2', 'b', { phase: 'awaiting_card', hint: 'place_card' }));
      expect(store.attempts.live().map(({ id }) => id)).toEqual(['1', '2']);
      expect(store.attempts.liveOn('b')?.id).toBe('2');
      store.attempts.update(attempt('2', 'b', ENDED));
      expect(store.attempts.live().map(({ id }) => id)).toEqual(['1']);
      expect(store.attempts.liveOn('b')).toBeNull();
    });

    test('are live one at a time on an encoder', () => {
      const store = storeWithEncoders();
      store.attempts.insert(attempt('1', 'a'));
      expect(() => store.attempts.insert(attempt('2', 'a'))).toThrow();
      store.attempts.insert(attempt('3', 'a', ENDED));
      expect(() => store.attempts.update(attempt('3', 'a'))).toThrow();
      store.attempts.update(attempt('1', 'a', ENDED));
      store.attempts.insert(attempt('4', 'a'));
      expect(ids(store.attempts.list({}, ALL))).toEqual(['1', '3', '4']);
    });

    test('are made only on an encoder that there is', () => {
      const store = storeWithEncoders();
      expect(() => store.attempts.insert(attempt('1', 'none'))).toThrow();
    });

    test('are listed by id', () => {
      const store = storeWithEncoders();
      for (const id of ['1', '2', '3']) store.attempts.insert(attempt(id, 'a', ENDED));
      expect(ids(store.attempts.list({ ids: ['3', '1'] }, ALL))).toEqual(['1', '3']);
    });
  });

  describe('events', () => {
    test('are found by every filter', () => {
      const store = openStore();
      const events: readonly SiteEvent[] = [
        { id: 'e1', type: 'acs_system.added', occurredAt: 10, subject: {} },
        { id: 'e2', type: 'acs_user.created', occurredAt: 20, subject: { acsUserId: 'ada' } },
        { id: 'e3', type: 'acs_encoder.added', occurredAt: 30, subject: { acsEncoderId: 'a' } },
        { id: 'e4', type: 'acs_credential.issued', occurredAt: 40, subject: { acsCredentialId: 'c1' } },
      ];
      expect(store.events.lastOccurredAt()).toBeNull();
      for (const event of events) store.events.insert(event);
      expect(store.events.lastOccurredAt()).toBe(40);
      const found = (filter: Parameters<typeof store.events.list>[0]) => ids(store.events.list(filter, ALL));
      expect(store.events.get('e2')).toEqual(events[1]);
      expect(store.events.get('none')).toBeNull();
      expect(store.events.list({}, ALL).rows).toEqual(events);
      expect(found({ types: ['acs_user.created', 'acs_system.added'] })).toEqual(['e1', 'e2']);
      expect(found({ types: [] })).toEqual([]);
      expect(found({ ids: ['e4', 'e1'] })).toEqual(['e1', 'e4']);
      expect(found({ since: 20 })).toEqual(['e3', 'e4']);
      expect(found({ before: 20 })).toEqual(['e1']);
      expect(found({ since: 10, before: 40 })).toEqual(['e2', 'e3']);
      expect(found({ acsUserId: 'ada' })).toEqual(['e2']);
      expect(found({ acsEncoderId: 'a' })).toEqual(['e3']);
      expect(found({ acsCredentialId: 'c1' })).toEqual(['e4']);
      expect(() =>
        store.events.insert({ id: 'e1', type: 'acs_system.added', occurredAt: 1, subject: {} }),
      ).toThrow();
      store.events.insert({ id: 'e5', type: 'acs_system.added', occurredAt: 5, subject: {} });
      expect(store.events.lastOccurredAt()).toBe(5);
    });
  });
}
