import { describe, expect, test } from 'vitest';
import { Msr605 } from '../../../drivers/msr605/msr605.ts';
import { ORDINARY_PACE } from '../../../drivers/msr605/pace.ts';
import { SwipedLink } from '../../../drivers/msr605/stripe-link.ts';
import { SwipeReader } from '../../../drivers/msr605/swipes.ts';
import type { StripeTracks } from '../../../src/card/link.ts';
import { MemoryLine } from '../../benches/msr605/memory-line.ts';
import { SimulatedStripe } from '../../benches/msr605/stripe.ts';
import { StripeHand } from '../../benches/msr605/swiping-hand.ts';
import { codeOf, rejectionOf } from '../../contracts/encoder-desk.ts';
import { KeptLog } from '../../contracts/encoder-site.ts';

const PACE = { ...ORDINARY_PACE, quietMs: 5, againMs: 5, swipeMs: 300, stallMs: 50 };
const EMPTY = { kind: 'empty' } as const;
const BLANK: StripeTracks = [EMPTY, EMPTY, EMPTY];

function setUp(signal = new AbortController().signal, askMs = PACE.askMs) {
  const line = new MemoryLine();
  const hand = new StripeHand(line.device);
  const device = new Msr605(line, PACE);
  const reader = new SwipeReader(device, PACE, new KeptLog());
  const written: StripeTracks[] = [];
  const onWrite = (tracks: StripeTracks) => written.push(tracks);
  const link = new SwipedLink({ device, reader, pace: { ...PACE, askMs }, tracks: BLANK, signal, onWrite });
  return { line, hand, link, written, device: line.device };
}

/** Counts how often it was asked. */
function asking() {
  const count = { times: 0 };
  const ask = () => {
    count.times += 1;
  };
  return { count, ask };
}

describe('write', () => {
  test('of all tracks is one pass', async () => {
    const { hand, link, line, device, written } = setUp();
    device.coercivity = 'high';
    const stripe = new SimulatedStripe();
    hand.take(stripe);
    const { count, ask } = asking();
    await link.write(['HELLO', '12=3', '45'], ask);
    expect([stripe.read(1), stripe.read(2), stripe.read(3)]).toEqual([
      { text: 'HELLO' },
      { text: '12=3' },
      { text: '45' },
    ]);
    expect(count.times).toBe(1);
    expect(line.written).toHaveLength(1);
    expect(written).toEqual([
      [
        { kind: 'data', text: 'HELLO' },
        { kind: 'data', text: '12=3' },
        { kind: 'data', text: '45' },
      ],
    ]);
  });
  test('of some tracks, with others to be erased, asks twice: for erasing first', async () => {
    const { hand, link, line, device } = setUp();
    device.coercivity = 'high';
    const stripe = new SimulatedStripe(['OLD', '1', '2']);
    hand.take(stripe);
    const { count, ask } = asking();
    await link.write(['', '9', null], ask);
    expect([stripe.read(1), stripe.read(2), stripe.read(3)]).toEqual(['empty', { text: '9' }, { text: '2' }]);
    expect(count.times).toBe(2);
    expect(line.written[0]).toBe('1B6300');
  });
  test('of nothing at all asks nobody', async () => {
    const { link, line } = setUp();
    const { count, ask } = asking();
    await link.write([null, null, null], ask);
    expect(count.times).toBe(0);
    expect(line.written).toEqual([]);
  });
  test.each([
    ['letters', [null, 'A', null]],
    ['a sentinel', ['A?', null, null]],
    ['more than 37 characters', [null, '1'.repeat(38), null]],
  ] as const)('of %s where they cannot be is refused before anybody is asked', async (_what, order) => {
    const { link, line } = setUp();
    const { count, ask } = asking();
    expect(codeOf(await rejectionOf(link.write(order, ask)))).toBe('card_unsupported');
    expect(count.times).toBe(0);
    expect(line.written).toEqual([]);
  });
  test('that the device does not understand is told at once', async () => {
    const { link, line, device } = setUp();
    line.pass = (bytes) => device.receive(bytes.map((byte, at) => (at === 3 ? 0 : byte)));
    expect(codeOf(await rejectionOf(link.write([null, '1', null], () => {})))).toBe('device_protocol');
  });
  test('waits for a swipe no longer than its signal', async () => {
    const end = new AbortController();
    const { hand, link, device } = setUp(end.signal);
    const reason = new Error('the card is not wanted any more');
    const writing = rejectionOf(link.write([null, '1', null], () => {}));
    await hand.armed(true);
    end.abort(reason);
    expect(await writing).toBe(reason);
    expect(device.arming).toBeUndefined();
    const { count, ask } = asking();
    expect(await rejectionOf(link.write([null, '1', null], ask))).toBe(reason);
    expect(count.times).toBe(0);
  });
  test('asks again after a swipe of which nobody knows what came', async () => {
    const { hand, link, line, device } = setUp();
    device.coercivity = 'high';
    const stripe = new SimulatedStripe();
    line.deliver = () => {
      line.deliver = (bytes) => line.arrive(bytes);
      line.arrive(Uint8Array.of(0x9b, 0xb0));
    };
    hand.take(stripe);
    const { count, ask } = asking();
    await link.write([null, '1', null], ask);
    expect(count.times).toBe(2);
  });
});

describe('read', () => {
  test('gives what the next card has, and keeps it', async () => {
    const { hand, link } = setUp();
    hand.take(new SimulatedStripe(['', '7', '']));
    const tracks: StripeTracks = [EMPTY, { kind: 'data', text: '7' }, EMPTY];
    expect(await link.read(() => {})).toEqual(tracks);
    expect(link.lastRead).toEqual(tracks);
    expect(link.tracks).toEqual(BLANK);
  });
  test('asks again for a swipe that went badly, and takes the second one as the card is', async () => {
    const { hand, link } = setUp();
    const stripe = new SimulatedStripe(['', '7', '']);
    stripe.scratch(2);
    hand.take(stripe);
    const { count, ask } = asking();
    expect(await link.read(ask)).toEqual([EMPTY, { kind: 'unreadable' }, EMPTY]);
    expect(count.times).toBe(2);
  });
  test('rejects when nobody swipes, and asks meanwhile', async () => {
    const { link, device } = setUp(undefined, 40);
    const { count, ask } = asking();
    expect(codeOf(await rejectionOf(link.read(ask)))).toBe('card_removed');
    expect(count.times).toBeGreaterThan(3);
    expect(device.arming).toBeUndefined();
  });
});
