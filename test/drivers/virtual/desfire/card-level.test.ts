import { describe, expect, test } from 'vitest';
import { DesfireChip } from '../../../../drivers/virtual/desfire/desfire-chip.ts';
import { ask, expectSession, putBack, UID } from './desfire-bench.ts';
import { LegacyReader } from './legacy-reader.ts';

function factory(options: ConstructorParameters<typeof DesfireChip>[1] = {}): DesfireChip {
  const chip = new DesfireChip(UID, options);
  chip.activate();
  return chip;
}

const CREATE = '90CA000005 563412 0F 81 00';
const FREE = '906E000000';

describe('a card from the factory', () => {
  test.each([
    ['ev1', 2048, '04010101001605', '04010101041605', '000900'],
    ['ev2', 4096, '04010112001805', '04010102011805', '001300'],
    ['ev3', 8192, '04010133001A05', '04010103001A05', '001F00'],
  ] as const)(
    'tells its generation %s and its size',
    (generation, storageBytes, hardware, software, free) => {
      expectSession(
        factory({ generation, storageBytes }),
        ['9060000000', `${hardware} 91AF`],
        ['90AF000000', `${software} 91AF`],
        ['90AF000000', '04782E21801D80 BA241000001226 9100'],
        [FREE, `${free} 9100`],
      );
    },
  );

  test('has one DES key of version 0, and settings by which everything may be changed', () => {
    expectSession(
      factory(),
      ['9045000000', '0F01 9100'],
      ['9064000001 00 00', '00 9100'],
      ['9064000001 01 00', '9140'],
      ['906A000000', '9100'],
    );
  });

  test('answers native frames natively', () => {
    expectSession(
      factory(),
      ['60', 'AF 04010133001A05'],
      ['AF', 'AF 04010103001A05'],
      ['AF', '00 04782E21801D80 BA241000001226'],
      ['5A563412', 'A0'],
      ['CA5634120F81', '00'],
      ['6A', '00 563412'],
    );
  });

  test.each([
    ['a command that is not known', '9099000000', '911C'],
    ['AF when nothing is under way', '90AF000000', '911C'],
    ['a length that does not fit', '905A000002 563412 00', '917E'],
    ['a parameter that is too short', '905A000002 5634 00', '917E'],
    ['a file command without an application', '906F000000', '919D'],
    ['an application that is not there', '905A000003 010203 00', '91A0'],
    ['AuthenticateAES with a DES key', '90AA000001 00 00', '91AE'],
    ['an authentication with a key that is not there', '900A000001 01 00', '9140'],
    ['FormatPICC without its key', '90FC000000', '91AE'],
    ['GetCardUID without a key', '9051000000', '91AE'],
  ])('refuses %s', (_, command, answer) => {
    expectSession(factory(), [command, answer]);
  });

  test('of the first generation knows no EV2 authentication, and no long commands', () => {
    expectSession(
      factory({ generation: 'ev1' }),
      ['9071000002 00 00 00', '911C'],
      ['9077000001 00 00', '911C'],
      ['90AD000007 01 000000 000000 00', '911C'],
    );
  });

  test('keeps its generation in its memory', () => {
    const chip = putBack(factory({ generation: 'ev2', storageBytes: 2048 }), { generation: 'ev1' });
    expect(chip.generation).toBe('ev2');
    expect(ask(chip, '9060000000')).toBe('0401011200160591AF');
  });

  test('refuses the memory of another card', () => {
    const { memory } = factory();
    expect(() => new DesfireChip(UID.toReversed(), { memory })).toThrow('another uid');
    expect(() => new DesfireChip(UID, { memory: memory.slice(1) })).toThrow();
  });
});

describe('applications', () => {
  test('are there at once and for good, and not twice', () => {
    const chip = factory();
    expectSession(chip, [CREATE, '9100'], [CREATE, '91DE'], ['906A000000', '563412 9100']);
    expectSession(
      putBack(chip),
      ['906A000000', '563412 9100'],
      ['905A000003 563412 00', '9100'],
      ['9045000000', '0F81 9100'],
      ['9064000001 00 00', '00 9100'],
      ['9064000001 01 00', '9140'],
      [CREATE, '919D'],
    );
  });

  test.each([
    ['15 keys', '90CA000005 563412 0F 8F 00', '919E'],
    ['two kinds of key at once', '90CA000005 563412 0F C1 00', '919E'],
    ['the number of the card itself', '90CA000005 000000 0F 81 00', '91DE'],
    ['one byte too few', '90CA000004 563412 0F 00', '917E'],
  ])('are refused with %s', (_, command, answer) => {
    const chip = factory();
    expectSession(chip, [command, answer], ['906A000000', '9100']);
    expect(chip.revision).toBe(0);
  });

  test('are 28 at most on an EV1, and their list goes out in two frames', () => {
    const chip = factory({ generation: 'ev1' });
    for (let aid = 1; aid <= 28; aid++) {
      expect(ask(chip, `90CA000005 ${aid.toString(16).padStart(2, '0')}0000 0F 00 00`)).toBe('9100');
    }
    expectSession(chip, ['90CA000005 1D0000 0F 00 00', '91CE']);
    expect(ask(chip, '906A000000')).toMatch(/^.{114}91AF$/);
    expect(ask(chip, '90AF000000')).toMatch(/^.{54}9100$/);
  });

  test('are found by their DF name too', () => {
    const chip = factory();
    expectSession(
      chip,
      ['90CA00000E 010000 0F 21 10E1 D2760000850101 00', '9100'],
      ['00A4040007 D2760000850101 00', '9000'],
      ['90CD000009 01 03E1 00 EEEE 0F0000 00', '9100'],
      ['00A4040007 D2760000850100 00', '9000'],
      ['906F000000', '919D'],
      ['00A4040007 D2760000850102 00', '6A82'],
    );
  });
});

describe('memory', () => {
  test('is taken by applications and files, and comes back only by FormatPICC', () => {
    const chip = factory();
    expectSession(
      chip,
      [CREATE, '9100'],
      [FREE, 'C01E00 9100'],
      ['905A000003 563412 00', '9100'],
      ['90CB000007 01 00 EEEE 210000 00', '9100'],
      [FREE, '601E00 9100'],
      ['90DF000001 01 00', '9100'],
      [FREE, '601E00 9100'],
      ['905A000003 000000 00', '9100'],
    );
    const reader = new LegacyReader(chip, 0);
    expectSession(chip, ['90DA000003 563412 00', '9100'], [FREE, '601E00 9100']);
    expectSession(chip, ['90FC000000', '9100'], [FREE, '001F00 9100']);
    expect(reader.keyNumber).toBe(0);
  });

  test('that is not enough is refused with 0E, and nothing is created', () => {
    const chip = factory({ storageBytes: 2048 });
    expectSession(
      chip,
      [CREATE, '9100'],
      ['905A000003 563412 00', '9100'],
      // 2304 - 64 bytes are free: enough for the half of a backup file.
      ['90CB000007 01 00 EEEE 000700 00', '910E'],
      ['906F000000', '9100'],
      ['90CD000007 01 00 EEEE 000700 00', '9100'],
      ['906F000000', '01 9100'],
    );
  });
});
