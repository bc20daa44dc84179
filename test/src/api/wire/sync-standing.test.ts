import { describe, expect, test } from 'vitest';
import { toAcsAccessGroup, toAcsAccessGroups } from '../../../../src/api/wire/acs-access-group.ts';
import { toAcsCredential, toAcsCredentials } from '../../../../src/api/wire/acs-credential.ts';
import { toAcsUser, toAcsUsers } from '../../../../src/api/wire/acs-user.ts';
import { toChange } from '../../../../src/api/wire/change.ts';
import { toUserIdentities, toUserIdentity } from '../../../../src/api/wire/user-identity.ts';
import type { ResourceKind } from '../../../../src/model/resource.ts';
import type { RefusalCode } from '../../../../src/model/sync.ts';
import type { User, UserIdentity } from '../../../../src/model/user.ts';
import { addToAccessGroup, removeFromAccessGroup, suspendUser } from '../../../../src/site/access.ts';
import { createAccessGroup, updateAccessGroup } from '../../../../src/site/access-groups.ts';
import { createEntrance } from '../../../../src/site/entrances.ts';
import { createUserIdentity } from '../../../../src/site/identities.ts';
import { dropMessage, retryMessage, settle, takeBackendsVersion } from '../../../../src/site/outbox.ts';
import type { Site } from '../../../../src/site/site.ts';
import { updateUser } from '../../../../src/site/users.ts';
import { checkResource } from '../../../seam-schema.ts';
import { addCardCredential, issue } from '../../site/card-bed.ts';
import { addUser, openTestSite, type StillSite, UNREACHED_BACKEND } from '../../site/site-bed.ts';
import { iso, NOW } from './wire-bed.ts';

const REASON = 'Somebody changed the same at the backend. Look at it there, and decide.';

/** The backend took everything that waits. */
const deliverAll = (site: StillSite): void =>
  settle(
    site,
    site.store.outbox.waiting(0, 1000).map((message) => ({ message, verdict: { verdict: 'applied' } })),
  );

/** The backend refuses everything that waits. */
function refuseAll(site: StillSite, code: RefusalCode = 'changed_above'): void {
  const refusal = { code, message: REASON, fields: [], rivalId: null };
  settle(
    site,
    site.store.outbox
      .waiting(0, 1000)
      .map((message) => ({ message, verdict: { verdict: 'refused', refusal } })),
  );
}

/** A thing as it goes out, once Seam's schema took it. */
function shown<Wire extends object>(kind: ResourceKind, wire: Wire): Wire {
  checkResource(kind, JSON.parse(JSON.stringify(wire)));
  return wire;
}

const shownUser = (site: Site, { id }: User) => {
  const user = site.store.users.get(id);
  if (user === null) throw new Error('there is no such user');
  return shown('acs_user', toAcsUser(user, site));
};

const newIdentity = { key: null, fullName: 'Ada', emailAddress: null, phoneNumber: null };

describe('without a backend', () => {
  test('nothing is said of one', () => {
    const site = openTestSite();
    const user = shownUser(site, addUser(site, 'Ada'));
    expect(user).toMatchObject({ errors: [], warnings: [], last_successful_sync_at: null });
    expect(user.pending_mutations).toBeUndefined();
    const credential = shown('acs_credential', toAcsCredential(addCardCredential(site), site));
    expect(credential.is_latest_desired_state_synced_with_provider).toBeUndefined();
    expect(credential.latest_desired_state_synced_with_provider_at).toBeUndefined();
  });
});

