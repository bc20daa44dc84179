import { describe, expect, test } from 'vitest';
import type { ResourceKind, ResourceName, ResourceState } from '../../../src/model/resource.ts';
import { RESOURCE_KINDS } from '../../../src/model/resource.ts';
import { createAccessGroup } from '../../../src/site/access-groups.ts';
import { createApiKey } from '../../../src/site/api-keys.ts';
import { finishDeletions } from '../../../src/site/credential-deletion.ts';
import { findCredential } from '../../../src/site/credentials.ts';
import { createEntrance, findEntrance } from '../../../src/site/entrances.ts';
import { createUserIdentity } from '../../../src/site/identities.ts';
import { createCredential } from '../../../src/site/new-credential.ts';
import {
  InvalidState,
  listResources,
  ResourceConflict,
  readResource,
  removeResource,
  writeResource,
} from '../../../src/site/resources.ts';
import type { Site } from '../../../src/site/site.ts';
import { EVERY_ROW } from '../../../src/store/paging.ts';
import { ANOTHER_CARD_NUMBER, addCardCredential, CARD, CARD_NUMBER, issue } from './card-bed.ts';
import { writing } from './mirror-bed.ts';
import { addUser, announced, openTestSite } from './site-bed.ts';

const named = (kind: ResourceKind, id: string): ResourceName => ({ kind, id });

const identity = (site: Site, key: string) =>
  createUserIdentity(site, { key, fullName: null, emailAddress: null, phoneNumber: null });

/** One of everything that a site may have, hanging together. */
function furnish(site: Site) {
  const lobby = createEntrance(site, 'Lobby');
  const pool = createEntrance(site, 'Pool');
  const group = createAccessGroup(site, { name: 'Guests', entranceIds: [lobby.id] });
  const person = identity(site, 'ada');
  const ada = addUser(site, 'Ada', { userIdentityId: person.id, emailAddress: 'ada@example.com' });
  site.store.accessGroups.addUser(group.id, ada.id);
  site.store.entrances.grant(pool.id, ada.id);
  const card = issue(site, addCardCredential(site, { acsUserId: ada.id, entranceIds: [pool.id] }).id);
  return { lobby, pool, group, person, ada, card };
}

/** What `work` throws. */
function conflictOf(work: () => void): Pick<ResourceConflict, 'trouble' | 'field' | 'other'> {
  try {
    work();
  } catch (error) {
    if (error instanceof ResourceConflict) {
      return { trouble: error.trouble, field: error.field, other: error.other };
    }
    throw error;
  }
  throw new Error('nothing stood in the way');
}

describe('what is known of a thing', () => {
  test('written at another site, it is the same there', () => {
    const [site, other] = [openTestSite(), openTestSite()];
    const { ada } = furnish(site);
    addUser(site, 'Bob', { accessSchedule: { startsAt: 5, endsAt: null } });
    createCredential(site, {
      ...{ accessMethod: 'code', acsUserId: ada.id, code: '123456', startsAt: null, endsAt: null },
      entranceIds: [],
      vendorMetadata: { visionline_metadata: { card_function_type: 'guest', joiner: ['a'] } },
    });
    for (const kind of RESOURCE_KINDS) {
      for (const { id, state } of listResources(site, kind, EVERY_ROW).rows) {
        writeResource(other, { kind, id }, state);
        expect(readResource(other, { kind, id })).toEqual(readResource(site, { kind, id }));
      }
      expect(listResources(other, kind, EVERY_ROW)).toEqual(listResources(site, kind, EVERY_ROW));
    }
  });

  test('of what is not there is nothing', () => {
    const site = openTestSite();
    expect(RESOURCE_KINDS.map((kind) => readResource(site, { kind, id: 'nobody' }))).toEqual(
      RESOURCE_KINDS.map(() => null),
    );
  });

  test('is listed page by page', () => {
    const site = openTestSite();
    for (const name of ['Lobby', 'Pool', 'Sauna']) createEntrance(site, name);
    const first = listResources(site, 'acs_entrance', { after: 0, limit: 2 });
    const second = listResources(site, 'acs_entrance', { after: first.nextAfter ?? 0, limit: 2 });
    expect([first, second].map(({ rows }) => rows.map(({ state }) => state['name']))).toEqual([
      ['Lobby', 'Pool'],
      ['Sauna'],
    ]);
    expect(second.nextAfter).toBeNull();
  });
});

