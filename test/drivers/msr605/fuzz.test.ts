import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import type { AnswerKind } from '../../../drivers/msr605/codec/answer.ts';
import { AnswerReader } from '../../../drivers/msr605/codec/answer-reader.ts';
import { packetsOf, payloadOf } from '../../../drivers/msr605/codec/hid-packet.ts';
import {
  decodeTrack,
  encodeTrack,
  fromRawRead,
  TRACK_1,
  TRACKS_2_AND_3,
} from '../../../drivers/msr605/iso7811.ts';
import { isPaymentCard } from '../../../drivers/msr605/payment-card.ts';
import { stripeTracks } from '../../../drivers/msr605/stripe.ts';
import { fromHex } from '../../../src/card/hex.ts';

const INPUTS = process.env['CI'] === 'true' ? 1_000_000 : 30_000;
/** How much more may be in use after all inputs than after a tenth of them. */
const FLAT_BYTES = 2 * 1_024 * 1_024;
const TIMEOUT_MS = 600_000;

/** Numbers that look like chance and are the same each time (xorshift32, Marsaglia 2003). */
class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** 0 to `below` - 1. */
  next(below: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % below;
  }

  bytes(most: number): Uint8Array {
    return Uint8Array.from({ length: this.next(most + 1) }, () => this.next(256));
  }

  /** One of them, with some of its bytes changed, lost or doubled. */
  mutated(seeds: readonly Uint8Array[]): Uint8Array {
    const bytes = [...(seeds[this.next(seeds.length)] ?? [])];
    for (let change = this.next(4); change > 0; change--) {
      const at = this.next(bytes.length + 1);
      const kept = this.next(3) === 0 ? 1 : 0;
      bytes.splice(at, kept, ...(this.next(2) === 0 ? [this.next(256)] : [0x1b, this.next(0x80)]));
    }
    return Uint8Array.from(bytes);
  }
}

const SEEDS = [
  '1B30',
  '1B79',
  '1B3353',
  '1B524556483 72E3331',
  '1B3D16',
  '1B30070505',
  '1B731B01253031 3F1B023B32333F1B033B34353F3F1C1B30',
  '1B731B011B2B1B023B32333F1B031B2A3F1C1B31',
  '1B731B0106 1B0205 3F1C1B 1B0204 1B301B79 1B0302 1B61 3F1C1B30',
  '1B731B0125423431313131313131313131313131313131315E443F1B023B343131313131313131313131313131313D323931323130313F1B031B2B3F1C1B30',
].map(fromHex);

const KINDS: readonly AnswerKind[] = [
  'status',
  'communication_test',
  'coercivity',
  'model',
  'firmware',
  'leading_zeros',
  'bits_per_character',
  'iso_block',
  'raw_block',
];

/** Does it once for each input, and throws when memory grows with their number. */
function fuzz(once: (chance: Chance) => void): void {
  const chance = new Chance(0x2545_f491);
  for (let input = 0; input < INPUTS / 10; input++) once(chance);
  const before = bytesInUse();
  for (let input = INPUTS / 10; input < INPUTS; input++) once(chance);
  expect(bytesInUse() - before).toBeLessThan(FLAT_BYTES);
}

function bytesInUse(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}

describe(`${INPUTS} inputs, random and mutated,`, () => {
  test('neither break nor hang the reader of answers', { timeout: TIMEOUT_MS }, () => {
    fuzz((chance) => {
      const kind = KINDS[chance.next(KINDS.length)] ?? 'status';
      const reader = new AnswerReader(kind);
      const bytes = chance.next(4) === 0 ? chance.bytes(80) : chance.mutated(SEEDS);
      const cut = chance.next(bytes.length + 1);
      reader.push(bytes.subarray(0, cut));
      reader.push(bytes.subarray(cut));
      const { answer } = reader;
      if (typeof answer !== 'object' || !('tracks' in answer)) return;
      isPaymentCard(answer.tracks);
      for (const track of stripeTracks(answer.tracks))
        if (track.kind === 'data' && /[^ -_]/.test(track.text)) throw new Error('not of the alphabet');
    });
  });
  test('never make a reader that waits hold more than a block', { timeout: TIMEOUT_MS }, () => {
    const readers = [new AnswerReader('iso_block'), new AnswerReader('raw_block')];
    fuzz((chance) => {
      const noise = chance.next(2) === 0 ? chance.bytes(20) : fromHex('1B731B0141421B0230');
      // Without what ends a block, or is a status alone.
      const endless = noise.filter((byte) => byte !== 0x1c && (byte < 0x31 || byte > 0x41));
      for (const reader of readers) reader.push(endless);
    });
    for (const reader of readers) expect(reader.answer).toBeUndefined();
  });
  test('neither break the framing of HID packets nor change what they carry', { timeout: TIMEOUT_MS }, () => {
    fuzz((chance) => {
      const packet = chance.bytes(70);
      const payload = payloadOf(packet);
      if (payload.length > 63) throw new Error('more than a packet has');
      const message = chance.next(2) === 0 ? chance.bytes(200) : chance.mutated(SEEDS);
      const again = packetsOf(message).flatMap((one) => [...payloadOf(one)]);
      if (Buffer.compare(Buffer.from(again), Buffer.from(message)) !== 0)
        throw new Error('changed on the way');
    });
  });
  test('neither break the reader of bits nor make it believe a damaged track', {
    timeout: TIMEOUT_MS,
  }, () => {
    fuzz((chance) => {
      const alphabet = chance.next(2) === 0 ? TRACK_1 : TRACKS_2_AND_3;
      decodeTrack(fromRawRead(chance.bytes(30), 5 + chance.next(4)), alphabet);
      const text = Array.from({ length: chance.next(12) }, () =>
        String.fromCharCode(0x30 + chance.next(10)),
      ).join('');
      const bits = encodeTrack(text, alphabet);
      const at = chance.next(bits.length);
      const read = decodeTrack(bits.with(at, 1 - (bits[at] ?? 0)), alphabet);
      if (read.kind !== 'unreadable') throw new Error(`believed ${text} with bit ${at} flipped`);
    });
  });
});
