import { beforeEach, describe, expect, test } from 'vitest';
import { MifareClassicChip } from '../../../drivers/virtual/mifare-classic-chip.ts';
import { type AccessCondition, encodeAccessBits } from '../../../src/card/classic-access.ts';
import { fromHex, toHex } from '../../../src/card/hex.ts';

const UID = fromHex('A1B2C3D4');
const KEY_A = 'A0A1A2A3A4A5';
const KEY_B = 'B0B1B2B3B4B5';
const FACTORY_KEY = 'FFFFFFFFFFFF';
const DATA = '000102030405060708090A0B0C0D0E0F';
const ACK = { kind: 'ack' };
const NO = { kind: 'nak', code: 4 };

let chip: MifareClassicChip;

function send(hex: string) {
  return chip.exchange(fromHex(hex));
}

function block(number: number): string {
  return number.toString(16).padStart(2, '0');
}

/** Selects the card anew and opens a sector. */
function open(sector: number, key: 'A' | 'B', bytes: string) {
  chip.activate();
  return send(`${key === 'A' ? '60' : '61'}${block(4 * sector)}${bytes}A1B2C3D4`);
}

/** A card on which every sector has keys of its own and the same condition for all its blocks. */
function cardWith(data: AccessCondition, trailer: AccessCondition): MifareClassicChip {
  const memory = new MifareClassicChip(UID).memory;
  const bits = toHex(encodeAccessBits([data, data, data, trailer]));
  for (let sector = 0; sector < 16; sector++) {
    memory.set(fromHex(`${KEY_A}${bits}69${KEY_B}`), (4 * sector + 3) * 16);
  }
  return new MifareClassicChip(UID, memory);
}

beforeEach(() => {
  chip = new MifareClassicChip(UID);
});

describe('a MIFARE Classic from the factory', () => {
  test('carries its number with a check byte, SAK and ATQA in block 0', () => {
    expect(open(0, 'A', FACTORY_KEY)).toEqual(ACK);
    expect(send('3000')).toEqual({ kind: 'data', bytes: fromHex('A1B2C3D4 04 08 0400 0000000000000000') });
    chip = new MifareClassicChip(fromHex('04A2C3F1D25E80'));
    expect(toHex(chip.memory.slice(0, 10))).toBe('04A2C3F1D25E80084400');
  });

  test('opens every sector with the factory key, and shows key B but never key A', () => {
    for (let sector = 0; sector < 16; sector++) {
      expect(open(sector, 'A', FACTORY_KEY)).toEqual(ACK);
      const trailer = fromHex(`000000000000 FF0780 69 ${FACTORY_KEY}`);
      expect(send(`30${block(4 * sector + 3)}`)).toEqual({ kind: 'data', bytes: trailer });
    }
  });

  test('refuses everything after an authentication with a key B that can be read', () => {
    expect(open(1, 'B', FACTORY_KEY)).toEqual(ACK);
    expect(send('3004')).toEqual(NO);
  });

  test('keeps block 0 as it is', () => {
    open(0, 'A', FACTORY_KEY);
    expect(send(`A000${DATA}`)).toEqual(NO);
    expect(chip.revision).toBe(0);
  });
});

describe('a sector', () => {
  test('is open alone: another one must be opened first', () => {
    for (let sector = 0; sector < 16; sector++) {
      for (let other = 0; other < 16; other++) {
        open(sector, 'A', FACTORY_KEY);
        expect(send(`30${block(4 * other)}`).kind).toBe(sector === other ? 'data' : 'nak');
      }
    }
  });

  test('does not open with a wrong key, and the card is silent until it is selected again', () => {
    expect(open(3, 'A', 'FFFFFFFFFFFE')).toEqual(NO);
    expect(send(`600C${FACTORY_KEY}A1B2C3D4`)).toEqual({ kind: 'silence' });
    chip.activate();
    expect(send(`600C${FACTORY_KEY}A1B2C3D4`)).toEqual(ACK);
  });

  test('is closed by a reset, and gives nothing before it is opened', () => {
    open(1, 'A', FACTORY_KEY);
    chip.activate();
    expect(send('3004')).toEqual(NO);
  });

  test('with access bits that contradict themselves is dead for ever', () => {
    open(2, 'A', FACTORY_KEY);
    expect(send(`A00B${FACTORY_KEY}00000069${FACTORY_KEY}`)).toEqual(ACK);
    expect(open(2, 'A', FACTORY_KEY)).toEqual(NO);
    expect(open(3, 'A', FACTORY_KEY)).toEqual(ACK);
  });
});

