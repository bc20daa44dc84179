import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { CardEncoder } from '../../../src/encoder/contract.ts';
import { CLASSIC, cardOf, openEncoder, presented, TAG } from './open-encoder.ts';

const SEARCH = 0x4a;
const POLL = 0x60;
const TWO_CARDS = { code: 'card_refused', message: expect.stringContaining('two cards') };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** What a wait for a card comes to within so long: the uid, what it rejects with, or undefined. */
async function awaited(encoder: CardEncoder, ms = 500): Promise<unknown> {
  const stop = new AbortController();
  const waiting = encoder.awaitCard(stop.signal).then(
    ({ card }) => card.uid,
    (error: unknown) => (stop.signal.aborted ? undefined : error),
  );
  await vi.advanceTimersByTimeAsync(ms);
  stop.abort();
  return waiting;
}

describe('a card', () => {
  test('is seen within 200 ms', async () => {
    const { encoder, board } = await openEncoder();
    await vi.advanceTimersByTimeAsync(1_234);
    board.chip.place(cardOf(TAG));
    expect(await awaited(encoder, 200)).toBe(TAG.uid);
  });

  test('that is taken away is removed within 500 ms', async () => {
    const { encoder, board } = await openEncoder();
    board.chip.place(cardOf(TAG));
    const waiting = encoder.awaitCard(new AbortController().signal);
    await vi.advanceTimersByTimeAsync(1_000);
    const card = await waiting;
    board.chip.place();
    await vi.advanceTimersByTimeAsync(500);
    expect(card.removed.reason).toMatchObject({ code: 'card_removed' });
  });

  test('is searched for by the chip itself, which says every two seconds that it lives', async () => {
    const { board } = await openEncoder();
    await vi.advanceTimersByTimeAsync(1_000);
    board.commands.length = 0;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(new Set(board.commands)).toEqual(new Set([SEARCH, POLL]));
    expect(board.commands.length).toBeGreaterThanOrEqual(20);
    expect(board.commands.length).toBeLessThanOrEqual(24);
  });

  test('is seen within 200 ms by a chip that cannot look by itself', async () => {
    const { encoder, board } = await openEncoder({ quirks: { knowsNoAutoPoll: true } });
    await vi.advanceTimersByTimeAsync(1_234);
    board.commands.length = 0;
    await vi.advanceTimersByTimeAsync(3_000);
    expect(board.commands.length).toBeLessThanOrEqual(21);
    board.chip.place(cardOf(TAG));
    expect(await awaited(encoder, 200)).toBe(TAG.uid);
  });

  test('is not searched for while work holds one', async () => {
    const { encoder, board } = await openEncoder();
    board.chip.place(cardOf(TAG));
    const waiting = presented(encoder);
    await vi.advanceTimersByTimeAsync(500);
    const card = await waiting;
    board.commands.length = 0;
    const held = Promise.withResolvers<void>();
    const work = card.use(async ({ ultralight }) => {
      await ultralight?.readPages(0);
      await held.promise;
      await ultralight?.readPages(4);
    }, new AbortController().signal);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(board.commands).toEqual([SEARCH, 0x40]);
    held.resolve();
    await work;
    expect(board.commands).toEqual([SEARCH, 0x40, 0x40]);
    await vi.advanceTimersByTimeAsync(300);
    expect(board.commands.at(-1)).toBe(SEARCH);
  });

  test('is not searched for by an encoder that was closed', async () => {
    const { encoder, board } = await openEncoder();
    await vi.advanceTimersByTimeAsync(1_000);
    await encoder[Symbol.asyncDispose]();
    board.commands.length = 0;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(board.commands).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('that is slow does not keep an encoder from closing: no exchange begins after that', async () => {
    const { encoder, board } = await openEncoder({}, cardOf(TAG, { delayMs: 400 }));
    // The second search selects the card that the first one found.
    while (board.commands.filter((code) => code === SEARCH).length < 2) await vi.advanceTimersByTimeAsync(50);
    const closing = encoder[Symbol.asyncDispose]();
    await vi.advanceTimersByTimeAsync(5_000);
    await closing;
    expect(board.commands.at(-1)).toBe(SEARCH);
  });

  test('stays although the chip misses it in every second search', async () => {
    const { encoder, board } = await openEncoder({ quirks: { missesEverySecondSearch: true } });
    board.chip.place(cardOf(TAG));
    const waiting = encoder.awaitCard(new AbortController().signal);
    await vi.advanceTimersByTimeAsync(1_000);
    const card = await waiting;
    await vi.advanceTimersByTimeAsync(3_000);
    expect(card.removed.aborted).toBe(false);
    board.chip.place();
    await vi.advanceTimersByTimeAsync(500);
    expect(card.removed.aborted).toBe(true);
  });

  test('is found again by a chip that lost its power and forgot its settings', async () => {
    const { encoder, board } = await openEncoder();
    await vi.advanceTimersByTimeAsync(1_000);
    board.power();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(encoder.gone.aborted).toBe(false);
    board.chip.place(cardOf(TAG));
    expect(await awaited(encoder)).toBe(TAG.uid);
  });
});

describe('two cards', () => {
  test('are refused until one is left', async () => {
    const { encoder, board } = await openEncoder();
    const [tag, classic] = [cardOf(TAG), cardOf(CLASSIC)];
    board.chip.place(tag, classic);
    expect(await awaited(encoder)).toMatchObject(TWO_CARDS);
    expect(await awaited(encoder)).toMatchObject(TWO_CARDS);
    board.chip.place(classic);
    await vi.advanceTimersByTimeAsync(500);
    expect(await awaited(encoder)).toBe(CLASSIC.uid);
  });

  test('end the wait of who waits when they come', async () => {
    const { encoder, board } = await openEncoder();
    const waiting = encoder.awaitCard(new AbortController().signal).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(500);
    board.chip.place(cardOf(TAG), cardOf(CLASSIC));
    await vi.advanceTimersByTimeAsync(500);
    expect(await waiting).toMatchObject(TWO_CARDS);
  });

  test('are not worked with when the second one comes later, and the first is the same after', async () => {
    const { encoder, board } = await openEncoder();
    const [tag, classic] = [cardOf(TAG), cardOf(CLASSIC)];
    board.chip.place(tag);
    const { signal } = new AbortController();
    const waiting = encoder.awaitCard(signal);
    await vi.advanceTimersByTimeAsync(500);
    const card = await waiting;
    board.chip.place(tag, classic);
    await vi.advanceTimersByTimeAsync(500);
    await expect(card.read(signal)).rejects.toMatchObject(TWO_CARDS);
    expect(await awaited(encoder)).toMatchObject(TWO_CARDS);
    board.chip.place(tag);
    await vi.advanceTimersByTimeAsync(500);
    expect(card.removed.aborted).toBe(false);
    expect(await encoder.awaitCard(signal)).toBe(card);
    expect(await card.read(signal)).toEqual(TAG);
  });

  test.each([{ missesEverySecondSearch: true }, { missesOneOfTwo: true }])(
    'of which the chip misses some are still two (%o)',
    async (quirks) => {
      const { encoder, board } = await openEncoder({ quirks });
      board.chip.place(cardOf(TAG), cardOf(CLASSIC));
      await vi.advanceTimersByTimeAsync(500);
      for (let time = 0; time < 10; time++) expect(await awaited(encoder, 150)).toMatchObject(TWO_CARDS);
    },
  );
});