describe('writing a thing', () => {
  test('leaves what the state leaves out', () => {
    const site = openTestSite();
    const { ada, card, group, person, lobby } = furnish(site);
    const before = (name: ResourceName) => readResource(site, name) ?? {};
    const changes: readonly (readonly [ResourceName, ResourceState])[] = [
      [named('acs_entrance', lobby.id), { name: 'Main lobby' }],
      [named('acs_access_group', group.id), { name: 'Hotel guests' }],
      [named('user_identity', person.id), { phoneNumber: '+491701234567' }],
      [named('acs_user', ada.id), { fullName: 'Ada Lovelace' }],
      [named('acs_credential', card.id), { startsAt: 1000 }],
    ];
    for (const [name, state] of changes) {
      const expected = { ...before(name), ...state };
      writeResource(site, name, state);
      expect(readResource(site, name)).toEqual(expected);
    }
  });

  test('makes of a new thing what a new thing is', () => {
    const site = openTestSite();
    for (const kind of RESOURCE_KINDS) writeResource(site, { kind, id: `new ${kind}` }, {});
    const now = site.clock.now();
    expect(readResource(site, named('acs_entrance', 'new acs_entrance'))).toMatchObject({
      number: 1,
      createdAt: now,
    });
    expect(readResource(site, named('acs_user', 'new acs_user'))).toMatchObject({
      isSuspended: false,
      createdAt: now,
    });
    expect(findCredential(site, 'new acs_credential')).toMatchObject({
      ...{
        accessMethod: 'card',
        isIssued: false,
        issueCounter: 0,
        needsReissue: false,
        deletionAskedAt: null,
      },
    });
  });

  test('tells nobody, and announces nothing', () => {
    const [site, other] = [openTestSite(), openTestSite({ hasBackend: true })];
    furnish(site);
    const events = announced(other);
    for (const kind of RESOURCE_KINDS) {
      for (const { id, state } of listResources(site, kind, EVERY_ROW).rows)
        writeResource(other, { kind, id }, state);
    }
    expect(announced(other)).toEqual(events);
    expect(other.store.outbox.counts().waiting).toBe(0);
  });

  test('that is of the wrong type changes nothing', () => {
    const site = openTestSite();
    const { ada } = furnish(site);
    const name = named('acs_user', ada.id);
    const before = readResource(site, name);
    expect(() => writeResource(site, name, { fullName: null, isSuspended: 'yes' })).toThrow(InvalidState);
    expect(() => writeResource(site, name, { accessGroupIds: [7] })).toThrow('accessGroupIds');
    expect(readResource(site, name)).toEqual(before);
  });
});

describe('what must be there', () => {
  const missing = (kind: ResourceKind, field: string) => ({
    ...{ trouble: 'reference_missing', field },
    other: { kind, id: 'nobody' },
  });

  test.each([
    ['acs_access_group', { entranceIds: ['nobody'] }, missing('acs_entrance', 'entranceIds')],
    ['acs_user', { userIdentityId: 'nobody' }, missing('user_identity', 'userIdentityId')],
    ['acs_user', { accessGroupIds: ['nobody'] }, missing('acs_access_group', 'accessGroupIds')],
    ['acs_user', { grantedEntranceIds: ['nobody'] }, missing('acs_entrance', 'grantedEntranceIds')],
    ['acs_credential', { acsUserId: 'nobody' }, missing('acs_user', 'acsUserId')],
    ['acs_credential', { entranceIds: ['nobody'] }, missing('acs_entrance', 'entranceIds')],
  ] as const)('%s %o', (kind, state, conflict) => {
    const site = openTestSite();
    expect(conflictOf(() => writeResource(site, { kind, id: 'new' }, state))).toEqual(conflict);
    expect(readResource(site, { kind, id: 'new' })).toBeNull();
  });
});

describe('what only one may have', () => {
  test.each([
    ['acs_entrance', { name: 'Lobby' }, 'name'],
    ['acs_access_group', { name: 'Guests' }, 'name'],
    ['user_identity', { key: 'ada' }, 'key'],
    ['user_identity', { emailAddress: 'ADA@example.com' }, 'emailAddress'],
    ['user_identity', { phoneNumber: '+491701234567' }, 'phoneNumber'],
    ['acs_user', { userIdentityId: 'person' }, 'userIdentityId'],
    ['acs_credential', { code: '123456', accessMethod: 'code' }, 'code'],
    ['acs_credential', { cardNumber: CARD_NUMBER }, 'cardNumber'],
    ['acs_credential', { cardUid: CARD.uid }, 'cardUid'],
  ] as const)('%s %o', (kind, state, field) => {
    const site = openTestSite();
    writeResource(site, named('acs_entrance', 'lobby'), { name: 'Lobby' });
    writeResource(site, named('acs_access_group', 'guests'), { name: 'Guests' });
    const person = { key: 'ada', emailAddress: 'ada@example.com', phoneNumber: '+491701234567' };
    writeResource(site, named('user_identity', 'person'), person);
    writeResource(site, named('acs_user', 'ada'), { userIdentityId: 'person' });
    writeResource(site, named('acs_credential', 'rival'), {
      cardNumber: CARD_NUMBER,
      cardUid: CARD.uid,
      code: '123456',
    });
    const [holder] = listResources(site, kind, EVERY_ROW).rows;
    expect(conflictOf(() => writeResource(site, { kind, id: 'new' }, state))).toEqual({
      ...{ trouble: 'taken', field },
      other: { kind, id: holder?.id },
    });
    expect(readResource(site, { kind, id: 'new' })).toBeNull();
    // Whoever has it may be written with it.
    writeResource(site, { kind, id: holder?.id ?? '' }, state);
  });
});