describe('in every sector, data blocks', () => {
  // NXP MF1S50yyX_V1, table 8: keys that may read, write, increment, decrement.
  const table = [
    { condition: 0b000, read: 'AB', write: 'AB', increment: 'AB', decrement: 'AB' },
    { condition: 0b010, read: 'AB', write: '', increment: '', decrement: '' },
    { condition: 0b100, read: 'AB', write: 'B', increment: '', decrement: '' },
    { condition: 0b110, read: 'AB', write: 'B', increment: 'B', decrement: 'AB' },
    { condition: 0b001, read: 'AB', write: '', increment: '', decrement: 'AB' },
    { condition: 0b011, read: 'B', write: 'B', increment: '', decrement: '' },
    { condition: 0b101, read: 'B', write: '', increment: '', decrement: '' },
    { condition: 0b111, read: '', write: '', increment: '', decrement: '' },
  ] as const;

  test.each(table)(
    'of condition $condition give keys $read the reading and keys $write the writing',
    (row) => {
      // A key B that cannot be read, so that it is a key.
      const memory = cardWith(row.condition, 0b011).memory;
      const value = fromHex('0A000000 F5FFFFFF 0A000000 05FA05FA');
      for (let number = 1; number < 64; number++) {
        if (number % 4 === 3) continue;
        memory.set(value, number * 16);
        for (const key of ['A', 'B'] as const) {
          chip = new MifareClassicChip(UID, memory);
          const may = (keys: string) => (keys.includes(key) ? 'allowed' : 'nak');
          const open1 = () => open(number >> 2, key, key === 'A' ? KEY_A : KEY_B);
          const outcome = (hex: string) => {
            expect(open1()).toEqual(ACK);
            const answer = send(hex);
            return answer.kind === 'nak' ? 'nak' : 'allowed';
          };
          expect(outcome(`30${block(number)}`)).toBe(may(row.read));
          expect(outcome(`C1${block(number)}01000000`)).toBe(may(row.increment));
          expect(outcome(`C0${block(number)}01000000`)).toBe(may(row.decrement));
          expect(outcome(`A0${block(number)}${DATA}`)).toBe(may(row.write));
          const expected = row.write.includes(key) ? DATA : toHex(value);
          expect(toHex(chip.memory.slice(number * 16, number * 16 + 16))).toBe(expected);
        }
      }
    },
  );
});

