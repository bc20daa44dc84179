import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { creation, deletion, membership, update } from '../../../../src/model/resource-change.ts';
import { BackendError } from '../../../../src/sync/backend-error.ts';
import { type Desk, openDeskFirst } from '../../../stories/desk.ts';
import { deliver, made, message, newCredential, newUser, SecondDesk, scannedCard } from './seam-bed.ts';

let desk: Desk;
openDeskFirst((opened) => {
  desk = opened;
});

const HOUR_MS = 3_600_000;
const later = (hours: number) => Math.floor(Date.now() / 1000) * 1000 + hours * HOUR_MS;

let numbers = 100_000 + Math.floor(Math.random() * 100_000);
const number = () => {
  numbers += 1;
  return `77${numbers}`;
};

describe('a user', () => {
  test('is made with all that the desk knows of it', async () => {
    const { backend, seam, ...above } = await reach();
    const [groupId, entranceId] = [await above.group(), await above.entrance()];
    const accessSchedule = { startsAt: later(0), endsAt: later(48) };
    const person = { emailAddress: 'ada@example.com', phoneNumber: '+4915112345678', accessSchedule };
    const sets = { accessGroupIds: [groupId], grantedEntranceIds: [entranceId] };
    const acs_user_id = await made(
      backend,
      message(newUser('Ada', { ...person, ...sets, isSuspended: true })),
    );
    expect(await seam.acs.users.get({ acs_user_id })).toMatchObject({
      full_name: 'Ada',
      email_address: 'ada@example.com',
      phone_number: '+4915112345678',
      is_suspended: true,
      access_schedule: { starts_at: new Date(accessSchedule.startsAt).toISOString() },
    });
    expect(await above.groupsOf(acs_user_id)).toEqual([groupId]);
    await seam.acs.users.unsuspend({ acs_user_id });
    const open = await seam.acs.users.listAccessibleEntrances({ acs_user_id });
    expect(open.map(({ acs_entrance_id }) => acs_entrance_id)).toEqual([entranceId]);
  });

  test('of whom the answer was lost after the backend made it is not made again', async () => {
    const { backend, proxy, seam, next } = await reach();
    const user = newUser(`Lost ${randomUUID()}`);
    next('/acs/users/create', 'reset_after');
    await expect(deliver(backend, message(user))).rejects.toThrow(BackendError);
    expect(proxy.count('/acs/users/create')).toBe(1);
    const acs_user_id = await made(backend, message(user, { attempts: 2 }));
    const search = String(user.fields['fullName']?.to);
    expect((await seam.acs.users.list({ search })).map((one) => one.acs_user_id)).toEqual([acs_user_id]);
  });

  test('who never arrived is made at the second try', async () => {
    const { backend, seam, next } = await reach();
    const user = newUser(`Late ${randomUUID()}`);
    next('/acs/users/create', 'reset_before');
    await expect(deliver(backend, message(user))).rejects.toThrow(BackendError);
    await made(backend, message(user, { attempts: 2 }));
    expect(await seam.acs.users.list({ search: String(user.fields['fullName']?.to) })).toHaveLength(1);
  });

  test('is not taken for one of the same name that the desk knows as somebody else', async () => {
    const name = `Namesake ${randomUUID()}`;
    const shared = new Set<string>();
    const { backend, ...above } = await reach({ isShared: ({ id }) => shared.has(id) });
    shared.add(await above.user(name));
    const id = await made(backend, message(newUser(name), { attempts: 2 }));
    expect(shared.has(id)).toBe(false);
  });

  test('with an identity that somebody above has is the same', async () => {
    const { backend, seam, ...above } = await reach();
    const { user_identity_id } = await seam.userIdentities.create({ full_name: 'Grace' });
    const id = await above.user('Grace', { user_identity_id });
    const user = message(newUser('Grace H.', { userIdentityId: user_identity_id }));
    expect(await deliver(backend, user)).toEqual({ verdict: 'same_as', backendId: id });
  });

  test('is changed, suspended, and given an identity', async () => {
    const { backend, seam, ...above } = await reach();
    const id = await above.user('Ada');
    const { user_identity_id } = await seam.userIdentities.create({ full_name: 'Ada' });
    const before = { fullName: 'Ada', emailAddress: null, isSuspended: false, userIdentityId: null };
    const after = { fullName: 'Ada L.', emailAddress: 'a@b.example', isSuspended: true };
    const change = update('acs_user', id, before, { ...after, userIdentityId: user_identity_id });
    expect(await deliver(backend, message(change))).toEqual({ verdict: 'applied' });
    expect(await seam.acs.users.get({ acs_user_id: id })).toMatchObject({
      full_name: 'Ada L.',
      email_address: 'a@b.example',
      is_suspended: true,
      user_identity_id,
    });
  });

  test('that was changed to something else above is left alone, unless a person says so', async () => {
    const { backend, seam, ...above } = await reach();
    const id = await above.user('Above');
    const change = update('acs_user', id, { fullName: 'Before' }, { fullName: 'Here' });
    expect(await deliver(backend, message(change))).toMatchObject({
      refusal: { code: 'changed_above', fields: ['fullName'] },
    });
    expect(await seam.acs.users.get({ acs_user_id: id })).toMatchObject({ full_name: 'Above' });
    expect(await deliver(backend, message(change, { isForced: true }))).toEqual({ verdict: 'applied' });
    expect(await seam.acs.users.get({ acs_user_id: id })).toMatchObject({ full_name: 'Here' });
  });

  test('that says already what it is to say is not asked to change', async () => {
    const { backend, proxy, ...above } = await reach();
    const id = await above.user('Here');
    const change = update('acs_user', id, { fullName: 'Before' }, { fullName: 'Here' });
    expect(await deliver(backend, message(change, { attempts: 2 }))).toEqual({ verdict: 'applied' });
    expect(proxy.count('/acs/users/update')).toBe(0);
  });

  test('loses nothing that Seam cannot take away', async () => {
    const { backend, ...above } = await reach();
    const id = await above.user('Ada', { email_address: 'a@b.example' });
    const change = update('acs_user', id, { emailAddress: 'a@b.example' }, { emailAddress: null });
    expect(await deliver(backend, message(change))).toMatchObject({
      refusal: { code: 'refused_by_backend', fields: ['emailAddress'] },
    });
  });

  test('comes into groups and goes out of them, once', async () => {
    const { backend, proxy, ...above } = await reach();
    const [user, one, other] = [await above.user('Ada'), await above.group(), await above.group()];
    await deliver(backend, message(membership('acs_user', user, 'accessGroupIds', { added: [one] })));
    const change = membership('acs_user', user, 'accessGroupIds', { added: [one, other], removed: [] });
    expect(await deliver(backend, message(change, { attempts: 2 }))).toEqual({ verdict: 'applied' });
    expect(proxy.count('/acs/users/add_to_access_group')).toBe(2);
    await deliver(backend, message(membership('acs_user', user, 'accessGroupIds', { removed: [one] })));
    expect(await above.groupsOf(user)).toEqual([other]);
  });

  test('loses the last grant, and no single one of several', async () => {
    const { backend, seam, ...above } = await reach();
    const [user, one, other] = [await above.user('Ada'), await above.entrance(), await above.entrance()];
    for (const acs_entrance_id of [one, other]) {
      await seam.acs.entrances.grantAccess({ acs_entrance_id, acs_user_id: user });
    }
    const revoked = (ids: readonly string[]) =>
      message(membership('acs_user', user, 'grantedEntranceIds', { removed: ids }));
    expect(await deliver(backend, revoked([one]))).toMatchObject({ refusal: { code: 'refused_by_backend' } });
    expect(await seam.acs.users.listAccessibleEntrances({ acs_user_id: user })).toHaveLength(2);
    expect(await deliver(backend, revoked([one, other]))).toEqual({ verdict: 'applied' });
    expect(await seam.acs.users.listAccessibleEntrances({ acs_user_id: user })).toEqual([]);
    expect(await deliver(backend, revoked([one]))).toEqual({ verdict: 'applied' });
  });

  test('that is gone above is not changed, and is deleted', async () => {
    const { backend } = await reach();
    const id = randomUUID();
    const change = update('acs_user', id, { fullName: 'a' }, { fullName: 'b' });
    expect(await deliver(backend, message(change))).toMatchObject({ refusal: { code: 'deleted_above' } });
    expect(await deliver(backend, message(deletion('acs_user', id)))).toEqual({ verdict: 'applied' });
  });
});

