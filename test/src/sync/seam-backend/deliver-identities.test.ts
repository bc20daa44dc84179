import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { ResourceState } from '../../../../src/model/resource.ts';
import { creation, deletion, update } from '../../../../src/model/resource-change.ts';
import { BackendError } from '../../../../src/sync/backend-error.ts';
import { type Desk, openDeskFirst } from '../../../stories/desk.ts';
import { deliver, made, message, SecondDesk } from './seam-bed.ts';

let desk: Desk;
openDeskFirst((opened) => {
  desk = opened;
});

const NOBODY = { key: null, fullName: null, emailAddress: null, phoneNumber: null, createdAt: 0 };

const newIdentity = (state: ResourceState) =>
  creation('user_identity', randomUUID(), { ...NOBODY, ...state });

const address = () => `${randomUUID()}@example.com`;

test('an identity is made with all that the desk knows of it', async () => {
  const { backend, seam } = await SecondDesk.reach(desk);
  const [key, emailAddress] = [randomUUID(), address()];
  const user_identity_id = await made(backend, message(newIdentity({ key, fullName: 'Ada', emailAddress })));
  expect(await seam.userIdentities.get({ user_identity_id })).toMatchObject({
    user_identity_key: key,
    full_name: 'Ada',
    email_address: emailAddress,
    phone_number: null,
  });
});

test('an identity with a key that is there is the same, whatever else is said of it', async () => {
  const { backend, seam } = await SecondDesk.reach(desk);
  const key = randomUUID();
  const { user_identity_id } = await seam.userIdentities.create({ user_identity_key: key, full_name: 'Ada' });
  const order = message(newIdentity({ key, fullName: 'Ada L.' }));
  expect(await deliver(backend, order)).toEqual({ verdict: 'same_as', backendId: user_identity_id });
});

test('an identity of which the answer was lost after the backend made it is not made again', async () => {
  const above = await SecondDesk.reach(desk);
  const identity = newIdentity({ fullName: `Lost ${randomUUID()}` });
  above.next('/user_identities/create', 'reset_after');
  await expect(deliver(above.backend, message(identity))).rejects.toThrow(BackendError);
  const id = await made(above.backend, message(identity, { attempts: 2 }));
  const search = String(identity.fields['fullName']?.to);
  const found = await above.seam.userIdentities.list({ search });
  expect(found.map(({ user_identity_id }) => user_identity_id)).toEqual([id]);
});

test('an identity whose e-mail address is somebody else’s is refused, and the rival is named', async () => {
  const { backend, seam } = await SecondDesk.reach(desk);
  const email_address = address();
  const { user_identity_id } = await seam.userIdentities.create({ email_address });
  const order = message(newIdentity({ emailAddress: email_address }));
  expect(await deliver(backend, order)).toMatchObject({
    refusal: { code: 'taken_above', rivalId: user_identity_id },
  });
});

test('an identity is changed where it is as it was, and what is taken away is gone', async () => {
  const { backend, seam } = await SecondDesk.reach(desk);
  const before = { full_name: 'Ada', email_address: address() };
  const { user_identity_id } = await seam.userIdentities.create(before);
  const change = update(
    'user_identity',
    user_identity_id,
    { fullName: 'Ada', emailAddress: before.email_address },
    { fullName: 'Ada L.', emailAddress: null },
  );
  expect(await deliver(backend, message(change))).toEqual({ verdict: 'applied' });
  expect(await seam.userIdentities.get({ user_identity_id })).toMatchObject({
    full_name: 'Ada L.',
    email_address: null,
  });
  const stale = update('user_identity', user_identity_id, { fullName: 'Ada' }, { fullName: 'Ada B.' });
  expect(await deliver(backend, message(stale))).toMatchObject({ refusal: { code: 'changed_above' } });
});

test('an identity is deleted, and one that is gone is gone', async () => {
  const { backend, seam } = await SecondDesk.reach(desk);
  const { user_identity_id: id } = await seam.userIdentities.create({ full_name: 'Ada' });
  for (const _ of ['once', 'again']) {
    expect(await deliver(backend, message(deletion('user_identity', id)))).toEqual({ verdict: 'applied' });
  }
  const change = update('user_identity', id, { fullName: 'Ada' }, { fullName: 'Ada B.' });
  expect(await deliver(backend, message(change))).toMatchObject({ refusal: { code: 'deleted_above' } });
});
