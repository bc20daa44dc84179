import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { CardShelf } from '../../drivers/virtual/card-shelf.ts';
import { VirtualDriver } from '../../drivers/virtual/index.ts';
import { VirtualCard } from '../../drivers/virtual/virtual-card.ts';
import { fromHex } from '../../src/card/hex.ts';
import type { SimulatedCardOrder } from '../../src/encoder/contract.ts';
import { quietLog } from '../benches/pcsc/quiet-log.ts';
import { siteKeyVersion } from '../src/card/site-key-version.ts';
import { HandClock } from './hand-clock.ts';
import { CLASSIC_CARDS, DESFIRE_CARDS, freshCard, NTAG_CARDS, type TearCard } from './tear-cards.ts';
import { carries, serve, type TearPoint } from './tear-desk.ts';
import { memoryFolder } from './tear-folder.ts';
import { TornDesk } from './torn-desk.ts';

const KINDS = [NTAG_CARDS[1], CLASSIC_CARDS[1], DESFIRE_CARDS[3]].flatMap((kind) => kind ?? []);

/** Pulls a card of that kind in the middle of its first encode. */
const inTheMiddle = ({ technology }: TearCard): TearPoint => ({
  exchange: technology === 'ntag215' ? 18 : technology === 'mifare_desfire' ? 40 : 70,
  moment: 'after',
});

/** A desk with two encoders, and the shelf on which its cards lie. */
async function openDesk({ settings }: Pick<TearCard, 'settings'>) {
  const stateDir = memoryFolder();
  onTestFinished(() => rmSync(stateDir, { recursive: true, force: true }));
  const driver = new VirtualDriver({ options: { encoders: 2 }, stateDir, log: quietLog });
  const desk = await TornDesk.open({
    ...{ driver, clock: new HandClock(), formats: [settings], keys: [siteKeyVersion(1)] },
  });
  onTestFinished(() => desk[Symbol.asyncDispose]());
  const shelf = new CardShelf(join(stateDir, 'cards'));
  return { desk, shelf, memoryOf: ({ uid = '' }: SimulatedCardOrder) => shelf.find(uid)?.memory };
}

const blankMemory = ({ technology, uid = '', generation }: SimulatedCardOrder) =>
  new VirtualCard({ technology, uid, ...(generation && { generation }) }).memory;

describe.each(KINDS)('at a desk where cards of kind $name are written', (kind) => {
  test('a card that is swapped for another one before the first byte stays as it is, and the other one is written', async () => {
    const { desk, memoryOf } = await openDesk(kind);
    const [first, other] = [freshCard(kind), freshCard(kind)];
    const credentialId = await desk.newCredential();
    const attemptId = await desk.encode(credentialId);
    await desk.place({ ...first, faults: { delayMs: 3 } });
    await desk.until(() => desk.attempt(attemptId).phase === 'writing');
    await desk.place(other);
    expect(await desk.end(attemptId)).toMatchObject({ status: 'success' });
    await desk.lift();
    expect(await desk.outcomes(first.uid ?? '')).toEqual(['not_begun']);
    expect(memoryOf(first)).toEqual(blankMemory(first));
    expect((await serve(desk, other, await desk.scan())).found).toEqual(carries(credentialId, true));
    expect(await desk.issues(credentialId)).toBe(1);
  });

  test('another card that is put down in the middle of a write is left alone until the first is back', async () => {
    const { desk, memoryOf } = await openDesk(kind);
    const [torn, other] = [freshCard(kind), freshCard(kind)];
    const credentialId = await desk.newCredential();
    const attemptId = await desk.encode(credentialId);
    await desk.place(torn, inTheMiddle(kind));
    expect(await desk.rest(attemptId)).toBe('put_card_back');
    await desk.place(other);
    await desk.until(() => desk.encoders.station(desk.encoderId()).card?.card.uid === other.uid);
    await desk.quiet();
    expect(await desk.rest(attemptId)).toBe('put_card_back');
    expect(memoryOf(other)).toEqual(blankMemory(other));
    expect(await desk.outcomes(other.uid ?? '')).toEqual([]);
    await desk.lift();
    expect(await serve(desk, torn, attemptId)).toMatchObject({ status: 'success' });
    expect(await desk.outcomes(torn.uid ?? '')).toEqual(['repaired']);
    expect((await serve(desk, torn, await desk.scan())).found).toEqual(carries(credentialId, true));
  });

  test('two encoders write at once, each card its own', async () => {
    const { desk } = await openDesk(kind);
    const cards = [freshCard(kind), freshCard(kind)];
    const credentialIds = [await desk.newCredential(), await desk.newCredential()];
    const attemptIds = await Promise.all(credentialIds.map((id, encoder) => desk.encode(id, true, encoder)));
    const slow = { delayMs: 1 };
    await Promise.all(
      cards.map((card, encoder) => desk.place({ ...card, faults: slow }, undefined, encoder)),
    );
    const areBothWritten = () => attemptIds.every((id) => desk.attempt(id).phase === 'writing');
    await desk.until(areBothWritten);
    for (const attemptId of attemptIds) {
      expect(await desk.end(attemptId)).toMatchObject({ status: 'success' });
    }
    for (const [encoder, credentialId] of credentialIds.entries()) {
      const scanned = await desk.end(await desk.scan(encoder));
      expect(scanned.found).toEqual(carries(credentialId, true));
      expect(await desk.outcomes(cards[encoder]?.uid ?? '')).toEqual(['written']);
    }
  });

  test('a torn card is finished on the other encoder, by a scan and by an encode', async () => {
    for (const way of ['scan', 'encode'] as const) {
      const { desk } = await openDesk(kind);
      const card = freshCard(kind);
      const credentialId = await desk.newCredential();
      const attemptId = await desk.encode(credentialId);
      await desk.place(card, inTheMiddle(kind));
      expect(await desk.rest(attemptId)).toBe('put_card_back');
      const there = way === 'scan' ? await desk.scan(1) : await desk.encode(credentialId, true, 1);
      await desk.place(card, undefined, 1);
      expect(await desk.end(there)).toMatchObject({ status: 'success' });
      expect(await desk.outcomes(card.uid ?? '')).toEqual(['repaired']);
      await desk.lift(1);
      expect(await serve(desk, card, attemptId)).toMatchObject({ type: 'encoding_interrupted' });
      expect((await serve(desk, card, await desk.scan())).found).toEqual(carries(credentialId, true));
      expect(await desk.issues(credentialId)).toBe(1);
    }
  });
});

