import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { RESOURCE_KINDS } from '../../../../src/model/resource.ts';
import { membership } from '../../../../src/model/resource-change.ts';
import { HistoryDiffers } from '../../../../src/sync/backend-error.ts';
import { type Desk, openDeskFirst } from '../../../stories/desk.ts';
import { deliver, made, message, NEVER, newCredential, SecondDesk, walkThrough } from './seam-bed.ts';

let desk: Desk;
openDeskFirst((opened) => {
  desk = opened;
});

const starts = new Date(Date.now() + 3_600_000).toISOString();
const ends = new Date(Date.now() + 7_200_000).toISOString();

describe('hello', () => {
  test('says who the backend is, what time it has, and where its news begin', async () => {
    const { backend, seam } = await SecondDesk.reach(desk);
    const [system] = await seam.acs.systems.list();
    const before = Date.now();
    const hello = await backend.hello(NEVER);
    expect(hello).toMatchObject({
      identity: `${system?.workspace_id}/${desk.systemId}`,
      workspaceId: system?.workspace_id,
      acsSystemId: desk.systemId,
      connectedAccountId: system?.connected_account_id,
      heard: null,
    });
    expect(Math.abs((hello.time ?? 0) - before)).toBeLessThan(2000);
    expect(hello.cursor).not.toBeNull();
  });

  test('of a backend without events has no cursor', async () => {
    const above = await SecondDesk.reach(desk);
    above.next('/events/list', (response) => void response.writeHead(404).end('404'));
    expect((await above.backend.hello(NEVER)).cursor).toBeNull();
  });

  test.each([
    ['the one that it was before is taken', 'workspace/second', 'second'],
    ['nobody can tell which is meant', null, null],
  ])('of a backend with several access systems: %s', async (_, identity, systemId) => {
    const above = await SecondDesk.reach(desk, { identity: () => identity });
    const systems = ['first', 'second'].map((acs_system_id) => ({ acs_system_id, name: acs_system_id }));
    above.proxy.answerOnce('/acs/systems/list', () => ({ acs_systems: systems, ok: true }));
    const hello = above.backend.hello(NEVER);
    if (systemId === null) await expect(hello).rejects.toThrow(/several access systems: first \(first\)/);
    else expect(await hello).toMatchObject({ acsSystemId: systemId });
  });
});

