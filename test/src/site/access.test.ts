import { describe, expect, test } from 'vitest';
import type { Credential } from '../../../src/model/credential.ts';
import {
  addToAccessGroup,
  credentialsThatOpen,
  entrancesOpenTo,
  grantAccess,
  removeFromAccessGroup,
  revokeAllAccess,
  suspendUser,
  unsuspendUser,
} from '../../../src/site/access.ts';
import { createAccessGroup } from '../../../src/site/access-groups.ts';
import { findCredential, unassignCredential } from '../../../src/site/credentials.ts';
import { createEntrance } from '../../../src/site/entrances.ts';
import { createUserIdentity } from '../../../src/site/identities.ts';
import type { Site } from '../../../src/site/site.ts';
import { createUser, findUser, updateUser } from '../../../src/site/users.ts';
import { EVERY_ROW } from '../../../src/store/paging.ts';
import { addCardCredential, issue } from './card-bed.ts';
import { addUser, contentsOf, lastTold, openTestSite, waitingForBackend } from './site-bed.ts';

const HOUR_MS = 3_600_000;

/** Ada with a card that opens the gate by itself, a pool and a group for the sauna. */
function openHouse() {
  const site = openTestSite({ hasBackend: true });
  const [gate, pool, sauna] = ['Gate', 'Pool', 'Sauna'].map((name) => createEntrance(site, name).id);
  if (gate === undefined || pool === undefined || sauna === undefined)
    throw new Error('an entrance is missing');
  const group = createAccessGroup(site, { name: 'Bathers', entranceIds: [sauna] });
  const card = issue(site, addCardCredential(site, { entranceIds: [gate] }).id);
  const acsUserId = card.acsUserId ?? 'nobody';
  return { site, gate, pool, sauna, group, card, acsUserId, ada: { kind: 'acs_user', acsUserId } as const };
}

const opened = (site: Site, acsUserId: string) =>
  site.store.entrances.list({ acsUserId }, EVERY_ROW).rows.map(({ name }) => name);

const needsReissue = (site: Site, { id }: Credential) => findCredential(site, id).needsReissue;

describe('what a user may open', () => {
  test('is what was granted, what the groups open and what the credentials open', () => {
    const { site, pool, group, card, ada } = openHouse();
    expect(opened(site, ada.acsUserId)).toEqual(['Gate']);
    grantAccess(site, pool, ada);
    expect(needsReissue(site, card)).toBe(true);
    addToAccessGroup(site, group.id, ada);
    expect(opened(site, ada.acsUserId)).toEqual(['Gate', 'Pool', 'Sauna']);
    const told = { kind: 'acs_user', id: ada.acsUserId, action: 'updated', fields: {}, event: null };
    expect(waitingForBackend(site).slice(-2)).toEqual([
      { ...told, sets: { grantedEntranceIds: { added: [pool], removed: [] } } },
      { ...told, sets: { accessGroupIds: { added: [group.id], removed: [] } } },
    ]);
  });

  test('is less once the user leaves a group, and the card is as it was', () => {
    const { site, group, card, ada } = openHouse();
    addToAccessGroup(site, group.id, ada);
    expect(needsReissue(site, card)).toBe(true);
    removeFromAccessGroup(site, group.id, ada);
    expect(opened(site, ada.acsUserId)).toEqual(['Gate']);
    expect(needsReissue(site, card)).toBe(false);
    expect(lastTold(site)).toMatchObject({
      id: ada.acsUserId,
      sets: { accessGroupIds: { added: [], removed: [group.id] } },
    });
  });

  test('is nothing once all of it is revoked, and the credentials stay', () => {
    const { site, gate, pool, group, card, ada } = openHouse();
    grantAccess(site, pool, ada);
    addToAccessGroup(site, group.id, ada);
    expect(issue(site, card.id).needsReissue).toBe(false);
    revokeAllAccess(site, ada);
    expect(opened(site, ada.acsUserId)).toEqual([]);
    expect(findCredential(site, card.id)).toMatchObject({
      isIssued: true,
      acsUserId: ada.acsUserId,
      entranceIds: [],
      needsReissue: true,
    });
    expect(site.store.accessGroups.hasUser(group.id, ada.acsUserId)).toBe(false);
    const all = { action: 'updated', fields: {}, event: null };
    expect(waitingForBackend(site).slice(-3)).toEqual([
      { kind: 'acs_credential', id: card.id, ...all, sets: { entranceIds: { added: [], removed: [gate] } } },
      {
        ...{ kind: 'acs_user', id: ada.acsUserId, ...all },
        sets: { accessGroupIds: { added: [], removed: [group.id] } },
      },
      {
        ...{ kind: 'acs_user', id: ada.acsUserId, ...all },
        sets: { grantedEntranceIds: { added: [], removed: [pool] } },
      },
    ]);
  });

  test('is nothing while the user is suspended, and all of it afterwards', () => {
    const { site, pool, card, ada } = openHouse();
    grantAccess(site, pool, ada);
    const before = issue(site, card.id);
    suspendUser(site, ada);
    expect(findUser(site, ada).isSuspended).toBe(true);
    expect(opened(site, ada.acsUserId)).toEqual([]);
    expect(needsReissue(site, card)).toBe(true);
    unsuspendUser(site, ada);
    expect(opened(site, ada.acsUserId)).toEqual(['Gate', 'Pool']);
    expect(findCredential(site, card.id)).toEqual(before);
    const told = { kind: 'acs_user', id: ada.acsUserId, action: 'updated', sets: {}, event: null };
    expect(waitingForBackend(site).slice(-2)).toEqual([
      { ...told, fields: { isSuspended: { from: false, to: true } } },
      { ...told, fields: { isSuspended: { from: true, to: false } } },
    ]);
  });

  test('does not change by what is so already', () => {
    const { site, group, ada } = openHouse();
    const others = createAccessGroup(site, { name: 'Others', entranceIds: [] });
    addToAccessGroup(site, group.id, ada);
    suspendUser(site, ada);
    const before = contentsOf(site);
    addToAccessGroup(site, group.id, ada);
    suspendUser(site, ada);
    removeFromAccessGroup(site, others.id, ada);
    expect(contentsOf(site)).toEqual(before);
  });

  test('is asked for a person who becomes a user by that', () => {
    const { site, pool, group } = openHouse();
    const { id } = createUserIdentity(site, {
      key: null,
      fullName: 'Grace',
      emailAddress: null,
      phoneNumber: null,
    });
    const grace = { kind: 'user_identity', userIdentityId: id } as const;
    grantAccess(site, pool, grace);
    addToAccessGroup(site, group.id, grace);
    const user = findUser(site, grace);
    expect(opened(site, user.id)).toEqual(['Pool', 'Sauna']);
  });

  test('cannot be changed for nobody, nor by what is not there', () => {
    const { site, pool, group, ada } = openHouse();
    const nobody = { kind: 'acs_user', acsUserId: 'none' } as const;
    const before = contentsOf(site);
    const noUser = expect.objectContaining({ type: 'acs_user_not_found' });
    const noGroup = expect.objectContaining({ type: 'acs_access_group_not_found' });
    expect(() => grantAccess(site, pool, nobody)).toThrow(noUser);
    expect(() => addToAccessGroup(site, group.id, nobody)).toThrow(noUser);
    expect(() => removeFromAccessGroup(site, group.id, nobody)).toThrow(noUser);
    expect(() => revokeAllAccess(site, nobody)).toThrow(noUser);
    expect(() => suspendUser(site, nobody)).toThrow(noUser);
    expect(() => addToAccessGroup(site, 'none', ada)).toThrow(noGroup);
    expect(() => removeFromAccessGroup(site, 'none', ada)).toThrow(noGroup);
    expect(() => grantAccess(site, 'none', ada)).toThrow(
      expect.objectContaining({ type: 'acs_entrance_not_found' }),
    );
    expect(contentsOf(site)).toEqual(before);
  });
});

