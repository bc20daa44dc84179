import { expect, test } from 'vitest';
import { type Desk, openDeskFirst } from './desk.ts';

const PLACE = '/acs/encoders/simulate/place_card';
const CREATE = '/acs/users/create';

let desk: Desk;
openDeskFirst((opened) => {
  desk = opened;
});

const keyed = (path: string, body: object, key: string) =>
  desk.raw.post(path, body, { 'idempotency-key': key });

test('a card is placed once under one key, and a card that cannot be is refused again', async () => {
  const order = { acs_encoder_id: desk.encoderId, card: { technology: 'ntag213' } };
  const placed = await keyed(PLACE, order, 'place');
  expect(placed.status).toBe(200);
  expect((await keyed(PLACE, order, 'place')).body).toEqual(placed.body);
  const broken = { ...order, card: { technology: 'ntag213', uid: 'no uid' } };
  const refused = await keyed(PLACE, broken, 'broken');
  expect(refused.status).toBe(400);
  expect((await keyed(PLACE, broken, 'broken')).body).toEqual(refused.body);
});

test('the same request many times at once is carried out once', async () => {
  const order = { acs_encoder_id: desk.secondEncoderId, card: { technology: 'ntag215' } };
  const cards = await Promise.all(Array.from({ length: 8 }, () => keyed(PLACE, order, 'at once')));
  expect(new Set(cards.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  const guest = { acs_system_id: desk.systemId, full_name: 'Only Once' };
  await Promise.all(Array.from({ length: 8 }, () => keyed(CREATE, guest, 'guest')));
  const users = await desk.seam.acs.users.list({ search: 'Only Once' });
  expect(users).toHaveLength(1);
});

test('the order of names in a body makes no other request of it', async () => {
  const [a, b] = [
    { acs_system_id: desk.systemId, full_name: 'Order' },
    { full_name: 'Order', acs_system_id: desk.systemId },
  ];
  expect((await keyed(CREATE, b, 'order')).body).toEqual((await keyed(CREATE, a, 'order')).body);
});

test('an answer to a question is not kept: the next one may be another', async () => {
  const count = async () => Object((await keyed('/acs/users/list', {}, 'how many')).body).acs_users.length;
  const before = await count();
  await desk.seam.acs.users.create({ acs_system_id: desk.systemId, full_name: 'One More' });
  expect(await count()).toBe(before + 1);
});