describe('numbers of entrances', () => {
  test('one that another entrance has sends that one behind all that were ever given', () => {
    const site = openTestSite();
    const [lobby, pool] = ['Lobby', 'Pool', 'Sauna'].map((name) => createEntrance(site, name));
    writeResource(site, named('acs_entrance', 'new'), { name: 'Gym', number: lobby?.number ?? 0 });
    expect(site.store.entrances.withNumber(1)?.name).toBe('Gym');
    expect(findEntrance(site, lobby?.id ?? '').number).toBe(4);
    writeResource(site, named('acs_entrance', pool?.id ?? ''), { number: 3 });
    expect(site.store.entrances.withNumber(3)?.name).toBe('Pool');
    expect(site.store.entrances.withNumber(5)?.name).toBe('Sauna');
  });

  test('one that came by a change is never given again', () => {
    const site = openTestSite();
    const lobby = createEntrance(site, 'Lobby');
    writeResource(site, named('acs_entrance', lobby.id), { number: 700 });
    removeResource(site, named('acs_entrance', lobby.id));
    expect(createEntrance(site, 'Pool').number).toBe(701);
  });

  test('when all were given, no entrance can be moved away or made', () => {
    const site = openTestSite();
    writeResource(site, named('acs_entrance', 'last'), { number: 65_535 });
    expect(conflictOf(() => writeResource(site, named('acs_entrance', 'new'), { number: 65_535 }))).toEqual({
      ...{ trouble: 'taken', field: 'number' },
      other: { kind: 'acs_entrance', id: 'last' },
    });
    expect(() => writeResource(site, named('acs_entrance', 'new'), {})).toThrow(InvalidState);
  });
});

describe('a card must be issued again', () => {
  test.each([
    ['when its holder is suspended', 'acs_user', 'ada', { isSuspended: true }],
    [
      'when its holder has another schedule',
      'acs_user',
      'ada',
      { accessSchedule: { startsAt: 5, endsAt: null } },
    ],
    ['when its holder leaves a group', 'acs_user', 'ada', { accessGroupIds: [] }],
    ['when a grant is taken back', 'acs_user', 'ada', { grantedEntranceIds: [] }],
    ['when a group opens something else', 'acs_access_group', 'group', { entranceIds: [] }],
    ['when an entrance has another number', 'acs_entrance', 'lobby', { number: 77 }],
    ['when another end is wanted', 'acs_credential', 'card', { endsAt: 5_000_000 }],
    ['when it is nobody’s', 'acs_credential', 'card', { acsUserId: null }],
    ['when another desk issued it since', 'acs_credential', 'card', { issueCounter: 9 }],
  ] as const)('%s, and no more once that is taken back', (_, kind, thing, state) => {
    const site = openTestSite();
    const things = furnish(site);
    writeResource(site, named('acs_credential', things.card.id), { entranceIds: [] });
    issue(site, things.card.id);
    const needsReissue = () => findCredential(site, things.card.id).needsReissue;
    const name = named(kind, things[thing].id);
    const before = readResource(site, name) ?? {};
    expect(needsReissue()).toBe(false);
    writeResource(site, name, state);
    expect(needsReissue()).toBe(true);
    writeResource(site, name, before);
    expect(needsReissue()).toBe(false);
  });

  test('also one that another desk wrote', () => {
    const [site, other] = [openTestSite(), openTestSite()];
    const { ada, card } = furnish(site);
    for (const kind of RESOURCE_KINDS) {
      for (const { id, state } of listResources(site, kind, EVERY_ROW).rows) {
        writeResource(other, { kind, id }, state);
      }
    }
    expect(findCredential(other, card.id).needsReissue).toBe(false);
    writeResource(other, named('acs_user', ada.id), { accessGroupIds: [] });
    expect(findCredential(other, card.id).needsReissue).toBe(true);
  });

  test('when another entrance takes the number of one that it opens', () => {
    const site = openTestSite();
    const { lobby, card } = furnish(site);
    writeResource(site, named('acs_entrance', 'new'), { number: lobby.number });
    expect(findCredential(site, card.id).needsReissue).toBe(true);
  });

  test('when an entrance or a group of its holder goes', () => {
    for (const [kind, thing] of [
      ['acs_entrance', 'lobby'],
      ['acs_access_group', 'group'],
    ] as const) {
      const site = openTestSite();
      const things = furnish(site);
      removeResource(site, named(kind, things[thing].id));
      expect(readResource(site, named(kind, things[thing].id))).toBeNull();
      expect(findCredential(site, things.card.id).needsReissue).toBe(true);
    }
  });
});