describe('a card that was scanned', () => {
  test('and that nobody knows above is made with its number as code', async () => {
    const { backend, seam, ...above } = await reach();
    const [user, cardNumber] = [await above.user('Ada'), number()];
    const acs_credential_id = await made(backend, message(scannedCard(cardNumber, user)));
    expect(await seam.acs.credentials.get({ acs_credential_id })).toMatchObject({
      access_method: 'card',
      code: cardNumber,
      acs_user_id: user,
    });
  });

  test('of which the answer was lost after the backend made it is not made again', async () => {
    const { backend, seam, next, ...above } = await reach();
    const [user, cardNumber] = [await above.user('Ada'), number()];
    const scan = scannedCard(cardNumber, user);
    next('/acs/credentials/create', 'reset_after');
    await expect(deliver(backend, message(scan))).rejects.toThrow(BackendError);
    const id = await made(backend, message(scan, { attempts: 2 }));
    const found = await seam.acs.credentials.list({ acs_user_id: user });
    expect(found.map(({ acs_credential_id }) => acs_credential_id)).toEqual([id]);
  });

  test('and that is nobody’s above is given to its user; the answer may be lost', async () => {
    const { backend, seam, next, ...above } = await reach();
    const [first, user, cardNumber] = [await above.user('First'), await above.user('Ada'), number()];
    const id = await made(backend, message(scannedCard(cardNumber, first)));
    await seam.acs.credentials.unassign({ acs_credential_id: id, acs_user_id: first });
    const scan = scannedCard(`00${cardNumber}`, user);
    next('/acs/credentials/assign', 'reset_after');
    await expect(deliver(backend, message(scan))).rejects.toThrow(BackendError);
    expect(await made(backend, message(scan, { attempts: 2 }))).toBe(id);
    expect(await seam.acs.credentials.get({ acs_credential_id: id })).toMatchObject({ acs_user_id: user });
  });

  test('and that is another user’s above is refused', async () => {
    const { backend, ...above } = await reach();
    const [first, user, cardNumber] = [await above.user('First'), await above.user('Ada'), number()];
    const id = await made(backend, message(scannedCard(cardNumber, first)));
    const scan = scannedCard(cardNumber, user);
    expect(await deliver(backend, message(scan))).toMatchObject({
      refusal: { code: 'card_of_another_user', rivalId: id },
    });
    expect(await deliver(backend, message(scan, { isForced: true }))).toMatchObject({ verdict: 'refused' });
    const ofNobody = message(scannedCard(cardNumber, null));
    expect(await deliver(backend, ofNobody)).toEqual({ verdict: 'same_as', backendId: id });
  });

  test('and whose number is only a part of another is another card', async () => {
    const { backend, ...above } = await reach();
    const [user, cardNumber] = [await above.user('Ada'), number()];
    const long = await made(backend, message(scannedCard(`${cardNumber}5`, user)));
    expect(await made(backend, message(scannedCard(cardNumber, user)))).not.toBe(long);
  });

  test('for a user who is gone above is refused', async () => {
    const { backend } = await reach();
    const scan = message(scannedCard(number(), randomUUID()));
    expect(await deliver(backend, scan)).toMatchObject({ refusal: { code: 'reference_missing' } });
  });
});

