import { describe, expect, test } from 'vitest';
import { createApiKey } from '../../../src/site/api-keys.ts';
import { createUserIdentity, updateUserIdentity } from '../../../src/site/identities.ts';
import {
  addUserToIdentity,
  deleteUserIdentity,
  findIdentity,
  removeUserFromIdentity,
} from '../../../src/site/identity-users.ts';
import { beneficiaryOf, findUser, userFor } from '../../../src/site/users.ts';
import { EVERY_ROW } from '../../../src/store/paging.ts';
import { addUser, announced, contentsOf, inBrief, openTestSite, waitingForBackend } from './site-bed.ts';

const NOBODY = { key: null, fullName: null, emailAddress: null, phoneNumber: null };
const ADA = { ...NOBODY, key: 'guest-7', fullName: 'Ada Lovelace' };
const MAIL = 'ada@example.com';
const PHONE = '+4915112345678';

const duplicate = (data: object) => expect.objectContaining({ type: 'duplicate_user_identity', data });

describe('an identity', () => {
  test('shares its key, e-mail address and phone number with no other', () => {
    const site = openTestSite();
    const ada = createUserIdentity(site, { ...ADA, emailAddress: MAIL, phoneNumber: PHONE });
    const grace = createUserIdentity(site, NOBODY);
    const before = contentsOf(site);
    for (const taken of [{ key: 'guest-7' }, { emailAddress: MAIL }, { phoneNumber: PHONE }]) {
      const refused = duplicate({ user_identity_id: ada.id });
      expect(() => createUserIdentity(site, { ...NOBODY, ...taken })).toThrow(refused);
      expect(() => updateUserIdentity(site, grace.id, taken)).toThrow(refused);
      expect(updateUserIdentity(site, ada.id, taken)).toEqual(ada);
    }
    const sameMail = { emailAddress: 'Ada@Example.COM' };
    expect(() => createUserIdentity(site, { ...NOBODY, ...sameMail })).toThrow(
      duplicate({ user_identity_id: ada.id }),
    );
    expect(contentsOf(site)).toEqual(before);
    expect(updateUserIdentity(site, ada.id, sameMail)).toEqual({ ...ada, ...sameMail });
  });

  test('is changed in what is given, and null takes it away', () => {
    const site = openTestSite({ hasBackend: true });
    const ada = createUserIdentity(site, { ...ADA, emailAddress: MAIL });
    const changed = updateUserIdentity(site, ada.id, { emailAddress: null, phoneNumber: PHONE });
    expect(changed).toEqual({ ...ada, emailAddress: null, phoneNumber: PHONE });
    expect(findIdentity(site, { key: 'guest-7' })).toEqual(changed);
    expect(findIdentity(site, { userIdentityId: ada.id })).toEqual(changed);
    const told = { kind: 'user_identity', id: ada.id, sets: {}, event: null };
    const nothing = { from: null, to: null };
    expect(waitingForBackend(site)).toEqual([
      {
        ...{ ...told, action: 'created' },
        fields: {
          key: { from: null, to: 'guest-7' },
          fullName: { from: null, to: ada.fullName },
          emailAddress: { from: null, to: MAIL },
          phoneNumber: nothing,
          createdAt: { from: null, to: ada.createdAt },
        },
      },
      {
        ...{ ...told, action: 'updated' },
        fields: { emailAddress: { from: MAIL, to: null }, phoneNumber: { from: null, to: PHONE } },
      },
    ]);
    expect(() => updateUserIdentity(site, 'none', {})).toThrow(
      expect.objectContaining({ type: 'user_identity_not_found' }),
    );
  });

  test('ends the client sessions that could act for it when it goes', () => {
    const site = openTestSite();
    const [ada, grace] = [createUserIdentity(site, ADA), createUserIdentity(site, NOBODY)];
    const { key } = createApiKey(site.store, { name: 'desk', scopes: ['read'] }, site.clock.now());
    const session = (id: string, ...userIdentityIds: string[]) =>
      site.store.clientSessions.insert({
        ...{ id, apiKeyId: key.id, userIdentityIds, scopes: ['read'] },
        ...{ userIdentifierKey: null, allowedOrigin: null, revokedAt: null, page: null },
        ...{ createdAt: site.clock.now(), expiresAt: site.clock.now() + 1000 },
      });
    session('hers', ada.id);
    session('of both', ada.id, grace.id);
    session("another's", grace.id);
    session('unbound');
    deleteUserIdentity(site, ada.id);
    expect(site.store.clientSessions.list({}, EVERY_ROW).rows.map(({ id }) => id)).toEqual([
      "another's",
      'unbound',
    ]);
    expect(announced(site).filter((type) => type === 'client_session.deleted')).toHaveLength(2);
  });

  test('takes its user along when it goes', () => {
    const site = openTestSite({ hasBackend: true });
    const ada = createUserIdentity(site, ADA);
    const user = addUser(site, 'Ada', { userIdentityId: ada.id });
    deleteUserIdentity(site, ada.id);
    expect(site.store.userIdentities.get(ada.id)).toBeNull();
    expect(site.store.users.get(user.id)).toBeNull();
    expect(announced(site).at(-1)).toBe('acs_user.deleted');
    expect(waitingForBackend(site).slice(-2).map(inBrief)).toEqual([
      { kind: 'acs_user', id: user.id, action: 'deleted', event: 'acs_user.deleted' },
      { kind: 'user_identity', id: ada.id, action: 'deleted', event: null },
    ]);
    expect(() => deleteUserIdentity(site, ada.id)).toThrow(
      expect.objectContaining({ type: 'user_identity_not_found' }),
    );
  });
});

