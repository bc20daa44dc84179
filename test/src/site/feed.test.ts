import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RESOURCE_KINDS, type ResourceKind } from '../../../src/model/resource.ts';
import { SiteError } from '../../../src/site/errors.ts';
import {
  continueFeed,
  feedCursor,
  isInHistory,
  newsAfter,
  readItems,
  walkPage,
} from '../../../src/site/feed.ts';
import { addDesk, removeDesk } from '../../../src/site/paired-desks.ts';
import type { Site } from '../../../src/site/site.ts';
import { deleteUser, updateUser } from '../../../src/site/users.ts';
import { addUser, openTestSite, temporaryFolder } from './site-bed.ts';

const namesOf = (site: Site, cursor: string, limit?: number) => {
  const { items, ...page } = newsAfter(site, cursor, null, limit);
  return { ...page, items: items.map(({ id, state }) => [id, state === null ? null : state['fullName']]) };
};

const errorOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    if (error instanceof SiteError) return error.type;
    throw error;
  }
  return 'none';
};

test('the news behind a place are the things that changed since, each once and as it is now', () => {
  const site = openTestSite();
  addDesk(site, 'Desk 1');
  const old = addUser(site, 'Old');
  const cursor = feedCursor(site);
  const jane = addUser(site, 'Jane');
  const gone = addUser(site, 'Gone');
  updateUser(site, { acsUserId: jane.id }, { fullName: 'Janet' });
  deleteUser(site, { acsUserId: gone.id });
  const news = namesOf(site, cursor);
  expect(news.items.toSorted()).toEqual(
    [
      [jane.id, 'Janet'],
      [gone.id, null],
    ].toSorted(),
  );
  expect(news.hasMore).toBe(false);
  expect(namesOf(site, news.cursor)).toEqual({ items: [], cursor: news.cursor, hasMore: false });
  updateUser(site, { acsUserId: old.id }, { fullName: 'Older' });
  expect(namesOf(site, news.cursor).items).toEqual([[old.id, 'Older']]);
});

test('many news come in parts that miss nothing', () => {
  const site = openTestSite();
  addDesk(site, 'Desk 1');
  let cursor = feedCursor(site);
  const users = Array.from({ length: 7 }, (_, at) => addUser(site, `Guest ${at}`).id);
  const met: unknown[] = [];
  for (const more of [true, true, true, false]) {
    const page = namesOf(site, cursor, 2);
    met.push(...page.items.map(([id]) => id));
    expect(page.hasMore).toBe(more);
    cursor = page.cursor;
  }
  expect(met).toEqual(users);
});

test('a place holds across restarts', () => {
  const site = openTestSite();
  addDesk(site, 'Desk 1');
  const first = feedCursor(site);
  const jane = addUser(site, 'Jane');
  const second = feedCursor(site);
  continueFeed(site);
  continueFeed(site);
  const john = addUser(site, 'John');
  expect(namesOf(site, first).items.map(([id]) => id)).toEqual([jane.id, john.id]);
  expect(namesOf(site, second).items.map(([id]) => id)).toEqual([john.id]);
});

test('who is several parts behind gets all of them, also when the site was started again since, and in between', () => {
  const site = openTestSite();
  addDesk(site, 'Desk 1');
  let cursor = feedCursor(site);
  const users = Array.from({ length: 7 }, (_, at) => addUser(site, `Guest ${at}`).id);
  const met: unknown[] = [];
  for (const more of [true, true, true, false]) {
    continueFeed(site);
    const page = namesOf(site, cursor, 2);
    met.push(...page.items.map(([id]) => id));
    expect(page.hasMore).toBe(more);
    cursor = page.cursor;
    expect(isInHistory(site, cursor)).toBe(true);
  }
  expect(met).toEqual(users);
});