const CLASSIC = { settings: { format: 'mifare_classic', sectors: [1, 2, 3], hasDirectory: false } } as const;
const NTAG = { settings: { format: 'ntag', isPasswordProtected: false } } as const;
const UID = { classic: 'A1B2C3D4', ntag: '04A1B2C3D4E5F6' };
const FACTORY = 'FFFFFFFFFFFF';
/** Opens sector 2 with key A. */
const OPEN_SECTOR = `600B${FACTORY}${UID.classic}`;

/** Cards that cannot take a record, each made so by native commands, in hexadecimal. */
const UNFIT = [
  {
    what: 'a Classic with an unknown key in one of the sectors',
    ...CLASSIC,
    card: { technology: 'mifare_classic_1k', uid: UID.classic },
    commands: [OPEN_SECTOR, 'A00B010203040506FF078069010203040506'],
    reason: 'card_locked',
  },
  {
    what: 'a Classic with a sector that nobody may write',
    ...CLASSIC,
    card: { technology: 'mifare_classic_1k', uid: UID.classic },
    // C1 C2 C3 = 0 1 0 for the data blocks and 0 1 1 for the trailer (NXP MF1S50yyX_V1, tables 7 and 8), with key B as from the factory.
    commands: [OPEN_SECTOR, `A00B${FACTORY}0FF78F69${FACTORY}`],
    reason: 'card_locked',
  },
  {
    what: 'an NTAG with a page that is locked for ever',
    ...NTAG,
    card: { technology: 'ntag215', uid: UID.ntag },
    commands: ['A20200002000'],
    reason: 'card_locked',
  },
  {
    what: 'an NTAG that says that it is read-only',
    ...NTAG,
    card: { technology: 'ntag215', uid: UID.ntag },
    commands: ['A203E1103E0F'],
    reason: 'card_locked',
  },
  {
    what: 'an Ultralight EV1 that is too small',
    ...NTAG,
    card: { technology: 'mifare_ultralight_ev1_48', uid: UID.ntag },
    commands: [],
    reason: 'card_unsupported',
  },
  {
    what: 'a card of a kind that the site does not write',
    ...NTAG,
    card: { technology: 'mifare_classic_1k', uid: UID.classic },
    commands: [],
    reason: 'card_format_unsupported',
  },
] as const;

test.each(UNFIT)('$what is refused, and stays as it is', async ({ settings, card, commands, reason }) => {
  const { desk, shelf, memoryOf } = await openDesk({ settings });
  const { chip } = new VirtualCard(card);
  for (const command of commands) expect(chip.exchange(fromHex(command)).kind).toMatch(/^(ack|data)$/);
  const { memory } = chip;
  shelf.keep({ id: card.uid, ...card, memory });
  const credentialId = await desk.newCredential();
  expect(await serve(desk, card, await desk.encode(credentialId))).toMatchObject({
    type: 'incompatible_card_format',
    reason,
  });
  expect(memoryOf(card)).toEqual(memory);
  expect((await desk.outcomes(card.uid)).filter((outcome) => outcome !== 'not_begun')).toEqual([]);
  const scanned = await serve(desk, card, await desk.scan());
  expect(scanned).toMatchObject({ status: 'success', found: { onCard: null, onSite: null } });
  expect(memoryOf(card)).toEqual(memory);
});