describe('a user of an identity', () => {
  test('is added and removed', () => {
    const site = openTestSite();
    const ada = createUserIdentity(site, ADA);
    const user = addUser(site, 'Ada');
    expect(addUserToIdentity(site, { userIdentityId: ada.id }, user.id).userIdentityId).toBe(ada.id);
    expect(addUserToIdentity(site, { key: 'guest-7' }, user.id).userIdentityId).toBe(ada.id);
    expect(findUser(site, { userIdentityId: ada.id }).id).toBe(user.id);
    expect(removeUserFromIdentity(site, ada.id, user.id)).toEqual(user);
    expect(() => removeUserFromIdentity(site, ada.id, user.id)).toThrow(
      expect.objectContaining({ type: 'invalid_input' }),
    );
  });

  test('makes the identity when nobody has the key yet', () => {
    const site = openTestSite();
    const user = addUser(site, 'Ada', { emailAddress: MAIL });
    const { userIdentityId } = addUserToIdentity(site, { key: 'guest-9' }, user.id);
    expect(findIdentity(site, { key: 'guest-9' })).toMatchObject({
      id: userIdentityId,
      fullName: 'Ada',
      emailAddress: MAIL,
    });
  });

  test('is that of one identity, and its only one', () => {
    const site = openTestSite();
    const [ada, grace] = [createUserIdentity(site, ADA), createUserIdentity(site, NOBODY)];
    const user = addUser(site, 'Ada', { userIdentityId: ada.id });
    const other = addUser(site, 'Another');
    const before = contentsOf(site);
    expect(() => addUserToIdentity(site, { userIdentityId: grace.id }, user.id)).toThrow(
      duplicate({ acs_user_id: user.id, user_identity_id: ada.id }),
    );
    expect(() => addUserToIdentity(site, { userIdentityId: ada.id }, other.id)).toThrow(
      duplicate({ acs_user_id: user.id }),
    );
    expect(() => addUserToIdentity(site, { userIdentityId: 'none' }, other.id)).toThrow(
      expect.objectContaining({ type: 'user_identity_not_found' }),
    );
    expect(() => addUserToIdentity(site, { key: 'new' }, 'none')).toThrow(
      expect.objectContaining({ type: 'acs_user_not_found' }),
    );
    expect(() => removeUserFromIdentity(site, 'none', user.id)).toThrow(
      expect.objectContaining({ type: 'user_identity_not_found' }),
    );
    expect(contentsOf(site)).toEqual(before);
  });

  test.each([
    ['e-mail address', { emailAddress: MAIL }],
    ['e-mail address in other letters', { emailAddress: 'Ada@Example.COM' }],
    ['phone number', { phoneNumber: PHONE }],
    ['e-mail address and phone number', { emailAddress: MAIL, phoneNumber: PHONE }],
  ])('is the only one who has its %s already', (_, contact) => {
    const site = openTestSite();
    const other = createUserIdentity(site, NOBODY);
    addUser(site, 'Somebody else', { ...contact, userIdentityId: other.id });
    const known = addUser(site, 'A. Lovelace', contact);
    const ada = createUserIdentity(site, { ...ADA, emailAddress: MAIL, phoneNumber: PHONE });
    const beneficiary = beneficiaryOf({ userIdentityId: ada.id });
    expect(userFor(site, beneficiary)).toEqual({ ...known, userIdentityId: ada.id });
    expect(userFor(site, beneficiary).id).toBe(known.id);
    expect(announced(site).filter((type) => type === 'acs_user.created')).toHaveLength(2);
  });

  test.each([
    ['e-mail address', { emailAddress: MAIL }, { emailAddress: MAIL }],
    ['phone number', { phoneNumber: PHONE }, { phoneNumber: PHONE }],
    ['e-mail address or phone number', { emailAddress: MAIL }, { phoneNumber: PHONE }],
  ])('is a new one where several have its %s: nobody says which', (_, one, other) => {
    const site = openTestSite();
    const known = [addUser(site, 'A. Lovelace', one), addUser(site, 'Of the same household', other)];
    const ada = createUserIdentity(site, { ...ADA, emailAddress: MAIL, phoneNumber: PHONE });
    const made = userFor(site, beneficiaryOf({ userIdentityId: ada.id }));
    expect(made).toMatchObject({ fullName: 'Ada Lovelace', userIdentityId: ada.id });
    for (const user of known) expect(findUser(site, { acsUserId: user.id })).toEqual(user);
  });

  test('is a new one where nobody has its e-mail address or phone number', () => {
    const site = openTestSite();
    const known = addUser(site, 'Without anything');
    const ada = createUserIdentity(site, { ...ADA, emailAddress: MAIL });
    expect(userFor(site, beneficiaryOf({ userIdentityId: ada.id })).id).not.toBe(known.id);
  });
});
