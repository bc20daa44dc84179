import { describe, expect, test } from 'vitest';
import { findEvent } from '../../../src/site/events.ts';
import { announce, record } from '../../../src/site/site.ts';
import { checkEntrances, checkSystem } from '../../../src/site/systems.ts';
import { createWebhook } from '../../../src/site/webhooks.ts';
import { announced, openTestSite, temporaryFolder } from './site-bed.ts';

describe('a site', () => {
  test('is made once, and tells of its access system then', () => {
    const folder = temporaryFolder();
    const first = openTestSite({}, folder);
    const second = openTestSite({ name: 'Another name' }, folder);
    expect(second.identity).toEqual(first.identity);
    expect(announced(second)).toEqual(['acs_system.added']);
  });

  test('is another one in another store', () => {
    expect(openTestSite().identity.acsSystemId).not.toBe(openTestSite().identity.acsSystemId);
  });

  test('has one access system, and only the entrances that were made', () => {
    const site = openTestSite();
    checkSystem(site, site.identity.acsSystemId);
    expect(() => checkSystem(site, 'another')).toThrow(
      expect.objectContaining({ type: 'acs_system_not_found' }),
    );
    checkEntrances(site, []);
    expect(() => checkEntrances(site, ['door'])).toThrow(
      expect.objectContaining({ type: 'acs_entrance_not_found', data: { acs_entrance_id: 'door' } }),
    );
  });

  test('finds its events by id', () => {
    const site = openTestSite();
    const [added] = site.store.events.list({}, { after: 0, limit: 1 }).rows;
    expect(findEvent(site, added?.id ?? '')).toEqual(added);
    expect(() => findEvent(site, 'none')).toThrow(expect.objectContaining({ type: 'event_not_found' }));
  });

  describe('gives each event a time of its own', () => {
    const NOBODY = { acsUserId: 'nobody' };
    const openFrom = () => {
      const site = openTestSite();
      const start = site.clock.now();
      return {
        site,
        announceMany: (count: number) => {
          site.store.transaction(() => {
            for (let at = 0; at < count; at += 1) announce(site, 'acs_user.created', NOBODY);
          });
          const { rows } = site.store.events.list({ types: ['acs_user.created'] }, { after: 0, limit: 1000 });
          return rows.map(({ occurredAt }) => occurredAt - start);
        },
      };
    };

    test('a millisecond after the last one, and now once that is past', () => {
      const { site, announceMany } = openFrom();
      expect(announceMany(3)).toEqual([1, 2, 3]);
      site.clock.advance(2);
      expect(announceMany(1)).toEqual([1, 2, 3, 4]);
      site.clock.advance(1000);
      expect(announceMany(2)).toEqual([1, 2, 3, 4, 1002, 1003]);
    });

    test('also after the clock was set back a little; when it was set back far, it counts from there', () => {
      const { site, announceMany } = openFrom();
      announceMany(1);
      site.clock.advance(-59_000);
      expect(announceMany(1)).toEqual([1, 2]);
      site.clock.advance(-2000);
      expect(announceMany(2)).toEqual([-61_000, -60_999, 1, 2]);
    });

    test('and is due at a webhook at once, however far ahead its time is', () => {
      const { site, announceMany } = openFrom();
      const { id } = createWebhook(site, { url: 'http://127.0.0.1/', eventTypes: ['*'] });
      announceMany(3);
      expect(site.store.deliveries.due(id, site.clock.now(), 10)).toHaveLength(3);
    });
  });

  test('rings once for any number of changes, when they are committed', async () => {
    const site = openTestSite();
    await new Promise((resolve) => setImmediate(resolve));
    const heard: number[] = [];
    const rung = new Promise<void>((resolve) => {
      site.doorbell.listen(() => {
        heard.push(site.store.changes.last());
        resolve();
      });
    });
    const before = site.store.changes.last();
    site.store.transaction(() => {
      announce(site, 'acs_user.created', { acsUserId: 'ada' });
      announce(site, 'acs_user.deleted', { acsUserId: 'ada' });
    });
    expect(heard).toEqual([]);
    await rung;
    await new Promise((resolve) => setImmediate(resolve));
    expect(heard).toEqual([before + 2]);
  });

  test('keeps the newest changes, not much more than it was told to', () => {
    const site = openTestSite({ keptChanges: 50 });
    const card = { uid: '04A1B2C3D4E5F6', technology: 'ntag215' } as const;
    site.store.transaction(() => {
      for (let count = 0; count < 500; count += 1) {
        record(site, { type: 'card.presented', encoderId: 'a', card, cardNumber: '1' });
      }
    });
    const last = site.store.changes.last();
    const kept = site.store.changes.after(0, 1000).map(({ sequence }) => sequence);
    expect(kept.at(-1)).toBe(last);
    expect(kept.length).toBeGreaterThanOrEqual(50);
    expect(kept.length).toBeLessThanOrEqual(150);
    expect(site.store.changes.keptAfter()).toBe(last - kept.length);
  });
});
