import { expect, test } from 'vitest';
import { updateUser } from '../../src/site/users.ts';
import { agree } from './agree.ts';
import { checkIn, hears } from './guests.ts';
import { Hotel, waitFor } from './hotel.ts';

test('news that were on their way while the desk told something do not undo it at the desk', async () => {
  await using hotel = await Hotel.open(['Desk 1']);
  const [desk] = hotel.desks;
  if (desk === undefined) throw new Error('no desk');
  const acsUserId = checkIn(hotel.above, 'Ada');
  await hears(desk, acsUserId);
  const passed = desk.proxy.met.get('slow') ?? 0;
  desk.proxy.next(1, { kind: 'slow', pieces: 20, pauseMs: 20 }, '/v1/bridge/news');
  updateUser(hotel.above, { acsUserId }, { emailAddress: 'ada@example.com' });
  await waitFor(
    () => (desk.proxy.met.get('slow') ?? 0) > passed,
    () => 'the desk asks for news',
  );
  updateUser(desk.site, { acsUserId }, { fullName: 'Ada Lovelace' });
  const names = new Set<string>();
  const stop = desk.site.doorbell.listen(() =>
    names.add(desk.site.store.users.get(acsUserId)?.fullName ?? ''),
  );
  await waitFor(
    () => desk.site.store.users.get(acsUserId)?.emailAddress === 'ada@example.com',
    () => `the news arrive; ${desk.describe()}`,
  );
  await agree(hotel);
  stop();
  expect(hotel.above.store.users.get(acsUserId)).toMatchObject({
    fullName: 'Ada Lovelace',
    emailAddress: 'ada@example.com',
  });
  expect([...names].filter((name) => name !== 'Ada Lovelace')).toEqual([]);
});
