import { describe, expect, test } from 'vitest';
import { writeIso } from '../../../drivers/msr605/codec/block.ts';
import { eraseTracks, GET_FIRMWARE, READ_ISO, setCoercivity } from '../../../drivers/msr605/codec/command.ts';
import {
  decodeTrack,
  encodeTrack,
  fromRawRead,
  TRACKS_2_AND_3,
  toRawWrite,
} from '../../../drivers/msr605/iso7811.ts';
import { Msr605 } from '../../../drivers/msr605/msr605.ts';
import { ORDINARY_PACE } from '../../../drivers/msr605/pace.ts';
import { fromHex } from '../../../src/card/hex.ts';
import { armed, MemoryLine } from '../../benches/msr605/memory-line.ts';
import { SimulatedStripe } from '../../benches/msr605/stripe.ts';
import { codeOf, patience, rejectionOf } from '../../contracts/encoder-desk.ts';

const PACE = { ...ORDINARY_PACE, answerMs: 100, stallMs: 100, quietMs: 20, testMs: 60 };
const WRITE = writeIso(['', '12=3', '']);
const GIVEN_UP = new Error('nobody waits any more');

function setUp() {
  const line = new MemoryLine();
  return { line, device: line.device, msr: new Msr605(line, PACE) };
}

describe('a question', () => {
  test('is answered', async () => {
    const { msr, device } = setUp();
    expect(await msr.ask(GET_FIRMWARE, 'firmware')).toBe('REVH7.31');
    expect(await msr.ask(setCoercivity('high'), 'status')).toBe('ok');
    expect(device.coercivity).toBe('high');
  });
  test('that is not answered is told in time, and its late answer belongs to no other', async () => {
    const { msr, line, device } = setUp();
    const late: Uint8Array[] = [];
    line.deliver = (bytes) => {
      late.push(bytes);
      line.deliver = (next) => {
        for (const held of late.splice(0)) line.arrive(held);
        line.arrive(next);
      };
    };
    device.refusedSettings.add(0x78);
    expect(codeOf(await rejectionOf(msr.ask(setCoercivity('high'), 'status')))).toBe('device_timeout');
    expect(await msr.ask(setCoercivity('low'), 'status')).toBe('ok');
    expect(msr.gone.aborted).toBe(false);
  });
  test('to a device that never answers again gives it up', async () => {
    const { msr, line } = setUp();
    line.deliver = () => {};
    expect(codeOf(await rejectionOf(msr.ask(GET_FIRMWARE, 'firmware')))).toBe('device_lost');
    expect(line.gone.aborted).toBe(true);
  });
  test('to a device that never stops to talk gives it up', async () => {
    const { msr, line } = setUp();
    line.deliver = () => {};
    const babble = setInterval(() => line.arrive(fromHex('00FF')), 2);
    expect(codeOf(await rejectionOf(msr.ask(GET_FIRMWARE, 'firmware')))).toBe('device_lost');
    clearInterval(babble);
  });
  test('waits for the one before it', async () => {
    const { msr } = setUp();
    const answers = Promise.all([
      msr.ask(GET_FIRMWARE, 'firmware'),
      msr.ask(setCoercivity('low'), 'status'),
      msr.ask(GET_FIRMWARE, 'firmware'),
    ]);
    expect(await answers).toEqual(['REVH7.31', 'ok', 'REVH7.31']);
  });
});

describe('a swipe', () => {
  test('is read', async () => {
    const { msr, device } = setUp();
    const reading = msr.awaitSwipe(READ_ISO, 'iso_block', patience());
    await armed(device, true);
    device.swipe(new SimulatedStripe(['', '12=3', '']));
    expect((await reading).status).toBe('ok');
  });
  test('writes what was ordered, and leaves the other tracks', async () => {
    const { msr, device } = setUp();
    const stripe = new SimulatedStripe(['A', '1', ''], 'low');
    const writing = msr.awaitSwipe(WRITE, 'status', patience());
    await armed(device, true);
    device.swipe(stripe);
    expect(await writing).toBe('ok');
    expect([stripe.read(1), stripe.read(2), stripe.read(3)]).toEqual([
      { text: 'A' },
      { text: '12=3' },
      'empty',
    ]);
  });
  test('erases the tracks that were ordered', async () => {
    const { msr, device } = setUp();
    const stripe = new SimulatedStripe(['A', '1', '2'], 'low');
    const erasing = msr.awaitSwipe(eraseTracks([1, 3]), 'status', patience());
    await armed(device, true);
    device.swipe(stripe);
    expect(await erasing).toBe('ok');
    expect([stripe.read(1), stripe.read(2), stripe.read(3)]).toEqual(['empty', { text: '1' }, 'empty']);
  });
  test('reads and writes bits', async () => {
    const { msr, device } = setUp();
    const stripe = new SimulatedStripe(['', '', ''], 'low');
    const none = new Uint8Array(0);
    const bits = encodeTrack('11111111111=11', TRACKS_2_AND_3);
    const writing = msr.writeRaw([none, toRawWrite(bits, 8), none], patience());
    await armed(device, true);
    device.swipe(stripe);
    expect(await writing).toBe('ok');
    expect(stripe.read(2)).toEqual({ text: '11111111111=11' });
    const reading = msr.readRaw(patience());
    await armed(device, true);
    device.swipe(stripe);
    const [one, two] = (await reading).tracks;
    expect(one.kind).toBe('empty');
    const read = two.kind === 'data' ? fromRawRead(two.bytes, 8) : none;
    expect(decodeTrack(read, TRACKS_2_AND_3)).toEqual({ kind: 'data', text: '11111111111=11' });
  });
  test('leaves nothing of what was read in the pieces in which it came', async () => {
    const { msr, line, device } = setUp();
    const pieces: Uint8Array[] = [];
    const hear = line.onBytes;
    line.onBytes = (bytes) => {
      pieces.push(bytes);
      hear?.(bytes);
    };
    const reading = msr.awaitSwipe(READ_ISO, 'iso_block', patience());
    await armed(device, true);
    device.swipe(new SimulatedStripe(['', '4111111111111111=2912101', '']));
    await reading;
    expect(pieces.length).toBeGreaterThan(0);
    for (const piece of pieces) expect(piece.every((byte) => byte === 0)).toBe(true);
  });
});