describe('a credential', () => {
  const state = (site: Site, id: string) => {
    const credential = site.store.credentials.get(id);
    if (credential === null) throw new Error('there is no such credential');
    const wire = shown('acs_credential', toAcsCredential(credential, site));
    return [
      wire.is_latest_desired_state_synced_with_provider,
      wire.latest_desired_state_synced_with_provider_at,
    ];
  };

  test('is not synced before the backend has taken it, and says when it did', () => {
    const site = openTestSite({ hasBackend: true });
    const { id } = addCardCredential(site);
    expect(state(site, id)).toEqual([false, undefined]);
    site.clock.advance(1_000);
    deliverAll(site);
    expect(state(site, id)).toEqual([true, iso(NOW + 1_000)]);
  });

  test('is not synced while a change waits, and still says when it was', () => {
    const site = openTestSite({ hasBackend: true });
    const { id } = addCardCredential(site);
    deliverAll(site);
    site.clock.advance(1_000);
    issue(site, id);
    expect(state(site, id)).toEqual([false, iso(NOW)]);
    deliverAll(site);
    expect(state(site, id)).toEqual([true, iso(NOW + 1_000)]);
  });

  test('is not synced while the backend has something that cannot be stored here', () => {
    const site = openTestSite({ hasBackend: true });
    const { id } = addCardCredential(site);
    deliverAll(site);
    site.store.sharedResources.note({ kind: 'acs_credential', id }, 'theirs', 1, NOW);
    const item = { kind: 'acs_credential', id: 'theirs' } as const;
    site.store.heldItems.hold(item, 'its user is not here', NOW);
    expect(state(site, id)).toEqual([false, iso(NOW)]);
    site.store.heldItems.release(item);
    expect(state(site, id)).toEqual([true, iso(NOW)]);
  });

  test('that the backend never had and nobody told it of is not synced', () => {
    const site = openTestSite();
    const { id } = addCardCredential(site);
    site.store.backend.write(UNREACHED_BACKEND);
    expect(state(site, id)).toEqual([false, undefined]);
  });

  test('warns with the backend’s reason while its change is refused', () => {
    const site = openTestSite({ hasBackend: true });
    const { id } = addCardCredential(site);
    deliverAll(site);
    const issued = issue(site, id);
    site.clock.advance(2_000);
    refuseAll(site);
    expect(state(site, id)).toEqual([false, iso(NOW)]);
    const warning = {
      warning_code: 'unknown_issue_with_acs_credential',
      message: REASON,
      created_at: iso(NOW + 2_000),
    };
    expect(toAcsCredential(issued, site).warnings).toEqual([warning]);
    for (const { id: message } of site.store.outbox.refused({ after: 0, limit: 9 }).rows) {
      retryMessage(site, message);
    }
    expect(toAcsCredential(issued, site).warnings).toEqual([]);
    expect(state(site, id)).toEqual([false, iso(NOW)]);
  });
});