test('a site that was restored from a backup does not know the places that came after it', () => {
  const folder = temporaryFolder();
  const site = openTestSite({}, folder);
  addDesk(site, 'Desk 1');
  addUser(site, 'Jane');
  const before = feedCursor(site);
  const backup = temporaryFolder();
  site.store[Symbol.dispose]();
  copyFileSync(join(folder, 'encoderd.db'), join(backup, 'encoderd.db'));

  // The site goes on for a while, with a restart and without.
  const original = openTestSite({}, folder);
  addUser(original, 'John');
  const sameEpoch = feedCursor(original);
  continueFeed(original);
  const laterEpoch = feedCursor(original);
  for (const cursor of [before, sameEpoch, laterEpoch]) expect(isInHistory(original, cursor)).toBe(true);

  const restored = openTestSite({}, backup);
  continueFeed(restored);
  // So much happens that its sequences have passed the others.
  for (const name of ['Ann', 'Ben', 'Cem']) addUser(restored, name);
  expect(namesOf(restored, before).items).toHaveLength(3);
  for (const cursor of [sameEpoch, laterEpoch]) {
    expect(isInHistory(restored, cursor)).toBe(false);
    expect(errorOf(() => newsAfter(restored, cursor))).toBe('history_differs');
    expect(errorOf(() => newsAfter(restored, before, cursor))).toBe('history_differs');
  }
  expect(isInHistory(original, feedCursor(restored))).toBe(false);
});

test('a place from before something that is forgotten holds no more; one that has come so far does', () => {
  const site = openTestSite();
  addDesk(site, 'Desk 1');
  addUser(site, 'Stays');
  const before = feedCursor(site);
  const { id } = addUser(site, 'Goes');
  deleteUser(site, { acsUserId: id });
  const behind = feedCursor(site);
  const later = addUser(site, 'Later');
  expect(site.store.feed.forgetGoneBefore(site.clock.now() + 1, 10)).toBe(1);
  expect(errorOf(() => newsAfter(site, before))).toBe('history_forgotten');
  expect(isInHistory(site, before)).toBe(true);
  expect(namesOf(site, behind).items).toEqual([[later.id, 'Later']]);
  expect(namesOf(site, feedCursor(site)).items).toEqual([]);
});

test('nothing is noted while no desk is paired, and no place from before holds after that', () => {
  const site = openTestSite();
  continueFeed(site);
  addUser(site, 'Jane');
  expect([site.store.feed.currentEpoch(), site.store.feed.last()]).toEqual([null, 0]);
  addDesk(site, 'Desk 1');
  const first = feedCursor(site);
  addDesk(site, 'Desk 2');
  removeDesk(site, 'Desk 1');
  expect(isInHistory(site, first)).toBe(true);
  removeDesk(site, 'Desk 2');
  addUser(site, 'Unnoted');
  continueFeed(site);
  addDesk(site, 'Desk 1');
  expect(isInHistory(site, first)).toBe(false);
  expect(isInHistory(site, feedCursor(site))).toBe(true);
});

test('a walk meets everything once, kinds in their order, whatever goes meanwhile', () => {
  const site = openTestSite();
  const users = site.store.transaction(() =>
    Array.from({ length: 450 }, (_, at) => addUser(site, `Guest ${at}`).id),
  );
  const sizes: number[] = [];
  const met: string[] = [];
  const kinds: ResourceKind[] = [];
  let position: string | null = null;
  for (let part = 0; part < 20; part += 1) {
    const page = walkPage(site, position);
    sizes.push(page.items.length);
    met.push(...page.items.map(({ id }) => id));
    kinds.push(...page.items.map(({ kind }) => kind));
    position = page.position;
    if (position === null) break;
    const last = met.at(-1);
    // Somebody whom the walk has passed goes.
    if (met.length === 200 && last !== undefined) deleteUser(site, { acsUserId: last });
  }
  expect(position).toBe(null);
  expect(met).toEqual(users);
  expect(Math.max(...sizes)).toBe(200);
  const ranks = kinds.map((kind) => RESOURCE_KINDS.indexOf(kind));
  expect(ranks).toEqual(ranks.toSorted());
  expect(errorOf(() => walkPage(site, 'acs_user'))).toBe('invalid_input');
});

test('things are read in the order in which they were asked for; what is not there is null', () => {
  const site = openTestSite();
  const { id } = addUser(site, 'Jane');
  const names = [{ kind: 'user_identity', id } as const, { kind: 'acs_user', id } as const];
  expect(readItems(site, names)).toEqual([
    { kind: 'user_identity', id, state: null },
    { kind: 'acs_user', id, state: expect.objectContaining({ fullName: 'Jane', accessGroupIds: [] }) },
  ]);
});
