import { expect, test } from 'vitest';
import { RESOURCE_KINDS } from '../../src/model/resource.ts';
import { listResources } from '../../src/site/resources.ts';
import type { Site } from '../../src/site/site.ts';
import { updateUser } from '../../src/site/users.ts';
import { EVERY_ROW } from '../../src/store/paging.ts';
import { agree } from './agree.ts';
import { checkIn, giveCard, hears } from './guests.ts';
import { backUp, Hotel, restore, waitFor } from './hotel.ts';

/** How often a site announced that a credential was issued. */
const issues = ({ store }: Site): number =>
  store.events.list({}, EVERY_ROW).rows.filter(({ type }) => type === 'acs_credential.issued').length;

/** The ids of all things of a site, as its backend knows them. */
const idsAbove = (site: Site): readonly string[] =>
  RESOURCE_KINDS.flatMap((kind) =>
    listResources(site, kind, EVERY_ROW).rows.map(
      ({ id }) => site.store.sharedResources.get({ kind, id })?.backendId ?? id,
    ),
  ).toSorted();

test('a property server that was restored from an older backup hears again of all that the desks knew', async () => {
  await using hotel = await Hotel.open(['Desk 1', 'Desk 2']);
  const [one, two] = hotel.desks;
  if (one === undefined || two === undefined) throw new Error('no desks');
  const early = checkIn(hotel.above, 'Early');
  await Promise.all([hears(one, early), hears(two, early)]);
  giveCard(one.site, early);
  await agree(hotel);

  await hotel.server.stop();
  const backup = backUp(hotel.server.file);
  await hotel.server.start();
  for (const desk of hotel.desks) desk.proxy.target = hotel.server.url;
  const late = checkIn(hotel.above, 'Late, made above');
  await Promise.all([hears(one, late), hears(two, late)]);
  const lateCard = giveCard(two.site, late);
  giveCard(one.site, checkIn(one.site, 'Late, made at desk 1'));
  updateUser(two.site, { acsUserId: early }, { fullName: 'Early, renamed late' });
  await agree(hotel);
  const known = idsAbove(one.site);

  await hotel.server.stop();
  restore(hotel.server.file, backup);
  await hotel.server.start();
  expect(hotel.above.store.users.get(late)).toBeNull();
  for (const desk of hotel.desks) desk.proxy.target = hotel.server.url;
  await agree(hotel);
  expect(hotel.above.store.users.get(late)?.fullName).toBe('Late, made above');
  expect(hotel.above.store.users.get(early)?.fullName).toBe('Early, renamed late');
  expect(hotel.above.store.credentials.get(lateCard)?.acsUserId).toBe(late);
  expect(idsAbove(hotel.above)).toEqual(known);
  expect(issues(hotel.above)).toBe(3);
});

test('a desk that is first to tell a restored property server of a card tells it again by itself once another desk has told of the user', async () => {
  await using hotel = await Hotel.open(['Desk 1', 'Desk 2']);
  const [one, two] = hotel.desks;
  if (one === undefined || two === undefined) throw new Error('no desks');
  await agree(hotel);
  await hotel.server.stop();
  const backup = backUp(hotel.server.file);
  await hotel.server.start();
  for (const desk of hotel.desks) desk.proxy.target = hotel.server.url;
  const guest = checkIn(one.site, 'Guest of desk 1');
  await hears(two, guest);
  await agree(hotel);
  for (const desk of hotel.desks) await desk.goOffline();
  const card = giveCard(two.site, guest);
  await hotel.server.stop();
  restore(hotel.server.file, backup);
  await hotel.server.start();
  for (const desk of hotel.desks) desk.proxy.target = hotel.server.url;
  await two.goOnline();
  await waitFor(
    () => two.site.store.outbox.counts().refused === 1 || hotel.above.store.credentials.get(card) !== null,
    () => `the card is told first; ${two.describe()}`,
  );
  await one.goOnline();
  await agree(hotel);
  expect(two.site.store.outbox.counts()).toEqual({ waiting: 0, refused: 0 });
  expect(hotel.above.store.credentials.get(card)?.acsUserId).toBe(guest);
});

test('a desk that was restored from an older backup gets back what it told, and what it does next counts', async () => {
  await using hotel = await Hotel.open(['Desk 1', 'Desk 2']);
  const [one, two] = hotel.desks;
  if (one === undefined || two === undefined) throw new Error('no desks');
  const guest = checkIn(hotel.above, 'Guest');
  await hears(one, guest);
  giveCard(one.site, guest);
  await agree(hotel);
  await one.stop();
  const backup = one.backUp();
  one.start();
  const forgotten = [giveCard(one.site, guest), giveCard(one.site, guest)];
  await agree(hotel);

  await one.stop();
  one.restore(backup);
  one.start();
  expect(forgotten.map((id) => one.site.store.credentials.get(id))).toEqual([null, null]);
  const next = giveCard(one.site, guest);
  await agree(hotel);
  expect(forgotten.map((id) => one.site.store.credentials.get(id)?.acsUserId)).toEqual([guest, guest]);
  expect(hotel.above.store.credentials.get(next)?.acsUserId).toBe(guest);
  expect(two.site.store.credentials.list({ acsUserId: guest }, EVERY_ROW).rows).toHaveLength(4);
  expect(issues(hotel.above)).toBe(4);
});