describe('a swipe that nobody waits for any more', () => {
  test.each([
    ['to read', READ_ISO, 'iso_block'],
    ['to write', WRITE, 'status'],
    ['to erase', eraseTracks([1]), 'status'],
  ] as const)('%s leaves the device disarmed, for certain', async (_what, command, kind) => {
    const { msr, line, device } = setUp();
    const stop = new AbortController();
    const waiting = rejectionOf(msr.awaitSwipe(command, kind, stop.signal));
    await armed(device, true);
    stop.abort(GIVEN_UP);
    expect(await waiting).toBe(GIVEN_UP);
    expect(device.arming).toBeUndefined();
    expect(line.written.slice(-2)).toEqual(['1B61', '1B65']);
    const stripe = new SimulatedStripe(['A', '1', '2']);
    expect(device.swipe(stripe)).toBe(false);
    expect(stripe.read(2)).toEqual({ text: '1' });
  });
  test('is not begun with a signal that has fired', async () => {
    const { msr, line } = setUp();
    expect(await rejectionOf(msr.awaitSwipe(WRITE, 'status', AbortSignal.abort(GIVEN_UP)))).toBe(GIVEN_UP);
    expect(line.written).toEqual([]);
  });
  test('counts when it came just then, whole or in two parts', async () => {
    for (const before of [0, 1, 2]) {
      const { msr, line, device } = setUp();
      const stop = new AbortController();
      const writing = msr.awaitSwipe(WRITE, 'status', stop.signal);
      await armed(device, true);
      // The status is on its way when the wait ends: a part of it is there, and the rest comes when the reset is out.
      const held: Uint8Array[] = [];
      line.deliver = (bytes) => {
        held.push(bytes.slice(before));
        if (before > 0) line.arrive(bytes.slice(0, before));
        line.deliver = (next) => line.arrive(next);
      };
      line.pass = (bytes) => {
        for (const rest of held.splice(0)) line.arrive(rest);
        device.receive(bytes);
      };
      device.swipe(new SimulatedStripe());
      stop.abort(GIVEN_UP);
      expect(await writing).toBe('ok');
      expect(device.arming).toBeUndefined();
    }
  });
  test('of a device that does not answer the reset gives it up: it may be armed', async () => {
    const { msr, line, device } = setUp();
    const stop = new AbortController();
    const writing = rejectionOf(msr.awaitSwipe(WRITE, 'status', stop.signal));
    await armed(device, true);
    line.pass = () => {};
    stop.abort(GIVEN_UP);
    expect(codeOf(await writing)).toBe('device_lost');
    expect(line.gone.aborted).toBe(true);
  });
  test('of a device that answers the reset late is survived', async () => {
    const { msr, line, device } = setUp();
    const stop = new AbortController();
    const writing = rejectionOf(msr.awaitSwipe(WRITE, 'status', stop.signal));
    await armed(device, true);
    const held: Uint8Array[] = [];
    line.pass = (bytes) => {
      held.push(bytes);
      if (held.length < 3) return;
      line.pass = (next) => device.receive(next);
      for (const late of held) device.receive(late);
    };
    stop.abort(GIVEN_UP);
    expect(await writing).toBe(GIVEN_UP);
    expect(device.arming).toBeUndefined();
    expect(await msr.ask(setCoercivity('low'), 'status')).toBe('ok');
  });
});

describe('an answer to a swipe', () => {
  test('that breaks off is told in time, and the device is disarmed', async () => {
    const { msr, line, device } = setUp();
    const reading = rejectionOf(msr.awaitSwipe(READ_ISO, 'iso_block', patience()));
    await armed(device, true);
    line.deliver = (bytes) => {
      line.arrive(bytes.slice(0, 9));
      line.deliver = (next) => line.arrive(next);
    };
    device.swipe(new SimulatedStripe(['', '12=3', '']));
    expect(codeOf(await reading)).toBe('device_protocol');
    expect(await msr.ask(GET_FIRMWARE, 'firmware')).toBe('REVH7.31');
  });
  test('that is noise alone is told in time, and the device is disarmed', async () => {
    const { msr, line, device } = setUp();
    const writing = rejectionOf(msr.awaitSwipe(WRITE, 'status', patience()));
    await armed(device, true);
    line.arrive(fromHex('1B1B00FF1B79'));
    expect(codeOf(await writing)).toBe('device_protocol');
    expect(device.arming).toBeUndefined();
  });
});

test('a device that got half a block is brought to rest', async () => {
  const { msr, device } = setUp();
  device.receive(WRITE.subarray(0, 9));
  expect(await msr.resync()).toBe(true);
  expect(device.arming).toBeUndefined();
  expect(await msr.ask(GET_FIRMWARE, 'firmware')).toBe('REVH7.31');
});
test('a line that goes ends everything', async () => {
  const { msr, line, device } = setUp();
  const waiting = rejectionOf(msr.awaitSwipe(WRITE, 'status', patience()));
  const behind = rejectionOf(msr.ask(GET_FIRMWARE, 'firmware'));
  await armed(device, true);
  await line[Symbol.asyncDispose]();
  expect(codeOf(await waiting)).toBe('device_lost');
  expect(codeOf(await behind)).toBe('device_lost');
});
