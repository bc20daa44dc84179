import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { addDesk, replaceDeskKey } from '../../src/site/paired-desks.ts';
import { EVERY_ROW } from '../../src/store/paging.ts';
import { FaultProxy } from '../network/fault-proxy.ts';
import { agree } from './agree.ts';
import { disagreements } from './agreement.ts';
import { checkIn, giveCard, hears } from './guests.ts';
import { Hotel, type HotelDesk, PropertyServer, waitFor } from './hotel.ts';

async function openHotel(): Promise<{ hotel: Hotel; desk: HotelDesk }> {
  const hotel = await Hotel.open(['Desk 1']);
  onTestFinished(() => hotel[Symbol.asyncDispose]());
  const [desk] = hotel.desks;
  if (desk === undefined) throw new Error('no desk');
  return { hotel, desk };
}

test('a key that was replaced stops the desk until its file has the new one; what waited is told once', async () => {
  const { hotel, desk } = await openHotel();
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-key-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const apiKeyFile = join(folder, 'key');
  writeFileSync(apiKeyFile, `${desk.settings.apiKey}\n`);
  await desk.stop();
  desk.settings = { ...desk.settings, apiKey: null, apiKeyFile };
  desk.start();
  const guest = checkIn(hotel.above, 'Guest');
  await hears(desk, guest);

  const { token } = replaceDeskKey(hotel.above, desk.name);
  const credential = giveCard(desk.site, guest);
  await waitFor(
    () => desk.sync.status().state === 'stopped',
    () => `the desk stops; ${desk.describe()}`,
  );
  expect(desk.sync.status()).toMatchObject({ waiting: 1, problem: { trouble: 'unauthorized' } });
  expect(desk.sync.status().hint).not.toBeNull();
  writeFileSync(apiKeyFile, token);
  await desk.told();
  await agree(hotel);
  expect(desk.sync.status()).toMatchObject({ state: 'working', waiting: 0, problem: null, hint: null });
  expect(hotel.above.store.credentials.list({}, EVERY_ROW).rows.map(({ id }) => id)).toEqual([credential]);
});

test('the same property server at another address goes on where it was, without another walk', async () => {
  const { hotel, desk } = await openHotel();
  const guest = checkIn(hotel.above, 'Guest');
  await hears(desk, guest);
  const before = desk.site.store.backend.read();
  await desk.stop();
  const elsewhere = await FaultProxy.open(hotel.server.url);
  onTestFinished(() => elsewhere[Symbol.asyncDispose]());
  hotel.server.daemon.reconfigure({
    allowed_hosts: [desk.proxy, elsewhere].map(({ port }) => `127.0.0.1:${port}`),
  });
  await hotel.server.stop();
  await hotel.server.start();
  elsewhere.target = hotel.server.url;
  desk.settings = { ...desk.settings, endpoint: elsewhere.url };
  desk.start();
  giveCard(desk.site, guest);
  await desk.told();
  await agree(hotel);
  const after = desk.site.store.backend.read();
  expect(after).toMatchObject({ endpoint: elsewhere.url, identity: before?.identity });
  expect(hotel.above.store.credentials.list({}, EVERY_ROW).rows).toHaveLength(1);
});

test('another property server hears of all that the desk has, and the desk gets all that is there', async () => {
  const { hotel, desk } = await openHotel();
  const guest = checkIn(hotel.above, 'Guest of the first');
  await hears(desk, guest);
  giveCard(desk.site, guest);
  await agree(hotel);
  await desk.stop();

  const proxy = await FaultProxy.open(null);
  onTestFinished(() => proxy[Symbol.asyncDispose]());
  const config = { allowed_hosts: [`127.0.0.1:${proxy.port}`], site: { entrances: ['Main entrance'] } };
  await using other = await PropertyServer.open(config, hotel.clock);
  proxy.target = other.url;
  const there = checkIn(other.site, 'Guest of the second');
  const apiKey = addDesk(other.site, 'Desk 1').token;
  desk.settings = { ...desk.settings, endpoint: proxy.url, apiKey };
  desk.start();
  await hears(desk, there);
  await desk.told();
  await waitFor(
    () => disagreements(other.site, desk.site).length === 0,
    () => `the two agree:\n${disagreements(other.site, desk.site).join('\n')}\n${desk.describe()}`,
  );
  expect(other.site.store.users.get(guest)?.fullName).toBe('Guest of the first');
  expect(other.site.store.credentials.list({ acsUserId: guest }, EVERY_ROW).rows).toHaveLength(1);
  expect(desk.site.identity.acsSystemId).toBe(other.site.identity.acsSystemId);
});