describe('a user', () => {
  const codes = (user: { readonly pending_mutations?: readonly { mutation_code: string }[] | undefined }) =>
    user.pending_mutations?.map(({ mutation_code }) => mutation_code);

  test('is being created until the backend has taken it, and says when it did', () => {
    const site = openTestSite({ hasBackend: true });
    const ada = addUser(site, 'Ada');
    expect(shownUser(site, ada)).toMatchObject({
      pending_mutations: [
        {
          mutation_code: 'creating',
          created_at: iso(NOW),
          message: 'The backend does not know of this creation yet.',
        },
      ],
      last_successful_sync_at: null,
    });
    site.clock.advance(3_000);
    deliverAll(site);
    expect(shownUser(site, ada)).toMatchObject({
      pending_mutations: [],
      errors: [],
      last_successful_sync_at: iso(NOW + 3_000),
    });
  });

  test('that was here before the backend, or whose creation was dropped, is being created', () => {
    const site = openTestSite();
    const ada = addUser(site, 'Ada');
    const staff = createAccessGroup(site, { name: 'Staff', entranceIds: [] });
    site.store.backend.write(UNREACHED_BACKEND);
    site.clock.advance(1_000);
    const bob = addUser(site, 'Bob');
    refuseAll(site);
    for (const { id } of site.store.outbox.refused({ after: 0, limit: 9 }).rows) dropMessage(site, id);
    const creating = { mutation_code: 'creating', message: 'The backend does not have it.' };
    expect(shownUser(site, ada).pending_mutations).toEqual([{ ...creating, created_at: iso(NOW) }]);
    expect(shownUser(site, bob).pending_mutations).toEqual([{ ...creating, created_at: iso(NOW + 1_000) }]);
    const group = shown('acs_access_group', toAcsAccessGroup(staff, site));
    expect(group.pending_mutations).toEqual([{ ...creating, created_at: iso(NOW) }]);
    suspendUser(site, { acsUserId: ada.id });
    expect(codes(shownUser(site, ada))).toEqual(['creating', 'updating_suspension_state']);
    site.store.sharedResources.note({ kind: 'acs_user', id: bob.id }, bob.id, 1, NOW);
    expect(shownUser(site, bob).pending_mutations).toEqual([]);
  });

  test('names each kind of change that the backend does not know, from what to what, in order', () => {
    const site = openTestSite({ hasBackend: true });
    const ada = addUser(site, 'Ada', { emailAddress: 'ada@example.com' });
    const staff = createAccessGroup(site, { name: 'Staff', entranceIds: [] });
    deliverAll(site);
    const name = { acsUserId: ada.id };
    updateUser(site, name, { fullName: 'Ada Lovelace', emailAddress: null });
    const accessSchedule = { startsAt: NOW, endsAt: NOW + 1_000 };
    updateUser(site, name, { accessSchedule, phoneNumber: '+4915112345678' });
    updateUser(site, name, { accessSchedule: null });
    suspendUser(site, name);
    addToAccessGroup(site, staff.id, { kind: 'acs_user', acsUserId: ada.id });
    removeFromAccessGroup(site, staff.id, name);
    const { pending_mutations } = shownUser(site, ada);
    const noTimes = { starts_at: null, ends_at: null };
    const times = { starts_at: iso(NOW), ends_at: iso(NOW + 1_000) };
    const [inNone, inStaff] = [{ acs_access_group_id: null }, { acs_access_group_id: staff.id }];
    expect(pending_mutations).toMatchObject([
      {
        mutation_code: 'updating_user_information',
        from: { full_name: 'Ada', email_address: 'ada@example.com' },
        to: { full_name: 'Ada Lovelace', email_address: null },
      },
      {
        mutation_code: 'updating_user_information',
        from: { phone_number: null },
        to: { phone_number: '+4915112345678' },
      },
      { mutation_code: 'updating_access_schedule', from: noTimes, to: times },
      { mutation_code: 'updating_access_schedule', from: times, to: noTimes },
      {
        mutation_code: 'updating_suspension_state',
        from: { is_suspended: false },
        to: { is_suspended: true },
      },
      { mutation_code: 'updating_group_membership', from: inNone, to: inStaff },
      { mutation_code: 'updating_group_membership', from: inStaff, to: inNone },
    ]);
  });

  test.each([
    ['changed_above', 'failed_to_create_on_acs_system', 'failed_to_update_on_acs_system'],
    ['deleted_above', 'deleted_externally', 'deleted_externally'],
  ] as const)(
    'that is refused with %s has an error with the backend’s reason',
    (code, creating, updating) => {
      const site = openTestSite({ hasBackend: true });
      const ada = addUser(site, 'Ada');
      site.clock.advance(1_000);
      refuseAll(site, code);
      const error = { error_code: creating, message: REASON, created_at: iso(NOW + 1_000) };
      expect(shownUser(site, ada).errors).toEqual([error]);
      expect(codes(shownUser(site, ada))).toEqual(['creating']);
      expect(shownUser(site, ada).pending_mutations?.[0]?.message).toContain(REASON);
      const grace = addUser(site, 'Grace');
      deliverAll(site);
      updateUser(site, { acsUserId: grace.id }, { fullName: 'Grace Hopper' });
      refuseAll(site, code);
      expect(shownUser(site, grace).errors).toEqual([{ ...error, error_code: updating }]);
    },
  );

  test('whose change is refused is an issue of its identity', () => {
    const site = openTestSite({ hasBackend: true });
    const person: UserIdentity = createUserIdentity(site, newIdentity);
    deliverAll(site);
    expect(shown('user_identity', toUserIdentity(person, site)).errors).toEqual([]);
    const ada = addUser(site, 'Ada', { userIdentityId: person.id });
    refuseAll(site);
    const { errors } = shown('user_identity', toUserIdentity(person, site));
    expect(errors).toEqual([
      {
        error_code: 'issue_with_acs_user',
        acs_user_id: ada.id,
        acs_system_id: site.identity.acsSystemId,
        message: REASON,
        created_at: iso(NOW),
      },
    ]);
  });
});

describe('an access group', () => {
  test('names what the backend does not know, from what to what', () => {
    const site = openTestSite({ hasBackend: true });
    const entrance = createEntrance(site, 'Pool').id;
    const group = createAccessGroup(site, { name: 'Staff', entranceIds: [] });
    const wire = () => {
      const now = site.store.accessGroups.get(group.id);
      if (now === null) throw new Error('there is no such group');
      return shown('acs_access_group', toAcsAccessGroup(now, site));
    };
    expect(wire().pending_mutations).toMatchObject([{ mutation_code: 'creating' }]);
    deliverAll(site);
    expect(wire()).toMatchObject({ pending_mutations: [], errors: [], warnings: [] });
    updateAccessGroup(site, group.id, { name: 'Team', entranceIds: [entrance] });
    expect(wire().pending_mutations).toMatchObject([
      { mutation_code: 'updating_group_information', from: { name: 'Staff' }, to: { name: 'Team' } },
      {
        mutation_code: 'updating_entrance_membership',
        from: { acs_entrance_id: null },
        to: { acs_entrance_id: entrance },
      },
    ]);
  });

  test('tells what was refused of it: its making as an error, any other change as a warning', () => {
    const site = openTestSite({ hasBackend: true });
    const group = createAccessGroup(site, { name: 'Staff', entranceIds: [] });
    refuseAll(site);
    const remark = { message: REASON, created_at: iso(NOW) };
    const wire = () => shown('acs_access_group', toAcsAccessGroup(group, site));
    expect(wire()).toMatchObject({
      errors: [{ error_code: 'failed_to_create_on_acs_system', ...remark }],
      warnings: [],
    });
    const { outbox } = site.store;
    for (const { id } of outbox.refused({ after: 0, limit: 9 }).rows) outbox.settle([id], 'dropped', NOW);
    updateAccessGroup(site, group.id, { name: 'Team' });
    refuseAll(site);
    expect(wire()).toMatchObject({
      errors: [],
      warnings: [{ warning_code: 'unknown_issue_with_acs_access_group', ...remark }],
    });
  });
});

