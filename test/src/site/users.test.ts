import { describe, expect, test } from 'vitest';
import { createUserIdentity, findUserIdentity, findUserIdentityByKey } from '../../../src/site/identities.ts';
import { createCredential } from '../../../src/site/new-credential.ts';
import { assignScannedCard } from '../../../src/site/scanned-card.ts';
import {
  beneficiaryOf,
  createUser,
  deleteUser,
  findBeneficiary,
  findUser,
  updateUser,
  userFor,
  userOf,
} from '../../../src/site/users.ts';
import { addUser, announced, contentsOf, inBrief, openTestSite, waitingForBackend } from './site-bed.ts';

const NOBODY = { key: null, fullName: null, emailAddress: null, phoneNumber: null };
const ADA = { key: 'guest-7', fullName: 'Ada Lovelace', emailAddress: 'ada@example.com', phoneNumber: null };

describe('a user', () => {
  test('is made, found, changed and removed, and the backend learns it in that order', () => {
    const site = openTestSite({ hasBackend: true });
    const ada = addUser(site, 'Ada', { emailAddress: 'ada@example.com' });
    expect(ada.createdAt).toBe(site.clock.now());
    expect(findUser(site, { acsUserId: ada.id })).toEqual(ada);
    expect(updateUser(site, { acsUserId: ada.id }, { fullName: 'Ada King' })).toEqual({
      ...ada,
      fullName: 'Ada King',
    });
    deleteUser(site, { acsUserId: ada.id });
    expect(() => findUser(site, { acsUserId: ada.id })).toThrow(
      expect.objectContaining({ type: 'acs_user_not_found' }),
    );
    expect(announced(site)).toEqual(['acs_system.added', 'acs_user.created', 'acs_user.deleted']);
    const told = { kind: 'acs_user', id: ada.id, fields: {}, sets: {}, event: null };
    expect(waitingForBackend(site)).toEqual([
      {
        ...{ ...told, action: 'created', event: 'acs_user.created' },
        fields: expect.objectContaining({
          fullName: { from: null, to: 'Ada' },
          emailAddress: { from: null, to: 'ada@example.com' },
          isSuspended: { from: null, to: false },
        }),
      },
      { ...told, action: 'updated', fields: { fullName: { from: 'Ada', to: 'Ada King' } } },
      { ...told, action: 'deleted', event: 'acs_user.deleted' },
    ]);
  });

  test('is no message where there is no backend', () => {
    const site = openTestSite({ hasBackend: false });
    deleteUser(site, { acsUserId: addUser(site, 'Ada').id });
    createUserIdentity(site, ADA);
    expect(site.store.outbox.counts()).toEqual({ waiting: 0, refused: 0 });
  });

  test('has an identity that exists and that no other user has', () => {
    const site = openTestSite();
    const identity = createUserIdentity(site, ADA);
    const ada = addUser(site, 'Ada', { userIdentityId: identity.id });
    expect(findUser(site, { userIdentityId: identity.id })).toEqual(ada);
    const before = contentsOf(site);
    expect(() => addUser(site, 'Again', { userIdentityId: identity.id })).toThrow(
      expect.objectContaining({ type: 'duplicate_user_identity', data: { acs_user_id: ada.id } }),
    );
    expect(() => addUser(site, 'Nobody', { userIdentityId: 'none' })).toThrow(
      expect.objectContaining({ type: 'user_identity_not_found' }),
    );
    expect(contentsOf(site)).toEqual(before);
  });

  test('has a schedule that ends in the future, and after it begins', () => {
    const site = openTestSite();
    const now = site.clock.now();
    const { id: acsUserId } = addUser(site, 'Ada', { accessSchedule: { startsAt: now, endsAt: null } });
    for (const [startsAt, endsAt] of [
      [now - 2000, now],
      [now + 1000, now + 1000],
    ] as const) {
      const accessSchedule = { startsAt, endsAt };
      const refused = expect.objectContaining({ type: 'invalid_input' });
      expect(() => addUser(site, 'Grace', { accessSchedule })).toThrow(refused);
      expect(() => updateUser(site, { acsUserId }, { accessSchedule })).toThrow(refused);
    }
    const accessSchedule = { startsAt: now - 2000, endsAt: now + 1 };
    expect(updateUser(site, { acsUserId }, { accessSchedule }).accessSchedule).toEqual(accessSchedule);
    site.clock.advance(1000);
    expect(updateUser(site, { acsUserId }, { fullName: 'Ada King' }).accessSchedule).toEqual(accessSchedule);
  });

  test('cannot be changed or removed when there is none', () => {
    const site = openTestSite();
    const notFound = expect.objectContaining({ type: 'acs_user_not_found' });
    expect(() => updateUser(site, { acsUserId: 'none' }, { fullName: 'x' })).toThrow(notFound);
    expect(() => deleteUser(site, { userIdentityId: 'none' })).toThrow(notFound);
  });

  test('takes the codes along, and leaves the cards that are known to nobody', () => {
    const site = openTestSite({ hasBackend: true });
    const ada = addUser(site, 'Ada');
    const period = { startsAt: null, endsAt: null, entranceIds: [] };
    const pin = createCredential(site, {
      accessMethod: 'code',
      acsUserId: ada.id,
      code: '824759',
      ...period,
    });
    const blank = createCredential(site, { accessMethod: 'card', acsUserId: ada.id, code: null, ...period });
    const given = assignScannedCard(
      site,
      { uid: '04A1B2C3D4E5F6', technology: 'ntag215' },
      { kind: 'acs_user', acsUserId: ada.id },
      true,
    );
    if (given.outcome !== 'assigned') throw new Error('the card was not assigned');
    deleteUser(site, { acsUserId: ada.id });
    expect(site.store.credentials.get(pin.id)).toBeNull();
    expect(site.store.credentials.get(blank.id)).toBeNull();
    expect(site.store.credentials.get(given.credential.id)).toEqual({ ...given.credential, acsUserId: null });
    expect(announced(site).slice(-4)).toEqual([
      'acs_credential.deleted',
      'acs_credential.deleted',
      'acs_credential.invalidated',
      'acs_user.deleted',
    ]);
    const told = waitingForBackend(site).slice(-4);
    expect(told.map(inBrief)).toEqual([
      { kind: 'acs_credential', id: pin.id, action: 'deleted', event: 'acs_credential.deleted' },
      { kind: 'acs_credential', id: blank.id, action: 'deleted', event: 'acs_credential.deleted' },
      {
        kind: 'acs_credential',
        id: given.credential.id,
        action: 'updated',
        event: 'acs_credential.invalidated',
      },
      { kind: 'acs_user', id: ada.id, action: 'deleted', event: 'acs_user.deleted' },
    ]);
    expect(told[2]?.fields).toEqual({ acsUserId: { from: ada.id, to: null } });
  });
});