describe('a walk', () => {
  test('meets every thing once, after those that it names, with what Seam knows of it', async () => {
    const above = await SecondDesk.reach(desk);
    const { backend, seam } = above;
    const own = await above.entrance();
    const [entranceId, groupId] = [own, await above.group([own])];
    const person = { user_identity_key: randomUUID(), full_name: 'Ada', email_address: 'ada@b.example' };
    const { user_identity_id } = await seam.userIdentities.create(person);
    const userId = await above.user('Ada', {
      ...{ user_identity_id, phone_number: '+4915112345678', acs_access_group_ids: [groupId] },
      access_schedule: { starts_at: starts, ends_at: ends },
    });
    const order = { access_method: 'card', acs_user_id: userId, ends_at: ends } as const;
    const { acs_credential_id } = await seam.acs.credentials.create(order);
    const items = await walkThrough(backend);
    const stateOf = (id: string) => items.find((one) => one.id === id)?.state;
    expect(stateOf(entranceId)).toMatchObject({ name: expect.any(String), number: expect.any(Number) });
    expect(stateOf(groupId)).toMatchObject({ name: expect.any(String), entranceIds: [entranceId] });
    expect(stateOf(user_identity_id)).toEqual({
      key: person.user_identity_key,
      fullName: 'Ada',
      emailAddress: 'ada@b.example',
      phoneNumber: null,
      createdAt: expect.any(Number),
    });
    expect(stateOf(userId)).toEqual({
      fullName: 'Ada',
      emailAddress: null,
      phoneNumber: '+4915112345678',
      accessSchedule: { startsAt: Date.parse(starts), endsAt: Date.parse(ends) },
      userIdentityId: user_identity_id,
      isSuspended: false,
      hidAcsSystemId: null,
      createdAt: expect.any(Number),
      accessGroupIds: [groupId],
    });
    expect(stateOf(acs_credential_id)).toEqual({
      accessMethod: 'card',
      acsUserId: userId,
      code: null,
      startsAt: null,
      endsAt: Date.parse(ends),
      entranceIds: [],
      createdAt: expect.any(Number),
    });
    const ids = items.map(({ kind, id }) => `${kind} ${id}`);
    expect(new Set(ids).size).toBe(ids.length);
    const kinds = items.map(({ kind }) => RESOURCE_KINDS.indexOf(kind));
    expect(kinds).toEqual(kinds.toSorted((a, b) => a - b));
  });

  test('tells of a card to be written what it opens by itself, and not what its holder may open by groups', async () => {
    const above = await SecondDesk.reach(desk);
    const [own, ofGroup] = [await above.entrance(), await above.entrance()];
    const acs_access_group_ids = [await above.group([ofGroup])];
    const user = await above.user('Ada', { acs_access_group_ids });
    const card = { accessMethod: 'card', acsUserId: user, code: null, entranceIds: [own] };
    const id = await made(above.backend, message(newCredential(card)));
    const [read] = await above.backend.read([{ kind: 'acs_credential', id }], NEVER);
    expect(read?.state).toMatchObject({ entranceIds: [own] });
  });

  test('asks for groups by group, not by user, and again for whom this desk changed meanwhile', async () => {
    const above = await SecondDesk.reach(desk);
    const { backend, proxy } = above;
    const [groupId, user] = [await above.group(), await above.user('Grace')];
    const users = JSON.stringify({ kind: 'acs_user', cursor: null });
    const readPage = (cursor: string | null) =>
      proxy.answerOnce('/acs/users/list', () => ({
        acs_users: [{ acs_user_id: user, display_name: 'Grace', created_at: starts }],
        pagination: { next_page_cursor: cursor },
        ok: true,
      }));
    readPage('more');
    const first = await backend.walk(users, NEVER);
    expect(first.items[0]?.state).toMatchObject({ accessGroupIds: [] });
    await deliver(backend, message(membership('acs_user', user, 'accessGroupIds', { added: [groupId] })));
    const before = proxy.count('/acs/access_groups/list');
    readPage(null);
    const last = await backend.walk(first.position, NEVER);
    expect(last.items[0]?.state).toMatchObject({ accessGroupIds: [groupId] });
    expect(proxy.count('/acs/access_groups/list') - before).toBe(1);
  });

  test('goes on where it was, also after a restart', async () => {
    const above = await SecondDesk.reach(desk);
    const all = await walkThrough(above.backend);
    const first = await above.backend.walk(null, NEVER);
    const restarted = await SecondDesk.reach(desk);
    const items = [...first.items];
    let { position } = first;
    for (let page = 0; page < 20 && position !== null; page += 1) {
      const part: typeof first = await restarted.backend.walk(position, NEVER);
      items.push(...part.items);
      position = part.position;
    }
    expect(items.map(({ id }) => id)).toEqual(all.map(({ id }) => id));
  });

  test('goes through all pages of a kind', async () => {
    const { backend, proxy } = await SecondDesk.reach(desk);
    const walk = (cursor: string | null, next: string | null) => {
      proxy.answerOnce('/user_identities/list', ({ searchParams }) => ({
        user_identities: [
          { user_identity_id: `after ${searchParams.get('page_cursor')}`, created_at: starts },
        ],
        pagination: { next_page_cursor: next },
        ok: true,
      }));
      return backend.walk(JSON.stringify({ kind: 'user_identity', cursor }), NEVER);
    };
    const first = await walk(null, 'page 2');
    expect(first.items.map(({ id }) => id)).toEqual(['after null']);
    expect(JSON.parse(first.position ?? '')).toEqual({ kind: 'user_identity', cursor: 'page 2' });
    const last = await walk('page 2', null);
    expect(last.items.map(({ id }) => id)).toEqual(['after page 2']);
    expect(JSON.parse(last.position ?? '')).toEqual({ kind: 'acs_user', cursor: null });
  });
});

describe('an operation that is said not to be there', () => {
  test('once, by a proxy, is asked for again', async () => {
    const above = await SecondDesk.reach(desk);
    const id = await above.entrance();
    above.proxy.treat('/acs/entrances/list', (response) => void response.writeHead(404).end('404'));
    const { items } = await above.backend.walk(null, NEVER);
    expect(items.map((one) => one.id)).toContain(id);
  });

  test('by a backend that is not there at all is trouble', async () => {
    const { backend, proxy } = await SecondDesk.reach(desk);
    await backend.hello(NEVER);
    for (const path of ['/acs/entrances/list', '/acs/systems/list']) {
      proxy.treat(path, (response) => void response.writeHead(404).end('404'));
    }
    await expect(backend.walk(null, NEVER)).rejects.toMatchObject({ trouble: 'failing' });
  });
});