describe('removing a thing', () => {
  test('a user’s codes go, cards stay and are nobody’s; who is asked hears of both, and of the user nothing', () => {
    const site = openTestSite({ hasBackend: true });
    const { ada, card } = furnish(site);
    const pin = createCredential(site, {
      ...{
        accessMethod: 'code',
        acsUserId: ada.id,
        code: null,
        startsAt: null,
        endsAt: null,
        entranceIds: [],
      },
    });
    const [told, events] = [site.store.outbox.lastSequence(), announced(site).length];
    const changes = removeResource(site, named('acs_user', ada.id));
    expect(site.store.users.get(ada.id)).toBeNull();
    expect(site.store.credentials.get(pin.id)).toBeNull();
    expect(findCredential(site, card.id)).toMatchObject({ acsUserId: null, cardNumber: CARD_NUMBER });
    expect(changes).toMatchObject([
      { id: card.id, action: 'updated', fields: { acsUserId: { from: ada.id, to: null } } },
      { id: pin.id, action: 'deleted' },
    ]);
    expect(announced(site).slice(events)).toEqual(['acs_credential.invalidated', 'acs_credential.deleted']);
    expect(site.store.outbox.lastSequence()).toBe(told);
  });

  test('with an identity goes its user', () => {
    const site = openTestSite();
    const { person, ada, card } = furnish(site);
    const changes = removeResource(site, named('user_identity', person.id));
    expect(site.store.userIdentities.get(person.id)).toBeNull();
    expect(changes.map(({ id, action }) => [id, action])).toEqual([
      [card.id, 'updated'],
      [ada.id, 'deleted'],
    ]);
    expect(announced(site).slice(-2)).toEqual(['acs_credential.invalidated', 'acs_user.deleted']);
  });

  test('a credential goes', () => {
    const site = openTestSite();
    const { card } = furnish(site);
    expect(removeResource(site, named('acs_credential', card.id))).toEqual([]);
    expect(site.store.credentials.get(card.id)).toBeNull();
    expect(site.store.credentials.withCardNumber(ANOTHER_CARD_NUMBER)).toBeNull();
  });

  test('a credential that is being written goes once that has ended, and nobody has it meanwhile', () => {
    const site = openTestSite();
    const ada = addUser(site, 'Ada');
    const { id } = addCardCredential(site, { acsUserId: ada.id });
    const write = writing(site, id);
    expect(removeResource(site, named('acs_user', ada.id))).toEqual([]);
    expect(findCredential(site, id)).toMatchObject({ acsUserId: null, deletionAskedAt: site.clock.now() });
    write.end();
    finishDeletions(site);
    expect(site.store.credentials.get(id)).toBeNull();
    expect(announced(site).at(-1)).toBe('acs_credential.deleted');
  });

  test('client sessions that could act for an identity end with it', () => {
    const site = openTestSite();
    const person = identity(site, 'ada');
    const { key } = createApiKey(site.store, { name: 'desk', scopes: ['read'] }, site.clock.now());
    site.store.clientSessions.insert({
      ...{ id: 'hers', apiKeyId: key.id, userIdentityIds: [person.id], scopes: ['read'] },
      ...{ userIdentifierKey: null, allowedOrigin: null, revokedAt: null, page: null },
      ...{ createdAt: site.clock.now(), expiresAt: site.clock.now() + 1000 },
    });
    removeResource(site, named('user_identity', person.id));
    expect(site.store.clientSessions.get('hers')).toBeNull();
    expect(announced(site).at(-1)).toBe('client_session.deleted');
  });

  test('that is not there does nothing', () => {
    const site = openTestSite();
    furnish(site);
    const events = announced(site);
    for (const kind of RESOURCE_KINDS) expect(removeResource(site, { kind, id: 'nobody' })).toEqual([]);
    expect(announced(site)).toEqual(events);
  });
});
