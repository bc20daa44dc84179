import { describe, expect, test } from 'vitest';
import type { FlightRecord } from '../../../../src/encoder/recorder/ring.ts';
import { StrainTally } from '../../../../src/encoder/recorder/strain-tally.ts';
import { NO_STRAIN } from '../../../../src/model/encoder-health.ts';

const ID = 'encoder';

const exchange = (more: object = {}, driver = 'pcsc'): FlightRecord => ({
  ...{ sequence: 1, encoderId: ID, driver, repeats: null },
  record: {
    ...{ kind: 'apdu', deviceId: 'd', at: 0, monotonicMs: 0, durationMs: 20, header: 0xffca0000 },
    ...{ nativeCode: null, lc: 0, le: 0, statusWord: 0x9000, answerBytes: 7 },
    ...more,
  },
});

const line = (more: object, driver = 'pn532'): FlightRecord => ({
  ...{ sequence: 1, encoderId: ID, driver, repeats: null },
  record: {
    ...{ kind: 'line', deviceId: 'd', at: 0, monotonicMs: 0, transport: 'serial', durationMs: 5 },
    ...{ command: 'InDataExchange', isIdle: false, outBytes: 9, inBytes: 12 },
    ...more,
  },
});

const happened = (event: string, at = 0, driver: string | null = null, details = {}): FlightRecord => ({
  ...{ sequence: 1, encoderId: event === 'host_ended' ? null : ID, driver, monotonicMs: 0 },
  event: { event, encoderId: event === 'host_ended' ? null : ID, driver, at, details },
});

function counted(...records: readonly FlightRecord[]) {
  const tally = new StrainTally();
  for (const record of records) tally.add(record);
  return tally.take().get(ID) ?? NO_STRAIN;
}

const silent = { statusWord: null, answerBytes: 0 };

describe('what an encoder suffers', () => {
  test('an answered command is an exchange, and nothing else', () => {
    expect(counted(exchange(), line({}))).toEqual({ ...NO_STRAIN, exchanges: 2 });
  });

  test('a command that is given again after nothing came back is a retry', () => {
    expect(counted(exchange(silent), exchange())).toEqual({ ...NO_STRAIN, exchanges: 2, retries: 1 });
    expect(counted(line({ inBytes: 0, durationMs: null }), line({}))).toMatchObject({ retries: 1 });
  });

  test('another command after one that nothing came back to is none: the card was gone', () => {
    expect(counted(exchange(silent), exchange({ header: 0xff000000 }))).toMatchObject({ retries: 0 });
  });

  test('asking whether a card has come, and bytes that come by themselves, are not counted', () => {
    expect(counted(line({ isIdle: true }), line({ command: null, outBytes: 0 }))).toEqual(NO_STRAIN);
  });

  test('an answer after more than 500 ms is slow, but not of a device that waits for a swipe', () => {
    expect(counted(exchange({ durationMs: 501 }))).toMatchObject({ slowAnswers: 1 });
    expect(counted(exchange({ durationMs: 500 }))).toMatchObject({ slowAnswers: 0 });
    expect(counted(line({ durationMs: 9000 }, 'msr605'))).toMatchObject({ slowAnswers: 0 });
  });

  test('who comes back after a time in which a person plugs something in was plugged in', () => {
    const back = [happened('encoder_arrived', 0, 'pn532'), happened('encoder_left', 10_000)];
    expect(counted(...back, happened('encoder_arrived', 13_000, 'pn532'))).toEqual({
      ...NO_STRAIN,
      replugs: 1,
    });
  });

  test('who comes back sooner had stopped answering', () => {
    const back = [happened('encoder_arrived', 0, 'pn532'), happened('encoder_left', 10_000)];
    expect(counted(...back, happened('encoder_arrived', 12_999, 'pn532'))).toEqual({
      ...NO_STRAIN,
      resets: 1,
    });
  });

  test('who comes back after its driver had ended was not unplugged, however long that took', () => {
    const events = [
      happened('encoder_arrived', 0, 'pn532'),
      happened('host_ended', 10_000, 'pn532'),
      happened('encoder_left', 10_001),
      happened('encoder_arrived', 60_000, 'pn532'),
    ];
    expect(counted(...events)).toEqual({ ...NO_STRAIN, resets: 1 });
  });

  test('the first arrival, and leaving for good, count nothing', () => {
    expect(counted(happened('encoder_arrived', 0, 'pn532'), happened('encoder_left', 5))).toEqual(NO_STRAIN);
  });

  test('a write that was interrupted for good is a torn card', () => {
    expect(counted(happened('attempt_phase', 0, null, { reason: 'encoding_interrupted' }))).toEqual({
      ...NO_STRAIN,
      tornCards: 1,
    });
    expect(counted(happened('attempt_phase', 0, null, { reason: 'cancelled' }))).toEqual(NO_STRAIN);
  });

  test('is taken once, comes back when it could not be kept, and adds up for ever', () => {
    const tally = new StrainTally();
    tally.add(exchange());
    const taken = tally.take();
    expect(tally.take().size).toBe(0);
    tally.add(exchange());
    tally.giveBack(taken);
    expect(tally.counted.get(ID)).toMatchObject({ exchanges: 2 });
    expect(tally.totals.get(ID)).toMatchObject({ exchanges: 2 });
  });
});