describe('news', () => {
  test('tell what was made and what is gone since, once', async () => {
    const above = await SecondDesk.reach(desk);
    const { backend, seam } = above;
    const { cursor: from } = await backend.hello(NEVER);
    // What happened in the seconds before comes, too: twice, in case more than a page did.
    const cursor = (await backend.news((await backend.news(from ?? '', NEVER)).cursor, NEVER)).cursor;
    const [user, entranceId] = [await above.user('New'), await above.entrance()];
    const gone = await above.user('Gone');
    const order = { access_method: 'code', code: pin(), acs_user_id: user } as const;
    const { acs_credential_id } = await seam.acs.credentials.create(order);
    await seam.acs.users.delete({ acs_user_id: gone });
    const news = await backend.news(cursor, NEVER);
    expect(news.items).toHaveLength(4);
    expect(news.items).toEqual(
      expect.arrayContaining([
        { kind: 'acs_user', id: user, state: expect.objectContaining({ fullName: 'New' }) },
        { kind: 'acs_entrance', id: entranceId, state: expect.anything() },
        {
          kind: 'acs_credential',
          id: acs_credential_id,
          state: expect.objectContaining({ acsUserId: user }),
        },
        { kind: 'acs_user', id: gone, state: null },
      ]),
    );
    expect(news.hasMore).toBe(false);
    expect(await backend.news(news.cursor, NEVER)).toEqual({
      items: [],
      cursor: news.cursor,
      hasMore: false,
    });
  });

  test.each(['{}', 'epoch:5', ''])('from no place of Seam’s (%j) are not to be had', async (cursor) => {
    const { backend } = await SecondDesk.reach(desk);
    await expect(backend.news(cursor, NEVER)).rejects.toThrow(HistoryDiffers);
  });

  test('of a thousand events come in pages, and those of one moment neither twice nor never', async () => {
    const above = await SecondDesk.reach(desk);
    const user = await above.user('Ada');
    const { cursor } = await above.backend.hello(NEVER);
    const now = Date.now();
    // Nine events a moment: pages end in the middle of one.
    const events = Array.from({ length: 1000 }, (_, index) => ({
      event_id: `event${index}`,
      event_type: 'acs_user.deleted',
      acs_user_id: `user${index}`,
      occurred_at: new Date(now + Math.floor(index / 9)).toISOString(),
    }));
    let from = cursor ?? '';
    const gone: string[] = [];
    for (let page = 0; page < 20; page += 1) {
      above.proxy.answerOnce('/events/list', ({ searchParams }) => {
        const since = Date.parse(searchParams.get('since') ?? '');
        const found = events.filter((one) => Date.parse(one.occurred_at) > since);
        return { events: found.slice(0, Number(searchParams.get('limit'))), ok: true };
      });
      const news = await above.backend.news(from, NEVER);
      gone.push(...news.items.map(({ id }) => id));
      from = news.cursor;
      if (!news.hasMore) break;
    }
    expect(gone).toEqual(events.map(({ acs_user_id }) => acs_user_id));
    expect(user).not.toBe('');
  });

  test('that come newest first, and are more than a page, are not to be had', async () => {
    const above = await SecondDesk.reach(desk);
    const { cursor } = await above.backend.hello(NEVER);
    above.proxy.answerOnce('/events/list', () => ({
      events: Array.from({ length: 500 }, (_, index) => ({
        event_id: `event${index}`,
        event_type: 'acs_user.created',
        occurred_at: new Date(Date.now() - index).toISOString(),
      })),
      ok: true,
    }));
    await expect(above.backend.news(cursor ?? '', NEVER)).rejects.toThrow(HistoryDiffers);
  });
});

describe('reading', () => {
  test('gives things in the order in which they were asked for, and null for what is gone', async () => {
    const above = await SecondDesk.reach(desk);
    const [user, group] = [await above.user('Ada'), await above.group()];
    const names = [
      { kind: 'acs_access_group', id: group },
      ...RESOURCE_KINDS.map((kind) => ({ kind, id: randomUUID() })),
      { kind: 'acs_user', id: user },
    ] as const;
    const read = await above.backend.read(names, NEVER);
    expect(read.map(({ kind, id }) => ({ kind, id }))).toEqual(names);
    expect(read.map(({ state }) => state !== null)).toEqual([true, ...RESOURCE_KINDS.map(() => false), true]);
  });
});

function pin(): string {
  return String(100_000_000 + Math.floor(Math.random() * 800_000_000));
}