describe('what an operation writes', () => {
  test('is undone to the last line when a later step fails', () => {
    const site = openTestSite({ hasBackend: true });
    const ada = addUser(site, 'Ada');
    createCredential(site, {
      accessMethod: 'code',
      acsUserId: ada.id,
      code: '824759',
      startsAt: null,
      endsAt: null,
      entranceIds: [],
    });
    const before = contentsOf(site);
    const full = new Error('the disk is full');
    const failing = {
      ...site,
      store: {
        ...site.store,
        outbox: {
          ...site.store.outbox,
          append: () => {
            throw full;
          },
        },
      },
    };
    expect(() => addUser(failing, 'Grace')).toThrow(full);
    expect(() => updateUser(failing, { acsUserId: ada.id }, { fullName: 'x' })).toThrow(full);
    expect(() => deleteUser(failing, { acsUserId: ada.id })).toThrow(full);
    expect(() => createUserIdentity(failing, ADA)).toThrow(full);
    expect(contentsOf(site)).toEqual(before);
  });

  test('is undone with the transaction around it', () => {
    const site = openTestSite({ hasBackend: true });
    const before = contentsOf(site);
    expect(() =>
      site.store.transaction(() => {
        addUser(site, 'Ada');
        throw new Error('a later step');
      }),
    ).toThrow('a later step');
    expect(contentsOf(site)).toEqual(before);
  });
});

describe('an identity', () => {
  test('is found by id and by key', () => {
    const site = openTestSite({ hasBackend: true });
    const ada = createUserIdentity(site, ADA);
    expect(findUserIdentity(site, ada.id)).toEqual(ada);
    expect(findUserIdentityByKey(site, 'guest-7')).toEqual(ada);
    expect(waitingForBackend(site)).toMatchObject([
      {
        kind: 'user_identity',
        id: ada.id,
        action: 'created',
        fields: { key: { from: null, to: 'guest-7' } },
      },
    ]);
    const notFound = expect.objectContaining({ type: 'user_identity_not_found' });
    expect(() => findUserIdentity(site, 'none')).toThrow(notFound);
    expect(() => findUserIdentityByKey(site, 'none')).toThrow(notFound);
  });

  test('has a key of its own, or none', () => {
    const site = openTestSite();
    const ada = createUserIdentity(site, ADA);
    expect(() => createUserIdentity(site, { ...NOBODY, key: 'guest-7' })).toThrow(
      expect.objectContaining({ type: 'duplicate_user_identity', data: { user_identity_id: ada.id } }),
    );
    createUserIdentity(site, NOBODY);
    createUserIdentity(site, NOBODY);
  });
});

describe('a beneficiary', () => {
  test('that is an identity without a user becomes one, once', () => {
    const site = openTestSite();
    const identity = createUserIdentity(site, ADA);
    const beneficiary = beneficiaryOf({ userIdentityId: identity.id });
    expect(userOf(site, beneficiary)).toBeNull();
    const user = userFor(site, beneficiary);
    expect(user).toMatchObject({
      fullName: 'Ada Lovelace',
      emailAddress: 'ada@example.com',
      userIdentityId: identity.id,
    });
    expect(userFor(site, beneficiary)).toEqual(user);
    expect(userOf(site, beneficiary)).toEqual(user);
    expect(announced(site).filter((type) => type === 'acs_user.created')).toHaveLength(1);
  });

  test('that is an identity with a user is that user', () => {
    const site = openTestSite();
    const identity = createUserIdentity(site, ADA);
    const user = createUser(site, {
      fullName: 'Countess Lovelace',
      emailAddress: null,
      phoneNumber: null,
      accessSchedule: null,
      userIdentityId: identity.id,
    });
    expect(userFor(site, beneficiaryOf({ userIdentityId: identity.id }))).toEqual(user);
  });

  test('must be there', () => {
    const site = openTestSite();
    expect(() => findBeneficiary(site, beneficiaryOf({ acsUserId: 'none' }))).toThrow(
      expect.objectContaining({ type: 'acs_user_not_found' }),
    );
    expect(() => userFor(site, beneficiaryOf({ userIdentityId: 'none' }))).toThrow(
      expect.objectContaining({ type: 'user_identity_not_found' }),
    );
  });
});