describe('a credential', () => {
  test('that is still to be issued is made with its entrances, once, though there is a like one', async () => {
    const shared = new Set<string>();
    const { backend, seam, next, ...above } = await reach({ isShared: ({ id }) => shared.has(id) });
    const [user, entranceId] = [await above.user('Ada'), await above.entrance()];
    const state = { accessMethod: 'card', acsUserId: user, code: null, entranceIds: [entranceId] };
    const order = { ...state, startsAt: later(0), endsAt: later(24) };
    const first = await made(backend, message(newCredential(order)));
    shared.add(first);
    const second = newCredential(order);
    next('/acs/credentials/create', 'reset_after');
    await expect(deliver(backend, message(second))).rejects.toThrow(BackendError);
    const id = await made(backend, message(second, { attempts: 2 }));
    expect(id).not.toBe(first);
    const found = await seam.acs.credentials.list({ acs_user_id: user });
    expect(found.map(({ acs_credential_id }) => acs_credential_id).sort()).toEqual([first, id].sort());
    const open = await seam.acs.credentials.listAccessibleEntrances({ acs_credential_id: id });
    expect(open.map(({ acs_entrance_id }) => acs_entrance_id)).toEqual([entranceId]);
  });

  test('whose code another has is refused with the backend’s words', async () => {
    const { backend, ...above } = await reach();
    const [user, code] = [await above.user('Ada'), number()];
    const pin = { accessMethod: 'code', acsUserId: user, code };
    await made(backend, message(newCredential(pin)));
    expect(await deliver(backend, message(newCredential(pin)))).toMatchObject({
      refusal: { code: 'taken_above', message: expect.stringContaining('The backend says: ') },
    });
  });

  test('with a code of which the answer was lost is not made again', async () => {
    const { backend, seam, next, ...above } = await reach();
    const user = await above.user('Ada');
    const pin = newCredential({ accessMethod: 'code', acsUserId: user, code: number() });
    next('/acs/credentials/create', 'reset_after');
    await expect(deliver(backend, message(pin))).rejects.toThrow(BackendError);
    const id = await made(backend, message(pin, { attempts: 2 }));
    const found = await seam.acs.credentials.list({ acs_user_id: user });
    expect(found.map(({ acs_credential_id }) => acs_credential_id)).toEqual([id]);
  });

  test('changes its end, its code and its user', async () => {
    const { backend, seam, ...above } = await reach();
    const [user, other, code] = [await above.user('Ada'), await above.user('Grace'), number()];
    const id = await made(backend, message(newCredential({ accessMethod: 'code', acsUserId: user, code })));
    const [before, after] = [
      { code, endsAt: null, acsUserId: user },
      { code: number(), endsAt: later(5) },
    ];
    const change = update('acs_credential', id, before, { ...after, acsUserId: other });
    expect(await deliver(backend, message(change))).toEqual({ verdict: 'applied' });
    expect(await seam.acs.credentials.get({ acs_credential_id: id })).toMatchObject({
      code: after.code,
      ends_at: new Date(after.endsAt).toISOString(),
      acs_user_id: other,
    });
  });

  test('that was written on a card has nothing to tell Seam', async () => {
    const { backend, proxy } = await reach();
    const facts = { cardNumber: '5', isIssued: true, issueCounter: 1 };
    const change = update(
      'acs_credential',
      randomUUID(),
      { isIssued: false },
      facts,
      'acs_credential.issued',
    );
    expect(await deliver(backend, message(change))).toEqual({ verdict: 'not_carried' });
    expect(proxy.requests).toEqual(['GET /acs/systems/list']);
  });

  test('is deleted, and is gone already at the second try', async () => {
    const { backend, seam, next, ...above } = await reach();
    const id = await made(backend, message(scannedCard(number(), await above.user('Ada'))));
    next('/acs/credentials/delete', 'reset_after');
    const gone = deletion('acs_credential', id);
    await expect(deliver(backend, message(gone))).rejects.toThrow(BackendError);
    expect(await deliver(backend, message(gone, { attempts: 2 }))).toEqual({ verdict: 'applied' });
    await expect(seam.acs.credentials.get({ acs_credential_id: id })).rejects.toMatchObject({
      statusCode: 404,
    });
  });
});

