import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CardShelf } from '../../../drivers/virtual/card-shelf.ts';
import { createDriver } from '../../../drivers/virtual/index.ts';
import { VirtualCard } from '../../../drivers/virtual/virtual-card.ts';
import { fromHex } from '../../../src/card/hex.ts';
import type { CardEncoder, CardSimulator, EncoderDriver } from '../../../src/encoder/contract.ts';
import { CARD_TECHNOLOGIES, hasRandomUid } from '../../../src/model/card.ts';
import { silentLog } from './virtual-bench.ts';

const PATIENCE_MS = 30_000;

let stateDir: string;
let driver: EncoderDriver;

beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'virtual-driver-'));
  driver = createDriver({ options: { encoders: 3 }, stateDir, log: silentLog });
});

afterEach(() => rm(stateDir, { recursive: true, force: true }));

function patience(): AbortSignal {
  return AbortSignal.timeout(PATIENCE_MS);
}

async function open(number: number): Promise<CardEncoder & { simulator: CardSimulator }> {
  for await (const news of driver.watch(patience())) {
    if (news.news !== 'device_arrived' || news.device.id !== `virtual-${number}`) continue;
    const encoder = await driver.open(news.device, patience());
    const { simulator } = encoder;
    if (!simulator) throw new Error('a virtual encoder has a simulator');
    return Object.assign(encoder, { simulator });
  }
  throw new Error(`there is no virtual encoder ${number}`);
}

test('as many encoders stand there as the options say, by their numbers', async () => {
  const stop = new AbortController();
  const devices = [];
  for await (const news of driver.watch(stop.signal)) {
    if (news.news === 'device_arrived') devices.push(news.device);
    if (devices.length === 3) stop.abort();
  }
  expect(devices.map(({ id, name }) => [id, name])).toEqual([
    ['virtual-1', 'Virtual encoder 1'],
    ['virtual-2', 'Virtual encoder 2'],
    ['virtual-3', 'Virtual encoder 3'],
  ]);
  expect(devices.every(({ capabilities }) => capabilities.isVirtual)).toBe(true);
});

test('options that its schema does not know are refused', () => {
  const context = { stateDir, log: silentLog };
  expect(() => createDriver({ ...context, options: { encoders: 0 } })).toThrow();
  expect(() => createDriver({ ...context, options: { readers: 1 } })).toThrow();
});

describe('placeCard', () => {
  test('draws a number as a card of its kind would have', async () => {
    const { simulator } = await open(1);
    for (let time = 0; time < 50; time++) {
      const classic = await simulator.placeCard({ technology: 'mifare_classic_1k' });
      expect(classic.uid).toMatch(/^[0-9A-F]{8}$/);
      expect(hasRandomUid(classic)).toBe(false);
      expect(classic.uid.startsWith('88')).toBe(false);
      expect(classic.id).toBe(classic.uid);
      const ntag = await simulator.placeCard({ technology: 'ntag215' });
      expect(ntag.uid).toMatch(/^04[0-9A-F]{12}$/);
    }
  });

  test('refuses the kinds that are not simulated, and leaves the card that is there', async () => {
    const encoder = await open(1);
    const placed = await encoder.simulator.placeCard({ technology: 'ntag213' });
    const simulated = [
      ...[
        'mifare_classic_1k',
        'mifare_classic_4k',
        'mifare_ultralight_ev1_48',
        'mifare_ultralight_ev1_128',
        'ntag213',
        'ntag215',
        'ntag216',
        'mifare_desfire',
        'uid_only',
      ],
    ];
    for (const technology of CARD_TECHNOLOGIES) {
      if (simulated.includes(technology)) continue;
      const placing = encoder.simulator.placeCard({ technology });
      await expect(placing).rejects.toMatchObject({ code: 'card_unsupported' });
    }
    const bad = encoder.simulator.placeCard({ technology: 'ntag213', uid: 'A1B' });
    await expect(bad).rejects.toMatchObject({ code: 'card_unsupported' });
    expect((await encoder.awaitCard(patience())).card.uid).toBe(placed.uid);
  });

  test('takes a uid in lower case, and finds the same card by it in upper case', async () => {
    const { simulator } = await open(1);
    const placed = await simulator.placeCard({ technology: 'mifare_classic_1k', uid: 'a1b2c3d4' });
    expect(placed).toEqual({ technology: 'mifare_classic_1k', uid: 'A1B2C3D4', id: 'A1B2C3D4' });
    expect(await readdir(join(stateDir, 'cards'))).toEqual(['card-A1B2C3D4.json']);
  });

  test('finds a card by its id, with the same number, and after a restart too', async () => {
    const order = { technology: 'ntag216', id: 'room 12/../Müller' } as const;
    const first = await (await open(1)).simulator.placeCard(order);
    driver = createDriver({ options: { encoders: 3 }, stateDir, log: silentLog });
    const { simulator } = await open(2);
    expect(await simulator.placeCard(order)).toEqual(first);
    expect(await simulator.placeCard({ ...order, uid: first.uid })).toEqual(first);
    for (const other of [{ technology: 'ntag213' }, { uid: '04000000000001' }] as const) {
      const placing = simulator.placeCard({ ...order, ...other });
      await expect(placing).rejects.toMatchObject({ code: 'card_unsupported' });
    }
  });

  test('takes the card from the encoder on which it lay', async () => {
    const [one, two] = [await open(1), await open(2)];
    await one.simulator.placeCard({ technology: 'uid_only', id: 'wanderer' });
    const there = await one.awaitCard(patience());
    await two.simulator.placeCard({ technology: 'uid_only', id: 'wanderer' });
    expect(there.removed.aborted).toBe(true);
    expect((await two.awaitCard(patience())).card).toEqual(there.card);
  });

  test('does not touch a file that it cannot read, and says which', async () => {
    const { simulator } = await open(1);
    const order = { technology: 'mifare_classic_1k', id: 'torn' } as const;
    const { uid } = await simulator.placeCard(order);
    const file = join(stateDir, 'cards', 'card-torn.json');
    const card = { id: 'torn', technology: order.technology, uid };
    const broken = [
      ' ',
      '{"id":"torn"',
      '[]',
      JSON.stringify({ ...card, memory: '00' }),
      JSON.stringify({ ...card, memory: '0' }),
      JSON.stringify({ ...card, id: 'other', memory: '' }),
    ];
    for (const text of broken) {
      await writeFile(file, text);
      const placing = simulator.placeCard(order);
      await expect(placing, text).rejects.toMatchObject({ code: 'card_refused' });
      await expect(placing).rejects.toThrow(file);
      expect(await readFile(file, 'utf8')).toBe(text);
    }
  });
});

