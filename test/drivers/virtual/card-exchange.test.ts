import { expect, test } from 'vitest';
import { CardExchange } from '../../../drivers/virtual/card-exchange.ts';
import { VirtualCard } from '../../../drivers/virtual/virtual-card.ts';
import { fromHex, toHex } from '../../../src/card/hex.ts';
import type { CardFaults } from '../../../src/encoder/contract.ts';

const READ_UID = fromHex('FFCA000000');
const WRITE = fromHex('FFD6000504DEADBEEF');

/** An NTAG213 on an encoder, and what was kept of its page 5, each time; `settled` holds how many of them had been kept when the disk was asked for them. */
function lay(faults: CardFaults = {}, isSettled = true) {
  const kept: string[] = [];
  const settled: number[] = [];
  const card: VirtualCard = new VirtualCard({
    technology: 'ntag213',
    uid: '04A2C3F1D25E80',
    faults,
    onPulled: () => exchange.end(),
  });
  const exchange = new CardExchange('card', card, {
    keep: () => kept.push(toHex(card.memory.slice(20, 24))),
    settle: async () => {
      settled.push(kept.length);
    },
    isSettled,
  });
  /** One exchange, as a piece of work of its own. */
  const send = (apdu: Uint8Array) => exchange.hold({ work: 'refresh' }, (transmit) => transmit(apdu));
  return { exchange, send, kept, settled };
}

test('the memory is kept when an exchange has changed it, before its answer, and not otherwise', async () => {
  const { exchange, send, kept } = lay();
  await send(READ_UID);
  expect(kept).toEqual([]);
  expect(toHex(await send(WRITE))).toBe('9000');
  expect(kept).toEqual(['DEADBEEF']);
  await send(READ_UID);
  exchange.end();
  expect(kept).toEqual(['DEADBEEF']);
});

test('a write whose answer was lost with the card is kept, one that never came is not', async () => {
  const after = lay({ pulledAt: { exchange: 1, moment: 'after' } });
  await expect(after.send(WRITE)).rejects.toMatchObject({ code: 'card_removed' });
  expect(after.kept).toEqual(['DEADBEEF']);
  const before = lay({ pulledAt: { exchange: 1, moment: 'before' } });
  await expect(before.send(WRITE)).rejects.toMatchObject({ code: 'card_removed' });
  expect(before.kept).toEqual([]);
});

test('what was kept outlives a power cut before the work that changed it has ended, even by a failure', async () => {
  const { exchange, send, settled } = lay();
  await send(READ_UID);
  expect(settled).toEqual([]);
  await exchange.hold({ work: 'refresh' }, async (transmit) => {
    await transmit(WRITE);
    await transmit(fromHex('FFD6000604DEADBEEF'));
    expect(settled).toEqual([]);
  });
  expect(settled).toEqual([2]);
  await send(READ_UID);
  expect(settled).toEqual([2]);
  const torn = lay({ pulledAt: { exchange: 1, moment: 'after' } });
  await expect(torn.send(WRITE)).rejects.toMatchObject({ code: 'card_removed' });
  expect(torn.settled).toEqual([1]);
});

test('a new card whose number nobody gave is settled before anybody is told of it', async () => {
  const { send, settled } = lay({}, false);
  await send(READ_UID);
  await send(READ_UID);
  expect(settled).toEqual([0]);
});

test('exchanges go one after another, in the order in which they were asked for', async () => {
  const { exchange } = lay({ delayMs: 5 });
  const answers: string[] = [];
  const note = (name: string) => () => {
    answers.push(name);
  };
  await exchange.hold({ work: 'refresh' }, (transmit) =>
    Promise.all([
      transmit(WRITE).then(note('write')),
      transmit(READ_UID).then(note('uid')),
      transmit(fromHex('FFB0000504')).then(note('read')),
    ]),
  );
  expect(answers).toEqual(['write', 'uid', 'read']);
});

test('pieces of work never interleave, and one that fails lets the next one begin', async () => {
  const { exchange } = lay({ delayMs: 5 });
  const steps: string[] = [];
  const work = (name: string) =>
    exchange.hold({ work: 'refresh' }, async (transmit) => {
      for (const step of [1, 2]) {
        await transmit(READ_UID);
        steps.push(`${name} ${step}`);
      }
      if (name === 'first') throw new Error('enough');
    });
  const [first] = await Promise.allSettled([work('first'), work('second')]);
  expect(first.status).toBe('rejected');
  expect(steps).toEqual(['first 1', 'first 2', 'second 1', 'second 2']);
});
