import { describe, expect, test } from 'vitest';
import { loginSectorOf } from '../../../drivers/twn4/card-link.ts';
import type { Chip } from '../../../drivers/virtual/chip.ts';
import { createChip } from '../../../drivers/virtual/create-chip.ts';
import { fromHex } from '../../../src/card/hex.ts';
import { cardNumber, uidOfNumber } from '../../../src/model/card.ts';
import { FieldCard } from '../../benches/twn4/field-card.ts';
import { SimulatedReader } from '../../benches/twn4/simulated-reader.ts';
import { codeOf, fires, patience, rejectionOf } from '../../contracts/encoder-desk.ts';
import { PROMISE_OF_TIME } from '../../promise-of-time.ts';
import { newCard, openTwn4 } from './greeted.ts';

/** Until the removal of a card has to be seen. */
const REMOVAL_MS = 500;

/** Card 1234 of facility 17 in H10301, parities and all: the first of its 26 bits is the first one sent. */
const H10301 = { type: 0x49, bits: 26, id: fromHex('0882 6900') };

/** A card of ISO/IEC 14443-4 with another number each time that it is selected, and how often it was. */
function restlessCard(): { readonly chip: Chip; readonly selections: () => number } {
  const desfire = createChip('mifare_desfire', '04782E21801D80');
  let selections = 0;
  const chip: Chip = {
    technology: desfire.technology,
    atqa: desfire.atqa,
    sak: desfire.sak,
    memory: desfire.memory,
    revision: 0,
    get uid() {
      return Uint8Array.of(0x08, 0x11, 0x22, selections);
    },
    activate: () => {
      selections += 1;
      desfire.activate();
    },
    exchange: (command) => desfire.exchange(command),
  };
  return { chip, selections: () => selections };
}

describe('a card of 125 kHz', () => {
  test('is known by its number', async () => {
    await using twn4 = await openTwn4();
    twn4.reader.place(new FieldCard({ tag: { type: 0x40, bits: 40, id: fromHex('05 40 08 60 C0') } }));
    const { card } = await twn4.encoder.awaitCard(patience());
    expect(card).toEqual({ technology: 'proximity', uid: '05400860C0' });
  });
  test('has a number of as many bits as the reader says, from the first on', async () => {
    await using twn4 = await openTwn4();
    twn4.reader.place(new FieldCard({ tag: { type: 0x4b, bits: 12, id: fromHex('AB CF') } }));
    const { card } = await twn4.encoder.awaitCard(patience());
    expect(card.uid).toBe(uidOfNumber(0xabcn));
  });
  test('of HID is known by its facility and number', async () => {
    await using twn4 = await openTwn4();
    twn4.reader.place(new FieldCard({ tag: H10301 }));
    const { card } = await twn4.encoder.awaitCard(patience());
    expect(cardNumber(card, 'uid_msb_first')).toBe('1701234');
    expect(card.technology).toBe('proximity');
  });
  test.each([
    ['number', '1234'],
    ['raw', String(0x220_9a4)],
  ])('of HID is known as the configuration says: %s', async (kind, number) => {
    await using twn4 = await openTwn4({ wiegand: { card_number: kind } });
    twn4.reader.place(new FieldCard({ tag: H10301 }));
    const { card } = await twn4.encoder.awaitCard(patience());
    expect(cardNumber(card, 'uid_msb_first')).toBe(number);
  });
  test('of HID whose parity is wrong is no card, and whoever waits hears why', async () => {
    await using twn4 = await openTwn4();
    twn4.reader.place(new FieldCard({ tag: { ...H10301, id: fromHex('8882 6900') } }));
    const error = await rejectionOf(twn4.encoder.awaitCard(patience()));
    expect(codeOf(error)).toBe('card_unsupported');
    expect(String(error)).toContain('wiegand.custom_formats');
  });
  test('is not found where the configuration leaves them out', async () => {
    await using twn4 = await openTwn4({ low_frequency: false });
    twn4.reader.place(new FieldCard({ tag: H10301 }));
    const waiting = twn4.encoder.awaitCard(patience());
    twn4.reader.place(newCard({ technology: 'uid_only', uid: '1B2C3D4E' }));
    expect((await waiting).card.uid).toBe('1B2C3D4E');
  });
  test('can be read and not be written', async () => {
    await using twn4 = await openTwn4();
    twn4.reader.place(new FieldCard({ tag: H10301 }));
    const card = await twn4.encoder.awaitCard(patience());
    expect(await card.read(patience())).toEqual(card.card);
  });
});

