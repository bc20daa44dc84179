import { expect, test } from 'vitest';
import { hashToken } from '../../../src/site/api-keys.ts';
import {
  addDesk,
  deskOfKey,
  freeDeskName,
  noteSeen,
  removeDesk,
  replaceDeskKey,
} from '../../../src/site/paired-desks.ts';
import { openTestSite } from './site-bed.ts';

test('a desk has a key of its own that may cross the bridge and nothing else, and only its hash is kept', () => {
  const site = openTestSite();
  const { token, desk } = addDesk(site, 'Lobby');
  const key = site.store.apiKeys.withHash(hashToken(token));
  expect(key).toMatchObject({ id: desk.apiKeyId, scopes: ['bridge'], revokedAt: null });
  expect(deskOfKey(site, desk.apiKeyId)).toEqual(desk);
  expect(JSON.stringify([site.store.apiKeys.list(), site.store.pairedDesks.list()])).not.toContain(token);
  expect(() => deskOfKey(site, 'x')).toThrow('belongs to no desk');
});

test('no two desks have one name', () => {
  const site = openTestSite();
  addDesk(site, 'Lobby');
  expect(() => addDesk(site, 'Lobby')).toThrow('named "Lobby" already');
  expect(freeDeskName(site, 'Lobby')).toBe('Lobby 2');
  addDesk(site, 'Lobby 2');
  expect(freeDeskName(site, 'Lobby')).toBe('Lobby 3');
  removeDesk(site, 'Lobby');
  expect(freeDeskName(site, 'Lobby')).toBe('Lobby');
});

test('a new key is worth something from now on, the old one nothing; what is known of the desk stays', () => {
  const site = openTestSite();
  const { token: old, desk } = addDesk(site, 'Lobby');
  site.store.pairedDesks.update({ ...desk, highWaterMark: 7 });
  const { token, desk: after } = replaceDeskKey(site, desk.id);
  expect(after).toEqual({ ...desk, highWaterMark: 7, apiKeyId: after.apiKeyId });
  expect(site.store.apiKeys.withHash(hashToken(old))?.revokedAt).toBe(site.clock.now());
  expect(site.store.apiKeys.withHash(hashToken(token))).toMatchObject({
    id: after.apiKeyId,
    revokedAt: null,
  });
  expect(deskOfKey(site, after.apiKeyId)).toEqual(after);
  expect(() => deskOfKey(site, desk.apiKeyId)).toThrow('belongs to no desk');
});

test('a desk that is removed has no key any more', () => {
  const site = openTestSite();
  const { token, desk } = addDesk(site, 'Lobby');
  expect(removeDesk(site, 'Lobby')).toEqual(desk);
  expect(site.store.apiKeys.withHash(hashToken(token))?.revokedAt).toBe(site.clock.now());
  expect(site.store.pairedDesks.list()).toEqual([]);
  expect(() => removeDesk(site, 'Lobby')).toThrow('no desk "Lobby"');
});

test('when a desk was here is written down once a minute, and its clock when it has changed', () => {
  const site = openTestSite();
  let { desk } = addDesk(site, 'Lobby');
  const now = site.clock.now();
  desk = noteSeen(site, desk, now + 5000);
  expect(desk).toMatchObject({ lastSeenAt: now, skewMs: 5000 });
  site.clock.advance(59_000);
  expect(noteSeen(site, desk, now + 59_000 + 5500)).toBe(desk);
  expect(noteSeen(site, desk, null)).toBe(desk);
  expect(noteSeen(site, desk, now + 59_000)).toMatchObject({ lastSeenAt: now + 59_000, skewMs: 0 });
  site.clock.advance(60_000);
  desk = noteSeen(site, desk, null);
  expect(desk).toMatchObject({ lastSeenAt: now + 119_000, skewMs: 5000 });
  expect(site.store.pairedDesks.get(desk.id)).toEqual(desk);
});
