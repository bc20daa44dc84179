import { describe, expect, test } from 'vitest';
import { createChip, drawUid } from '../../../drivers/virtual/create-chip.ts';
import { MifareClassicChip } from '../../../drivers/virtual/mifare-classic-chip.ts';
import { VirtualCard } from '../../../drivers/virtual/virtual-card.ts';
import { encodeAccessBits } from '../../../src/card/classic-access.ts';
import { isTrailer, sectorOf, trailerOf } from '../../../src/card/classic-geometry.ts';
import { fromHex, toHex } from '../../../src/card/hex.ts';
import { identify } from '../../../src/card/identify.ts';
import { ACR122_PROFILE } from '../../../src/card/storage-card.ts';

const UID = fromHex('A1B2C3D4');
const FACTORY_KEY = 'FFFFFFFFFFFF';
const ACK = { kind: 'ack' };
const NO = { kind: 'nak', code: 4 };

function newChip(memory?: Uint8Array): MifareClassicChip {
  return new MifareClassicChip(UID, memory, 'mifare_classic_4k');
}

/** Sends commands to a chip that was just selected, and gives the last answer. */
function ask(chip: MifareClassicChip, ...commands: readonly string[]) {
  chip.activate();
  return commands.map((command) => chip.exchange(fromHex(command))).at(-1);
}

function hexByte(number: number): string {
  return number.toString(16).padStart(2, '0');
}

function open(block: number): string {
  return `60${hexByte(block)}${FACTORY_KEY}A1B2C3D4`;
}

describe('a MIFARE Classic 4K from the factory', () => {
  test('has 4,096 bytes, SAK 18 and ATQA 02, or 42 with a number of 7 bytes', () => {
    const chip = newChip();
    expect(chip.memory).toHaveLength(4096);
    expect([chip.sak, ...chip.atqa]).toEqual([0x18, 0x02, 0x00]);
    expect(toHex(chip.memory.subarray(0, 8))).toBe('A1B2C3D404180200');
    expect(toHex(createChip('mifare_classic_4k', '04A2C3F1D25E80').atqa)).toBe('4200');
    expect(drawUid('mifare_classic_4k')).toMatch(/^[0-9A-F]{8}$/);
  });

  test('has the factory’s trailer at the end of all its 40 sectors, and nothing elsewhere', () => {
    const { memory } = newChip();
    for (let block = 1; block < 256; block++) {
      const expected = isTrailer(block) ? `${FACTORY_KEY}FF078069${FACTORY_KEY}` : '00'.repeat(16);
      expect(toHex(memory.subarray(block * 16, block * 16 + 16))).toBe(expected);
    }
  });

  test('is known by its ATR, and told from a 1K by it', async () => {
    const card = new VirtualCard({ technology: 'mifare_classic_4k', uid: 'A1B2C3D4' });
    expect(toHex(card.atr)).toBe('3B8F8001804F0CA0000003060300020000000069');
    const transmit = (apdu: Uint8Array) => card.transmit(apdu);
    expect(await identify(transmit, card.atr, ACR122_PROFILE)).toEqual({
      uid: 'A1B2C3D4',
      technology: 'mifare_classic_4k',
    });
  });
});

describe('a sector of 16 blocks', () => {
  test('is open as a whole, and alone', () => {
    for (let block = 112; block < 256; block++) {
      for (const opened of [112, 128, 144, 255]) {
        const answer = ask(newChip(), open(opened), `30${hexByte(block)}`);
        expect(answer?.kind, `${opened} ${block}`).toBe(
          sectorOf(opened) === sectorOf(block) ? 'data' : 'nak',
        );
      }
    }
  });

  test('is governed by groups of five blocks', () => {
    const { memory } = newChip();
    const trailer = trailerOf(33);
    memory.set(encodeAccessBits([0, 2, 0, 1]), trailer * 16 + 6);
    for (let block = 144; block < 159; block++) {
      const answer = ask(newChip(memory), open(144), `A0${hexByte(block)}${'5A'.repeat(16)}`);
      expect(answer, `block ${block}`).toEqual(block >= 149 && block < 154 ? NO : ACK);
    }
  });
});

test('the reader knows block 255 of a 4K, and on a 1K none beyond 63', async () => {
  const [small, large] = [
    new VirtualCard({ technology: 'mifare_classic_1k', uid: 'A1B2C3D4' }),
    new VirtualCard({ technology: 'mifare_classic_4k', uid: 'A1B2C3D4' }),
  ];
  const session = async (card: VirtualCard, ...commands: readonly string[]) => {
    const answers: string[] = [];
    for (const command of commands) answers.push(toHex(await card.transmit(fromHex(command))).slice(-4));
    return answers;
  };
  const commands = [`FF82000006${FACTORY_KEY}`, 'FF860000050100FF6000', 'FFB000FF10'];
  expect(await session(small, ...commands)).toEqual(['9000', '6A82', '6A82']);
  expect(await session(large, ...commands, 'FFB0010010')).toEqual(['9000', '9000', '9000', '6A82']);
});

test('its memory is not that of a 1K', () => {
  expect(() => newChip(new MifareClassicChip(UID).memory)).toThrow(
    'a MIFARE Classic 4K has 4096 bytes, not 1024',
  );
});