describe('in every sector, trailers', () => {
  // NXP MF1S50yyX_V1, table 7. A key B that can be read opens nothing, so the first three rows are key A's alone.
  const table = [
    { condition: 0b000, keyA: 'A', accessRead: 'A', accessWrite: '', keyBRead: 'A', keyBWrite: 'A' },
    { condition: 0b010, keyA: '', accessRead: 'A', accessWrite: '', keyBRead: 'A', keyBWrite: '' },
    { condition: 0b001, keyA: 'A', accessRead: 'A', accessWrite: 'A', keyBRead: 'A', keyBWrite: 'A' },
    { condition: 0b100, keyA: 'B', accessRead: 'AB', accessWrite: '', keyBRead: '', keyBWrite: 'B' },
    { condition: 0b110, keyA: '', accessRead: 'AB', accessWrite: '', keyBRead: '', keyBWrite: '' },
    { condition: 0b011, keyA: 'B', accessRead: 'AB', accessWrite: 'B', keyBRead: '', keyBWrite: 'B' },
    { condition: 0b101, keyA: '', accessRead: 'AB', accessWrite: 'B', keyBRead: '', keyBWrite: '' },
    { condition: 0b111, keyA: '', accessRead: 'AB', accessWrite: '', keyBRead: '', keyBWrite: '' },
  ] as const;
  const next = { keyA: '111111111111', access: 'FF078042', keyB: '222222222222' };

  test.each(table)('of condition $condition let the keys read and write what table 7 says', (row) => {
    const fresh = cardWith(0b000, row.condition).memory;
    const access = `${toHex(encodeAccessBits([0, 0, 0, row.condition]))}69`;
    for (let sector = 0; sector < 16; sector++) {
      for (const key of ['A', 'B'] as const) {
        chip = new MifareClassicChip(UID, fresh);
        const trailer = block(4 * sector + 3);
        const isOpened = open(sector, key, key === 'A' ? KEY_A : KEY_B);
        expect(isOpened).toEqual(ACK);
        const seen = send(`30${trailer}`);
        if (row.accessRead.includes(key)) {
          const keyB = row.keyBRead.includes(key) ? KEY_B : '000000000000';
          expect(seen).toEqual({ kind: 'data', bytes: fromHex(`000000000000${access}${keyB}`) });
        } else {
          expect(seen).toEqual(NO);
        }
        open(sector, key, key === 'A' ? KEY_A : KEY_B);
        const written = send(`A0${trailer}${next.keyA}${next.access}${next.keyB}`);
        const parts = [
          row.keyA.includes(key) ? next.keyA : KEY_A,
          row.accessWrite.includes(key) ? next.access : access,
          row.keyBWrite.includes(key) ? next.keyB : KEY_B,
        ];
        const mayWrite = `${row.keyA}${row.accessWrite}${row.keyBWrite}`.includes(key);
        expect(written).toEqual(mayWrite ? ACK : NO);
        const at = (4 * sector + 3) * 16;
        expect(toHex(chip.memory.slice(at, at + 16))).toBe(parts.join(''));
      }
    }
  });
});

describe('a value block', () => {
  test('is changed by increment or decrement, and only by the transfer after', () => {
    open(1, 'A', FACTORY_KEY);
    expect(send('A004 0A000000 F5FFFFFF 0A000000 04FB04FB')).toEqual(ACK);
    expect(send('C104 05000000')).toEqual(ACK);
    expect(send('3004')).toMatchObject({ bytes: fromHex('0A000000F5FFFFFF0A00000004FB04FB') });
    expect(send('B005')).toEqual(ACK);
    expect(send('3005')).toMatchObject({ bytes: fromHex('0F000000F0FFFFFF0F00000004FB04FB') });
    expect(send('C005 10000000')).toEqual(ACK);
    expect(send('B005')).toEqual(ACK);
    expect(send('3005')).toMatchObject({ bytes: fromHex('FFFFFFFF00000000FFFFFFFF04FB04FB') });
  });

  test('is the only kind of block that counts', () => {
    open(1, 'A', FACTORY_KEY);
    send(`A004${DATA}`);
    expect(send('C104 01000000')).toEqual(NO);
  });
});

describe('the memory', () => {
  test('comes back in another object, hidden keys too', () => {
    open(5, 'A', FACTORY_KEY);
    send(`A014${DATA}`);
    send(`A017${KEY_A}7F078869${KEY_B}`);
    expect(chip.revision).toBe(2);
    chip = new MifareClassicChip(UID, chip.memory);
    expect(open(5, 'B', KEY_B)).toEqual(ACK);
    expect(send('3014')).toEqual({ kind: 'data', bytes: fromHex(DATA) });
    expect(open(5, 'A', FACTORY_KEY)).toEqual(NO);
  });

  test('is refused when it is of another size or another card', () => {
    expect(() => new MifareClassicChip(UID, new Uint8Array(1023))).toThrow('not 1023');
    expect(() => new MifareClassicChip(fromHex('A1B2C3D5'), chip.memory)).toThrow('uid');
  });
});

test.each(['', '30', '3040', 'A004', `A004${DATA}00`, '6004FFFF', '9900', 'B004'])(
  '"%s" is refused',
  (hex) => {
    open(1, 'A', FACTORY_KEY);
    expect(send(hex)).toEqual(NO);
    expect(send('3004')).toEqual({ kind: 'silence' });
  },
);
