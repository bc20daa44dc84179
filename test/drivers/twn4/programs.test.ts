import { describe, expect, test } from 'vitest';
import { VirtualCard } from '../../../drivers/virtual/virtual-card.ts';
import { inspectCard } from '../../../src/card/card-work.ts';
import type { CardSite } from '../../../src/card/program.ts';
import { ACR122_PROFILE, storageCardLink } from '../../../src/card/storage-card.ts';
import type { PresentedCard, SimulatedCardOrder } from '../../../src/encoder/contract.ts';
import { type CardFormat, formatFor } from '../../../src/model/card-format.ts';
import type { CardImage } from '../../../src/model/card-record.ts';
import { FieldCard } from '../../benches/twn4/field-card.ts';
import { codeOf, patience, rejectionOf } from '../../contracts/encoder-desk.ts';
import { KeptJournal, recordOf, SITE as TAGS } from '../../contracts/encoder-site.ts';
import { newCard, openTwn4 } from './greeted.ts';

/** Sector 33 of a 4K has 16 blocks. */
const siteWith = (sectors: readonly number[]): CardSite => ({
  ...TAGS,
  formats: [
    { format: 'mifare_desfire', applicationId: 0xf48ed0, piccMasterKey: 'leave' },
    { format: 'mifare_classic', sectors, hasDirectory: false },
    { format: 'ntag', isPasswordProtected: true },
  ],
});
const SITE = siteWith([1, 2, 3]);
const LARGE = siteWith([31, 33]);

const CARDS: readonly (readonly [order: SimulatedCardOrder, site: CardSite, what: string])[] = [
  [{ technology: 'mifare_classic_1k', uid: 'A1B2C3D4' }, SITE, 'Classic 1K'],
  [{ technology: 'mifare_classic_4k', uid: 'A1B2C3D4' }, LARGE, 'Classic 4K, a sector of 16 blocks'],
  [{ technology: 'ntag213', uid: '04A2C3F1D25E80' }, SITE, 'NTAG213'],
  [{ technology: 'ntag216', uid: '04A2C3F1D25E80' }, SITE, 'NTAG216'],
  [{ technology: 'mifare_ultralight_ev1_128', uid: '04A2C3F1D25E80' }, SITE, 'Ultralight EV1'],
  [{ technology: 'mifare_desfire', uid: '04782E21801D80', generation: 'ev1' }, SITE, 'DESFire EV1'],
  [{ technology: 'mifare_desfire', uid: '04782E21801D80', generation: 'ev3' }, SITE, 'DESFire EV3'],
];

const formatOf = ({ technology }: SimulatedCardOrder, site: CardSite): CardFormat =>
  formatFor(technology, site.formats)?.format ?? 'uid_only';
const imageOf = (order: SimulatedCardOrder, site: CardSite, number: number): CardImage => ({
  kind: 'record',
  format: formatOf(order, site),
  record: recordOf(number),
});
const authentic = (number: number) => ({ kind: 'record', record: recordOf(number), standing: 'authentic' });
const contentOf = async (card: PresentedCard, site: CardSite) =>
  (await card.inspect(site, patience())).content;
const memoryOf = ({ kind }: FieldCard) => ('chip' in kind ? kind.chip.memory : new Uint8Array(0));

describe.each(CARDS)('the program of %#', (order, site, what) => {
  test(`writes a ${what}, and another reader finds the same on it`, async () => {
    await using twn4 = await openTwn4();
    const placed = newCard(order);
    twn4.reader.place(placed);
    const card = await twn4.encoder.awaitCard(patience());
    await card.write(site, imageOf(order, site, 1), new KeptJournal(), patience());
    expect(await contentOf(card, site)).toEqual(authentic(1));

    const { technology, uid = '' } = order;
    const copy = new VirtualCard({ technology, uid, memory: memoryOf(placed) });
    const link = storageCardLink((apdu) => copy.transmit(apdu), technology, ACR122_PROFILE);
    expect((await inspectCard(link, card.card, site)).content).toEqual(authentic(1));

    const blank = { kind: 'blank', format: formatOf(order, site) } as const;
    await card.write(site, blank, new KeptJournal(), patience());
    expect(await contentOf(card, site)).toEqual({ kind: 'blank' });
  });

  test(`ends the write of a ${what} that was torn anywhere`, async () => {
    const counting = newCard(order);
    await using counted = await openTwn4();
    counted.reader.place(counting);
    const whole = await counted.encoder.awaitCard(patience());
    await whole.write(site, imageOf(order, site, 1), new KeptJournal(), patience());
    const last = counting.exchanges;
    const step = process.env['CI'] === 'true' ? 1 : Math.ceil(last / 5);
    let torn = 0;
    for (let exchange = 3; exchange < last; exchange += step) {
      for (const moment of ['before', 'after'] as const) {
        await using twn4 = await openTwn4();
        const first = newCard({ ...order, faults: { pulledAt: { exchange, moment } } });
        twn4.reader.place(first);
        const card = await twn4.encoder.awaitCard(AbortSignal.timeout(400)).catch(() => undefined);
        if (card === undefined) continue;
        const error = await rejectionOf(
          card.write(site, imageOf(order, site, 1), new KeptJournal(), patience()),
        );
        expect(codeOf(error)).toBe('card_removed');
        torn += 1;
        twn4.reader.place(new FieldCard(first.kind));
        const again = await twn4.encoder.awaitCard(patience());
        expect(again).not.toBe(card);
        await again.write(site, imageOf(order, site, 1), new KeptJournal(), patience());
        expect(await contentOf(again, site)).toEqual(authentic(1));
      }
    }
    expect(torn).toBeGreaterThan(2);
  });
});

test('a Classic with the keys of another site is told as locked, and stays as it is', async () => {
  const order = { technology: 'mifare_classic_1k', uid: 'A1B2C3D4' } as const;
  const [keys] = SITE.keys;
  if (keys === undefined) throw new Error('the site has no keys');
  const others: CardSite = {
    ...SITE,
    keys: [
      {
        version: 1,
        keys: {
          ...keys.keys,
          classic_read: new Uint8Array(16).fill(0x11),
          classic_write: new Uint8Array(16).fill(0x22),
        },
      },
    ],
  };
  await using twn4 = await openTwn4();
  const placed = newCard(order);
  twn4.reader.place(placed);
  const card = await twn4.encoder.awaitCard(patience());
  await card.write(others, imageOf(order, others, 1), new KeptJournal(), patience());
  const before = memoryOf(placed);
  expect((await contentOf(card, SITE)).kind).toBe('locked');
  expect(memoryOf(placed)).toEqual(before);
});

test('a card that comes back in the middle of a write is not taken for one that never left', async () => {
  const order = { technology: 'ntag215', uid: '04B1C2D3E4F560' } as const;
  await using twn4 = await openTwn4();
  const placed = newCard(order);
  twn4.reader.place(placed);
  const card = await twn4.encoder.awaitCard(patience());
  const journal = new KeptJournal(() => twn4.reader.place(new FieldCard(placed.kind)));
  const error = await rejectionOf(card.write(SITE, imageOf(order, SITE, 1), journal, patience()));
  expect(['card_removed', 'device_timeout']).toContain(codeOf(error));
  const again = await twn4.encoder.awaitCard(patience());
  await again.write(SITE, imageOf(order, SITE, 1), new KeptJournal(), patience());
  expect(await contentOf(again, SITE)).toEqual(authentic(1));
});
