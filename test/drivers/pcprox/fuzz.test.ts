import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import {
  bitCount,
  cardBits,
  cutBits,
  dataOf,
  deviceInfo,
  litPage,
  MOST_CARD_BITS,
  silentPage,
  timedPage,
  typesKeystrokes,
} from '../../../drivers/pcprox/codec.ts';
import { numbered } from '../../../drivers/pcprox/numbering.ts';
import { pcproxOptions } from '../../../drivers/pcprox/options.ts';
import { encodeWiegand, parseWiegand, type WiegandBits } from '../../../drivers/ports/wiegand.ts';
import { WIEGAND_FORMATS } from '../../../drivers/ports/wiegand-formats.ts';
import { wiegandSettings } from '../../../drivers/ports/wiegand-options.ts';
import { EncoderError } from '../../../src/encoder/errors.ts';
import { PRINTED_LAYOUTS, printedBits, printedCard } from '../../benches/pcprox/wiegand-card.ts';

const INPUTS = process.env['CI'] === 'true' ? 1_000_000 : 30_000;
const SEED = 0x0c273bfa;
/** What may be held more after all inputs than after the first tenth of them. */
const MOST_GROWTH_BYTES = 4 * 1024 * 1024;

/** Numbers below `below`, the same in every run (mulberry32). */
function drawing(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Bytes that are held after everything unused was let go. */
function heldBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') collect();
  return process.memoryUsage().heapUsed;
}

function withFlatMemory(use: (draw: (below: number) => number) => void): void {
  const draw = drawing(SEED);
  const warmUp = INPUTS / 10;
  for (let input = 0; input < warmUp; input++) use(draw);
  const before = heldBytes();
  for (let input = warmUp; input < INPUTS; input++) use(draw);
  expect(heldBytes() - before).toBeLessThan(MOST_GROWTH_BYTES);
}

/** What `read` makes of bytes; undefined where it says that they make no sense. Anything else that it throws is a defect. */
function unlessNonsense<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof EncoderError && error.code === 'device_protocol') return undefined;
    throw error;
  }
}

/** A sound report of some kind, or noise. */
function drawReport(draw: (below: number) => number): Uint8Array {
  const length = draw(8) === 0 ? draw(20) : 9;
  const report = Uint8Array.from({ length }, () => (draw(3) === 0 ? 0 : draw(256)));
  if (draw(8) > 0) report[0] = 0;
  if (draw(2) === 0) report[2] = report[1] ?? 0;
  return report;
}

function drawBits(draw: (below: number) => number, count: number): WiegandBits {
  let value = 0n;
  for (let at = 0; at < count; at += 8) value = (value << 8n) | BigInt(draw(256));
  return { count, value: BigInt.asUintN(count, value) };
}

describe(`${INPUTS} inputs, drawn and changed`, () => {
  test('to the codec of feature reports are understood or told to be nonsense, and leave nothing behind', () => {
    const seen = { sound: 0, nonsense: 0, cards: 0 };
    withFlatMemory((draw) => {
      const data = unlessNonsense(() => dataOf(drawReport(draw)));
      if (data === undefined) {
        seen.nonsense += 1;
        return;
      }
      const info = deviceInfo(data);
      if (info !== null && !/^\d+\.\d+\.\d+$/.test(info.firmware)) throw new Error(info.firmware);
      const { leading, trailing } = cutBits(data);
      if (leading > 15 || trailing > 15) throw new Error('more than 15 bits are cut off');
      if (typesKeystrokes(silentPage(data))) throw new Error('a silent page types');
      for (const page of [silentPage(data), timedPage(data, 768), litPage(data, 'red')])
        if (page.length !== 8) throw new Error('a page has 8 bytes');
      const count = unlessNonsense(() => bitCount(data));
      if (count === undefined) seen.nonsense += 1;
      else seen.sound += 1;
      if (count === undefined || count === 0 || count > MOST_CARD_BITS) return;
      const { value } = cardBits(data, count);
      if (value < 0n || value >= 1n << BigInt(count)) throw new Error(`${value} has more than ${count} bits`);
      seen.cards += 1;
    });
    expect(Math.min(seen.sound, seen.nonsense, seen.cards)).toBeGreaterThan(INPUTS / 100);
  });

  test('to the Wiegand formats are a number that encodes to the same bits, or none', () => {
    const settings = wiegandSettings(pcproxOptions.parse({}));
    const seen = { number: 0, parity_wrong: 0, unknown_length: 0 };
    withFlatMemory((draw) => {
      const layout = PRINTED_LAYOUTS[draw(PRINTED_LAYOUTS.length)] ?? 'h10301';
      const bits =
        draw(2) === 0
          ? drawBits(draw, 1 + draw(64))
          : changed(
              draw,
              printedCard(
                layout,
                drawBits(draw, printedBits(layout, 'F')).value,
                drawBits(draw, printedBits(layout, 'C')).value,
              ),
            );
      const reading = parseWiegand(bits, WIEGAND_FORMATS);
      seen[reading.kind] += 1;
      if (reading.kind === 'number' && encodeWiegand(reading).value !== bits.value)
        throw new Error(
          `${bits.count} bits ${bits.value} are not what ${reading.format.name} makes of their number`,
        );
      const cut = draw(4) === 0 ? { leading: draw(16), trailing: draw(16) } : { leading: 0, trailing: 0 };
      const card = numbered(bits, settings, cut);
      if (card.kind === 'card' && !/^([0-9A-F]{2}){4,10}$/.test(card.card.uid))
        throw new Error(card.card.uid);
    });
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(INPUTS / 100);
  });
});

/** A card of which, half of the time, a bit or two are turned or the end is lost. */
function changed(draw: (below: number) => number, card: string): WiegandBits {
  let { value } = { value: BigInt(`0b${card}`) };
  let count = card.length;
  for (let turns = draw(2) * draw(3); turns > 0; turns--) value ^= 1n << BigInt(draw(count));
  if (draw(10) === 0) {
    count -= 1;
    value >>= 1n;
  }
  return { count, value };
}