test('a file that a power cut left empty is a card that never was, and settling tells when the disk does not serve', async () => {
  const folder = join(stateDir, 'cards');
  const shelf = new CardShelf(folder);
  const card = { id: 'AA', technology: 'ntag213', uid: '04A2C3F1D25E80', memory: fromHex('00') } as const;
  shelf.keep(card);
  await shelf.settle('AA');
  expect(shelf.find('AA')).toEqual(card);
  const [name = ''] = await readdir(folder);
  await writeFile(join(folder, name), '');
  expect(shelf.find('AA')).toBeUndefined();
  await expect(shelf.settle('BB')).rejects.toMatchObject({ code: 'driver_unavailable' });
});

test('a shelf gives back what was put on it, whatever the name', () => {
  const shelf = new CardShelf(join(stateDir, 'cards'));
  for (const id of ['.', '..', '/etc/passwd', 'a\u0000b', 'ü'.repeat(500), '\ud800', ' ']) {
    const { memory } = new VirtualCard({ technology: 'ntag213', uid: '04A2C3F1D25E80' });
    expect(shelf.find(id)).toBeUndefined();
    shelf.keep({ id, technology: 'ntag213', uid: '04A2C3F1D25E80', memory });
    expect(shelf.find(id)).toEqual({ id, technology: 'ntag213', uid: '04A2C3F1D25E80', memory });
  }
});

test.each(['darwin', 'win32'] as const)(
  'a shelf on %s has a file for each name, whatever its case, and no name that the system does not take',
  async (platform) => {
    const folder = join(stateDir, 'cards');
    const shelf = new CardShelf(folder, platform);
    const ids = ['Ada', 'ada', 'ADA', '*', '04a2'];
    for (const id of ids)
      shelf.keep({ id, technology: 'ntag213', uid: '04A2C3F1D25E80', memory: fromHex('00') });
    const names = await readdir(folder);
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(ids.length);
    for (const name of names) expect(name).toMatch(/^card-[a-z0-9]+\.json$/);
    for (const id of ids) expect(shelf.find(id)).toMatchObject({ id });
  },
);

describe('a mute card', () => {
  test('ends the wait with device_timeout, and the next card is presented', async () => {
    const encoder = await open(1);
    await encoder.simulator.placeCard({ technology: 'uid_only', faults: { muteFrom: 1 } });
    await expect(encoder.awaitCard(patience())).rejects.toMatchObject({ code: 'device_timeout' });
    const { uid } = await encoder.simulator.placeCard({ technology: 'uid_only' });
    expect((await encoder.awaitCard(patience())).card.uid).toBe(uid);
  });

  test('that was identified before rejects to be read, and stays', async () => {
    const encoder = await open(1);
    await encoder.simulator.placeCard({ technology: 'mifare_classic_1k', faults: { muteFrom: 2 } });
    const card = await encoder.awaitCard(patience());
    const stop = new AbortController();
    const reading = card.read(stop.signal);
    stop.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
    expect(card.removed.aborted).toBe(false);
    expect(await encoder.awaitCard(patience())).toBe(card);
  });
});

test('a simulator does nothing once its encoder is closed', async () => {
  const encoder = await open(1);
  await encoder[Symbol.asyncDispose]();
  await encoder[Symbol.asyncDispose]();
  const placing = encoder.simulator.placeCard({ technology: 'uid_only' });
  await expect(placing).rejects.toMatchObject({ code: 'device_lost' });
  await expect(encoder.simulator.removeCard()).rejects.toMatchObject({ code: 'device_lost' });
});

test('an encoder is open once at a time', async () => {
  await open(1);
  await expect(open(1)).rejects.toThrow('open already');
});

test('hexadecimal is whole bytes or an error', () => {
  expect(() => fromHex('ABC')).toThrow('whole bytes');
  expect(() => fromHex('0x')).toThrow('whole bytes');
  expect(fromHex('')).toHaveLength(0);
});