test('what a user may open is nothing once the access schedule has ended', () => {
  const { site, gate, card, acsUserId } = openHouse();
  const now = site.clock.now();
  const open = () => entrancesOpenTo(site, findUser(site, { acsUserId })).map(({ id }) => id);
  const valid = () => credentialsThatOpen(site, gate, true).map(({ id }) => id);
  const accessSchedule = { startsAt: now + 1, endsAt: now + HOUR_MS };
  updateUser(site, { acsUserId }, { accessSchedule });
  expect([open(), valid()]).toEqual([[gate], [card.id]]);
  site.clock.advance(HOUR_MS);
  expect([open(), valid()]).toEqual([[], []]);
  updateUser(site, { acsUserId }, { accessSchedule: null });
  expect([open(), valid()]).toEqual([[gate], [card.id]]);
});

describe('the credentials that open an entrance', () => {
  test('are those that do so by themselves or by their holder', () => {
    const { site, gate, pool, card, ada } = openHouse();
    const ids = (entrance: string) => credentialsThatOpen(site, entrance, false).map(({ id }) => id);
    expect(ids(gate)).toEqual([card.id]);
    expect(ids(pool)).toEqual([]);
    grantAccess(site, pool, ada);
    expect(ids(pool)).toEqual([card.id]);
    suspendUser(site, ada);
    expect(ids(gate)).toEqual([]);
    unsuspendUser(site, ada);
    expect(ids(gate)).toEqual([card.id]);
    unassignCredential(site, card.id, ada.acsUserId);
    expect(ids(gate)).toEqual([]);
    expect(() => ids('none')).toThrow(expect.objectContaining({ type: 'acs_entrance_not_found' }));
  });

  test('and are valid are those that are issued and not over', () => {
    const { site, gate, card } = openHouse();
    const now = site.clock.now();
    const acsUserId = addUser(site, 'Grace').id;
    const order = { acsUserId, entranceIds: [gate] };
    addCardCredential(site, order);
    const times = { startsAt: now, endsAt: now + HOUR_MS };
    const code = addCardCredential(site, { ...order, accessMethod: 'code', code: '222222', ...times });
    const ids = () => credentialsThatOpen(site, gate, true).map(({ id }) => id);
    expect(ids()).toEqual([card.id, code.id]);
    site.clock.advance(HOUR_MS);
    expect(ids()).toEqual([card.id]);
  });
});

test('a user begins in the groups that are named, or not at all', () => {
  const { site, group, acsUserId } = openHouse();
  expect(acsUserId).not.toBe('nobody');
  const order = {
    fullName: 'Grace',
    emailAddress: null,
    phoneNumber: null,
    accessSchedule: null,
    userIdentityId: null,
  };
  const before = contentsOf(site);
  expect(() => createUser(site, order, [group.id, 'none'])).toThrow(
    expect.objectContaining({ type: 'acs_access_group_not_found', data: { acs_access_group_id: 'none' } }),
  );
  expect(contentsOf(site)).toEqual(before);
  const grace = createUser(site, order, [group.id, group.id]);
  expect(opened(site, grace.id)).toEqual(['Sauna']);
});