describe('a card of 13.56 MHz', () => {
  test.each([
    ['mifare_classic_4k', 'A1B2C3D4'],
    ['mifare_classic_1k', '04A1B2C3D4E5F6'],
    ['mifare_ultralight_ev1_48', '04A2C3F1D25E80'],
    ['mifare_ultralight_ev1_128', '04A2C3F1D25E81'],
    ['uid_only', '1B2C3D4E'],
    ['uid_only', '1B2C3D4E5F60718293A4'],
  ] as const)('is told: %s with the number %s', async (technology, uid) => {
    await using twn4 = await openTwn4();
    twn4.reader.place(newCard({ technology, uid }));
    expect((await twn4.encoder.awaitCard(patience())).card).toEqual({ technology, uid });
  });
  test('that looks like an Ultralight and says nothing is known by its number only', async () => {
    await using twn4 = await openTwn4();
    twn4.reader.place(newCard({ technology: 'uid_only', uid: '04A2C3F1D25E80' }));
    const { card } = await twn4.encoder.awaitCard(patience());
    expect(card).toEqual({ technology: 'uid_only', uid: '04A2C3F1D25E80' });
  });
  test('that is no ISO 14443 A has its number and no more', async () => {
    await using twn4 = await openTwn4();
    const id = fromHex('E0 04 01 50 2D 42 10 E3');
    twn4.reader.place(new FieldCard({ tag: { type: 0x82, bits: 64, id } }));
    const { card } = await twn4.encoder.awaitCard(patience());
    expect(card).toEqual({ technology: 'uid_only', uid: 'E00401502D4210E3' });
  });
  test.each([
    ['and the reader tells whether it is still there', []],
    ['and the reader cannot tell whether it is still there', [0x1202]],
  ])('that draws its number anew whenever it is selected stays the same card, %s', async (_, barred) => {
    const reader = new SimulatedReader();
    for (const code of barred) reader.barred.add(code);
    await using twn4 = await openTwn4({}, reader);
    const { chip, selections } = restlessCard();
    reader.place(new FieldCard({ chip }));
    const card = await twn4.encoder.awaitCard(patience());
    expect(card.card.uid).toMatch(/^08112/);
    for (let time = 0; time < 3; time++) expect(await card.read(patience())).toEqual(card.card);
    const placed = reader.looks;
    await expect.poll(() => reader.looks).toBeGreaterThan(placed + 3);
    expect(card.removed.aborted).toBe(false);
    expect(selections() > 1).toBe(barred.length > 0);
  });
});

describe('the removal of a card', () => {
  test.each([
    ['mifare_classic_1k', 'A1B2C3D4'],
    ['ntag213', '04A2C3F1D25E80'],
    ['mifare_desfire', '04782E21801D80'],
  ] as const)(`is seen within ${REMOVAL_MS} ms: %s`, PROMISE_OF_TIME, async (technology, uid) => {
    await using twn4 = await openTwn4();
    twn4.reader.place(newCard({ technology, uid }));
    const card = await twn4.encoder.awaitCard(patience());
    twn4.reader.place(undefined);
    const since = performance.now();
    expect(codeOf(await fires(card.removed, '`removed`'))).toBe('card_removed');
    expect(performance.now() - since).toBeLessThan(REMOVAL_MS);
  });
  test('is not seen in a single look that misses it', async () => {
    const reader = new SimulatedReader();
    await using twn4 = await openTwn4({}, reader);
    const chip = createChip('mifare_classic_1k', 'A1B2C3D4');
    reader.place(new FieldCard({ chip }));
    const card = await twn4.encoder.awaitCard(patience());
    const missing = new FieldCard({ chip }, { muteFrom: 1 });
    reader.place(missing);
    await expect.poll(() => missing.exchanges).toBe(1);
    reader.place(new FieldCard({ chip }));
    expect(await card.read(patience())).toEqual(card.card);
    expect(card.removed.aborted).toBe(false);
  });
});

test.each([
  ['success', ['dark 1', 'light 2', 'beep 50 % 2400 Hz 100 ms 0 ms', 'dark 3']],
  [
    'failure',
    ['dark 2', 'light 1', 'beep 50 % 2057 Hz 150 ms 100 ms', 'beep 50 % 2057 Hz 150 ms 100 ms', 'dark 3'],
  ],
] as const)('the cue %s is light and sound, and the light goes out', async (cue, signs) => {
  await using twn4 = await openTwn4();
  twn4.encoder.cue?.(cue);
  await expect.poll(() => twn4.reader.done).toEqual(signs);
});

test.each([
  [0, 0],
  [3, 0],
  [4, 1],
  [127, 31],
  [128, 32],
  [143, 32],
  [144, 36],
  [239, 56],
  [255, 60],
])('to log in for block %i, the reader is told sector %i', (block, sector) => {
  expect(loginSectorOf(block)).toBe(sector);
});
