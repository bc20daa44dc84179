import { expect, test } from 'vitest';
import { toAcsUser, toAcsUsers } from '../../../../src/api/wire/acs-user.ts';
import { toUserIdentities, toUserIdentity } from '../../../../src/api/wire/user-identity.ts';
import { createUserIdentity } from '../../../../src/site/identities.ts';
import type { Site } from '../../../../src/site/site.ts';
import { addUser, openTestSite } from '../../site/site-bed.ts';

const NOBODY = { key: null, fullName: null, emailAddress: null, phoneNumber: null };

/** The same site, where nobody can be looked up one by one. */
function withoutSingleReads(site: Site): Site {
  const never = () => {
    throw new Error('a page must not ask for each row');
  };
  const { users, userIdentities } = site.store;
  return {
    ...site,
    store: {
      ...site.store,
      users: { ...users, get: never, ofIdentity: never },
      userIdentities: { ...userIdentities, get: never },
    },
  };
}

test('a page of users, and one of identities, reads who belongs to whom at once', () => {
  const site = openTestSite();
  const people = ['Ada', 'Grace', 'Edith'].map((fullName) =>
    createUserIdentity(site, { ...NOBODY, fullName }),
  );
  const [ada, grace] = people;
  const users = [
    addUser(site, 'A', { userIdentityId: ada?.id ?? null }),
    addUser(site, 'G', { userIdentityId: grace?.id ?? null }),
    addUser(site, 'Nobody in particular'),
  ];
  const page = withoutSingleReads(site);
  expect(toAcsUsers(users, page)).toEqual(users.map((user) => toAcsUser(user, site)));
  expect(toAcsUsers(users, page).map((user) => user.user_identity_full_name)).toEqual([
    'Ada',
    'Grace',
    undefined,
  ]);
  expect(toUserIdentities(people, page)).toEqual(people.map((person) => toUserIdentity(person, site)));
  expect(toUserIdentities(people, page).map((person) => person.acs_user_ids)).toEqual([
    [users[0]?.id],
    [users[1]?.id],
    [],
  ]);
});
