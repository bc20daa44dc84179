import { describe, expect, test } from 'vitest';
import { crc16 } from '../../../../drivers/virtual/desfire/crc.ts';
import { DesfireChip } from '../../../../drivers/virtual/desfire/desfire-chip.ts';
import { fromHex, toHex } from '../../../../src/card/hex.ts';
import { ask, expectSession, putBack, UID } from './desfire-bench.ts';
import { checksum, Ev1Reader } from './ev1-reader.ts';
import { Ev2Reader } from './ev2-reader.ts';
import { LegacyReader } from './legacy-reader.ts';
import { send, ZERO_KEY } from './send.ts';

const SELECT = '905A000003 563412 00';
const NEW_KEY = '00112233445566778899AABBCCDDEEFF';
const NEW_KEY_CRC = toHex(checksum(fromHex(NEW_KEY)));

/** An application of three AES keys, with these settings, that is selected. */
function makeCard(settings = '0F'): DesfireChip {
  const chip = new DesfireChip(UID);
  chip.activate();
  expectSession(chip, [`90CA000005 563412 ${settings} 83 00`, '9100'], [SELECT, '9100']);
  return chip;
}

describe('ChangeKey', () => {
  test('of the key that is authenticated ends the session, and the new one opens the next, for good', () => {
    const chip = makeCard();
    expect(new Ev1Reader(chip, 0).full(0xc4, '00', `${NEW_KEY}07`)).toBe('9100');
    expectSession(chip, ['9064000001 00 00', '07 9100'], ['90CD000007 01 00 EEEE 010000 00', '9100']);
    const again = putBack(chip);
    ask(again, SELECT);
    expect(() => new Ev1Reader(again, 0)).toThrow('91AE');
    expect(new Ev1Reader(again, 0, NEW_KEY).ordinary(0x64, '00')).toBe('079100');
  });

  test('of another key needs the old one too, and its checksum, and the session goes on', () => {
    const chip = makeCard();
    const reader = new Ev1Reader(chip, 0);
    expect(reader.full(0xc4, '01', `${NEW_KEY}01`, NEW_KEY_CRC)).toBe('9100');
    expect(reader.ordinary(0x64, '01')).toBe('019100');
    expect(reader.full(0xc4, '01', `${NEW_KEY}02`, NEW_KEY_CRC)).toBe('911E');
    expect(() => new Ev1Reader(chip, 1, NEW_KEY)).not.toThrow();
  });

  test('travels in EV2 messaging as well', () => {
    const chip = makeCard();
    const reader = new Ev2Reader(chip, 0);
    expect(reader.full(0xc4, '02', `${NEW_KEY}01${NEW_KEY_CRC}`)).toBe('9100');
    expect(reader.full(0xc4, '00', `${NEW_KEY}01`)).toBe('9100');
    expect(new Ev2Reader(chip, 2, NEW_KEY).mac(0x64, '00')).toBe('019100');
  });

  // The settings, the key that is authenticated, the key that is changed.
  test.each([
    ['0F', 0, 1, '9100'],
    ['0F', 1, 2, '91AE'],
    ['0F', 1, 0, '91AE'],
    ['1F', 1, 2, '9100'],
    ['1F', 0, 2, '91AE'],
    ['1F', 0, 1, '9100'],
    ['1F', 0, 0, '9100'],
    ['EF', 2, 2, '9100'],
    ['EF', 0, 2, '91AE'],
    ['FF', 0, 2, '919D'],
    ['FF', 2, 2, '919D'],
    ['FF', 0, 0, '9100'],
    ['FE', 0, 0, '919D'],
    ['0F', 0, 3, '9140'],
  ])('with settings %s and key %i authenticated changes key %i: %s', (settings, used, changed, answer) => {
    const reader = new Ev2Reader(makeCard(settings), used);
    const data = used === changed ? `${NEW_KEY}01` : `${NEW_KEY}01${NEW_KEY_CRC}`;
    expect(reader.full(0xc4, `0${changed}`, data)).toBe(answer);
  });

  test('makes the DES key of a card from the factory an AES key, and its reader authenticates with AA', () => {
    const chip = new DesfireChip(UID);
    chip.activate();
    const crc = toHex(crc16(fromHex(`${NEW_KEY}05`)));
    expect(new LegacyReader(chip, 0).full(0xc4, '80', `${NEW_KEY}05`, crc)).toBe('9100');
    expectSession(chip, ['900A000001 00 00', '91AE'], ['9045000000', '0F81 9100']);
    const reader = new Ev1Reader(putBack(chip), 0, NEW_KEY);
    expect(reader.ordinary(0x64, '00')).toBe('059100');
  });

  test('without a key is refused', () => {
    expectSession(makeCard(), [`90C4000021 00 ${'00'.repeat(32)} 00`, '91AE']);
  });
});

describe('ChangeKeySettings', () => {
  test('takes rights away, for good where it takes its own', () => {
    const chip = makeCard();
    expect(new Ev2Reader(chip, 0).full(0x54, '', '00')).toBe('9100');
    const again = putBack(chip);
    ask(again, SELECT);
    expectSession(again, ['9045000000', '91AE'], ['906F000000', '91AE']);
    expect(ask(again, '90CD000007 01 00 EEEE 010000 00')).toBe('91AE');
    const reader = new Ev2Reader(again, 0);
    expect(reader.mac(0x45, '')).toBe('00839100');
    expect(reader.mac(0xcd, '01 00 EEEE 010000')).toBe('9100');
    expect(reader.full(0x54, '', '0F')).toBe('919D');
  });

  test('of the card closes the directory and the creation of applications', () => {
    const chip = new DesfireChip(UID);
    chip.activate();
    const crc = toHex(crc16(fromHex('09')));
    expect(new LegacyReader(chip, 0).full(0x54, '', '09', crc)).toBe('9100');
    const again = putBack(chip);
    expectSession(again, ['906A000000', '91AE'], ['90CA000005 563412 0F 81 00', '91AE']);
    new LegacyReader(again, 0);
    expectSession(again, ['906A000000', '9100'], ['90CA000005 563412 0F 81 00', '9100']);
  });
});