describe('an access group', () => {
  test('cannot be made or changed from here, and can be deleted', async () => {
    const { backend, seam, ...above } = await reach();
    const [id, entranceId] = [await above.group(), await above.entrance()];
    const change = membership('acs_access_group', id, 'entranceIds', { added: [entranceId] });
    expect(await deliver(backend, message(change))).toMatchObject({
      refusal: { code: 'refused_by_backend', fields: ['entranceIds'] },
    });
    const other = creation('acs_access_group', randomUUID(), { name: 'Staff', createdAt: 0 });
    expect(await deliver(backend, message(other))).toEqual({ verdict: 'not_carried' });
    const gone = message(deletion('acs_access_group', id));
    expect(await deliver(backend, gone)).toEqual({ verdict: 'applied' });
    expect(await deliver(backend, gone)).toEqual({ verdict: 'applied' });
    await expect(seam.acs.accessGroups.get({ acs_access_group_id: id })).rejects.toMatchObject({
      statusCode: 404,
    });
  });
});

describe('an entrance', () => {
  test('that was made here is none of Seam’s', async () => {
    const { backend } = await reach();
    const change = update('acs_entrance', randomUUID(), { name: 'a' }, { name: 'b' });
    expect(await deliver(backend, message(change))).toEqual({ verdict: 'not_carried' });
  });

  test('of the backend’s cannot be changed from here', async () => {
    const { backend, seam, ...above } = await reach();
    const id = await above.entrance();
    const { display_name } = await seam.acs.entrances.get({ acs_entrance_id: id });
    const change = update('acs_entrance', id, { name: display_name }, { name: 'b' });
    expect(await deliver(backend, message(change))).toMatchObject({
      refusal: { code: 'refused_by_backend', fields: ['name'] },
    });
    expect(await deliver(backend, message(deletion('acs_entrance', id)))).toMatchObject({
      verdict: 'refused',
    });
  });
});

/** The parts of a second desk, as a test takes them. */
async function reach(options: Parameters<typeof SecondDesk.reach>[1] = {}) {
  const above = await SecondDesk.reach(desk, options);
  return {
    backend: above.backend,
    proxy: above.proxy,
    seam: above.seam,
    next: above.next.bind(above),
    user: above.user.bind(above),
    entrance: above.entrance.bind(above),
    group: above.group.bind(above),
    groupsOf: above.groupsOf.bind(above),
  };
}