test('apps hear of each thing that stands otherwise with the backend than before', () => {
  const site = openTestSite({ hasBackend: true });
  const frames = (work: () => void) => {
    const after = site.store.changes.last();
    work();
    return site.store.changes.after(after, 100).map((change) => toChange(change, site));
  };
  const [ada, grace] = [addUser(site, 'Ada'), addUser(site, 'Grace')];
  const about = (...users: readonly User[]) => ({
    type: 'sync.changed',
    sequence: expect.any(Number),
    resources: users.map(({ id }) => ({ resource_type: 'acs_user', resource_id: id })),
  });
  expect(frames(() => deliverAll(site))).toEqual([about(ada, grace)]);
  expect(frames(() => settle(site, []))).toEqual([]);
  updateUser(site, { acsUserId: ada.id }, { fullName: 'Ada Lovelace' });
  expect(frames(() => refuseAll(site))).toEqual([about(ada)]);
  const refusedOne = () => site.store.outbox.refused({ after: 0, limit: 1 }).rows[0]?.id ?? '';
  expect(frames(() => retryMessage(site, refusedOne()))).toEqual([about(ada)]);
  refuseAll(site);
  expect(frames(() => dropMessage(site, refusedOne()))).toEqual([about(ada)]);
  updateUser(site, { acsUserId: grace.id }, { fullName: 'Grace Hopper' });
  refuseAll(site);
  expect(frames(() => takeBackendsVersion(site, refusedOne()))).toEqual([about(grace)]);
});

/** The same site, which counts how often it is asked how things stand with the backend; of one thing alone it must not be. */
function askings(site: Site): { readonly site: Site; take(): number } {
  let count = 0;
  const counted =
    <Given extends readonly unknown[], Answer>(ask: (...given: Given) => Answer) =>
    (...given: Given): Answer => {
      count += 1;
      return ask(...given);
    };
  const { outbox, sharedResources, heldItems } = site.store;
  return {
    site: {
      ...site,
      store: {
        ...site.store,
        outbox: {
          ...outbox,
          unsettledAmong: counted(outbox.unsettledAmong),
          unsettledOf: counted(outbox.unsettledOf),
        },
        sharedResources: {
          ...sharedResources,
          among: counted(sharedResources.among),
          get: counted(sharedResources.get),
        },
        heldItems: { ...heldItems, among: counted(heldItems.among) },
      },
    },
    take: () => {
      const asked = count;
      count = 0;
      return asked;
    },
  };
}

test('of many things the store is asked as often as of one, and says the same', () => {
  const site = openTestSite({ hasBackend: true });
  const people = ['Ada', 'Grace', 'Edith'].map((fullName) => {
    const person = createUserIdentity(site, { ...newIdentity, fullName });
    const user = addUser(site, fullName, { userIdentityId: person.id });
    return { person, user, credential: addCardCredential(site, { acsUserId: user.id }) };
  });
  const groups = ['Staff', 'Guests'].map((name) => createAccessGroup(site, { name, entranceIds: [] }));
  deliverAll(site);
  updateUser(site, { acsUserId: people[0]?.user.id ?? '' }, { fullName: 'Ada Lovelace' });
  refuseAll(site);
  issue(site, people[1]?.credential.id ?? '');
  updateAccessGroup(site, groups[1]?.id ?? '', { name: 'Visitors' });
  const [users, credentials, identities] = [
    people.map(({ user }) => user),
    people.map(({ credential }) => credential),
    people.map(({ person }) => person),
  ];
  const asked = askings(site);
  expect(toAcsUsers(users, asked.site)).toEqual(users.map((user) => toAcsUser(user, site)));
  expect(asked.take()).toBe(3);
  expect(toAcsCredentials(credentials, asked.site)).toEqual(
    credentials.map((credential) => toAcsCredential(credential, site)),
  );
  expect(asked.take()).toBe(3);
  expect(toUserIdentities(identities, asked.site)).toEqual(
    identities.map((person) => toUserIdentity(person, site)),
  );
  expect(asked.take()).toBe(3);
  expect(toAcsAccessGroups(groups, asked.site)).toEqual(groups.map((group) => toAcsAccessGroup(group, site)));
  expect(asked.take()).toBe(3);
});