describe('DeleteApplication', () => {
  test('is for the master key of the card, or of the application itself', () => {
    const chip = makeCard();
    expectSession(chip, ['90DA000003 563412 00', '91AE']);
    expect(new Ev2Reader(chip, 1).mac(0xda, '563412')).toBe('91AE');
    expect(new Ev2Reader(chip, 0).mac(0xda, '563412')).toBe('9100');
    expectSession(chip, ['906A000000', '9100']);
    expectSession(putBack(chip), [SELECT, '91A0']);
  });
});

describe('after a refusal', () => {
  test('an EV1 session and an EV2 session are over', () => {
    const chip = makeCard();
    const ev1 = new Ev1Reader(chip, 0);
    expect(ev1.ordinary(0xf5, '09')).toBe('91F0');
    expect(ask(chip, '9051000000')).toBe('91AE');
    const ev2 = new Ev2Reader(chip, 0);
    expect(ev2.mac(0xf5, '09')).toBe('91F0');
    expect(ask(chip, '9051000000')).toBe('91AE');
  });

  test('a legacy session goes on', () => {
    const chip = new DesfireChip(UID);
    chip.activate();
    new LegacyReader(chip, 0);
    expectSession(chip, ['90DA000003 563412 00', '91A0'], ['90FC000000', '9100']);
  });
});

test('an authentication ends the session before it, also where it fails', () => {
  const chip = new DesfireChip(UID);
  chip.activate();
  new LegacyReader(chip, 0);
  expect(ask(chip, '900A000001 00 00')).toMatch(/^.{16}91AF$/);
  expectSession(chip, [`90AF000010 ${'00'.repeat(16)} 00`, '91AE'], ['90FC000000', '91AE']);
});

describe('a message that was altered', () => {
  test('is refused with 1E in EV2 messaging', () => {
    const chip = makeCard();
    new Ev2Reader(chip, 0);
    expect(send(chip, 0x64, fromHex(`00${'00'.repeat(8)}`)).status).toBe('911E');
  });

  test('is refused with 1E in EV1 messaging, and changes nothing', () => {
    const chip = makeCard();
    expect(new Ev1Reader(chip, 0).ordinary(0xcb, '01 01 0000 200000')).toBe('9100');
    new Ev1Reader(chip, 0);
    const write = `01 000000 040000 A1B2C3D4 ${'00'.repeat(8)}`;
    expect(send(chip, 0x3d, fromHex(write)).status).toBe('911E');
    new Ev1Reader(chip, 0);
    expect(send(chip, 0x54, new Uint8Array(16)).status).toBe('911E');
    expectSession(chip, ['9045000000', '0F83 9100']);
    expect(new Ev1Reader(chip, 0).maced(0x3d, '01 000000 040000 A1B2C3D4')).toBe('9100');
  });

  test('is refused with 1E in legacy messaging', () => {
    const chip = new DesfireChip(UID);
    chip.activate();
    expect(new LegacyReader(chip, 0).full(0x54, '', '0F', '0000')).toBe('911E');
  });
});

test('the way to a file is by its keys, for everybody, or for nobody', () => {
  const chip = makeCard();
  const master = new Ev2Reader(chip, 0);
  // Read 1, write 2, both F, change 0.
  expect(master.mac(0xcd, '01 03 F012 100000')).toBe('9100');
  expect(master.mac(0xcd, '02 03 FFEF 100000')).toBe('9100');
  const read = '01 000000 040000';
  const write = '01 000000 040000';
  expectSession(chip, [SELECT, '9100'], [`90BD000007 ${read} 00`, '91AE']);
  expect(new Ev2Reader(chip, 0, ZERO_KEY).mac(0xbd, read)).toBe('91AE');
  expect(new Ev2Reader(chip, 2).full(0x3d, write, 'A1B2C3D4')).toBe('9100');
  expect(new Ev2Reader(chip, 2).mac(0xbd, read)).toBe('91AE');
  expect(new Ev2Reader(chip, 1).read(0xbd, read)).toBe('A1B2C3D49100');
  expect(new Ev2Reader(chip, 1).full(0x3d, write, 'A1B2C3D4')).toBe('91AE');
  // Everybody reads file 2, and nobody writes it.
  expectSession(chip, [SELECT, '9100'], ['90BD000007 02 000000 020000 00', '0000 9100']);
  expectSession(chip, ['903D000008 02 000000 010000 FF 00', '919D']);
  expect(new Ev2Reader(chip, 0).full(0x5f, '02', '00EEEE')).toBe('919D');
  expect(new Ev2Reader(chip, 0).full(0x5f, '01', '00EEEE')).toBe('9100');
  expectSession(putBack(chip), [SELECT, '9100'], [`90BD000007 ${read} 00`, 'A1B2C3D4 9100']);
});

test('what everybody may do is done in clear, also with another key authenticated', () => {
  const chip = makeCard();
  const reader = new Ev2Reader(chip, 0);
  expect(reader.mac(0xcd, '01 03 E0EE 040000')).toBe('9100');
  expectSession(
    chip,
    ['903D00000B 01 000000 040000 A1B2C3D4 00', '9100'],
    ['90BD000007 01 000000 000000 00', 'A1B2C3D4 9100'],
  );
});
