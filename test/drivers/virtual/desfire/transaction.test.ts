import { describe, expect, test } from 'vitest';
import { DesfireChip } from '../../../../drivers/virtual/desfire/desfire-chip.ts';
import { ask, expectSession, putBack, UID } from './desfire-bench.ts';
import { Ev1Reader } from './ev1-reader.ts';
import { Ev2Reader } from './ev2-reader.ts';

/** AID 123456, selected, with one AES key; a backup file 1 and a standard file 2 of 128 bytes each, for everybody. */
function makeCard(): DesfireChip {
  const chip = new DesfireChip(UID);
  chip.activate();
  expectSession(
    chip,
    ['90CA000005 563412 0F 81 00', '9100'],
    ['905A000003 563412 00', '9100'],
    ['90CB000007 01 00 EEEE 800000 00', '9100'],
    ['90CD000007 02 00 EEEE 800000 00', '9100'],
  );
  return chip;
}

const SELECT = '905A000003 563412 00';
const WRITE_BACKUP = '903D00000A 01 000000 030000 A1B2C3 00';
const READ_BACKUP = '90BD000007 01 000000 030000 00';
const COMMIT = '90C7000000';

function committed(chip: DesfireChip): string {
  const again = putBack(chip);
  ask(again, SELECT);
  return ask(again, READ_BACKUP);
}

describe('a backup file', () => {
  test('shows what was written only after the commit, and then all of it', () => {
    const chip = makeCard();
    const before = chip.revision;
    expectSession(chip, [WRITE_BACKUP, '9100'], [READ_BACKUP, '000000 9100']);
    expect(chip.revision).toBe(before);
    expect(committed(chip)).toBe('0000009100');
    expectSession(chip, [COMMIT, '9100'], [READ_BACKUP, 'A1B2C3 9100']);
    expect(chip.revision).toBe(before + 1);
    expect(committed(chip)).toBe('A1B2C39100');
  });

  test('forgets what is pending when the card loses power', () => {
    const chip = putBack(makeCard());
    expectSession(chip, [SELECT, '9100'], [WRITE_BACKUP, '9100']);
    chip.activate();
    expectSession(chip, [SELECT, '9100'], [COMMIT, '910C'], [READ_BACKUP, '000000 9100']);
  });

  test.each([
    ['SelectApplication', SELECT, '9100'],
    ['AbortTransaction', '90A7000000', '9100'],
    ['a command that is not known', '9099000000', '911C'],
    ['a file that is not there', '90F5000001 09 00', '91F0'],
    ['a range that is too long', '90BD000007 01 7F0000 020000 00', '91BE'],
    ['AuthenticateEV2First with a key that is not there', '9071000002 05 00 00', '9140'],
  ])('forgets what is pending with %s', (_, command, answer) => {
    const chip = makeCard();
    expectSession(chip, [WRITE_BACKUP, '9100'], [command, answer], [COMMIT, '910C']);
  });

  test('keeps what is pending through an authentication with AA', () => {
    const chip = makeCard();
    expectSession(chip, [WRITE_BACKUP, '9100']);
    expect(new Ev1Reader(chip, 0).ordinary(0xc7, '')).toBe('9100');
    expect(committed(chip)).toBe('A1B2C39100');
  });

  test('forgets what is pending when AuthenticateEV2First begins', () => {
    const chip = makeCard();
    expectSession(chip, [WRITE_BACKUP, '9100']);
    expect(new Ev2Reader(chip, 0).mac(0xc7, '')).toBe('910C');
  });

  test.each([
    ['7E0000 030000', '91BE'],
    ['000000 000000', '919E'],
  ])('takes no data at offset and length %s', (range, answer) => {
    expectSession(makeCard(), [`903D00000A 01 ${range} A1B2C3 00`, answer], [COMMIT, '910C']);
  });

  test('takes part in nothing when nothing was written', () => {
    expectSession(makeCard(), [COMMIT, '910C'], ['90A7000000', '910C']);
  });
});

describe('a standard file', () => {
  test('is half written when the card is torn away between two frames', () => {
    const chip = makeCard();
    const first = `903D000036 02 000000 640000 ${'11'.repeat(47)} 00`;
    expectSession(chip, [first, '91AF']);
    const again = putBack(chip);
    expectSession(again, [SELECT, '9100'], ['90BD000007 02 2D0000 040000 00', '11110000 9100']);
  });

  test('does not wait for a commit', () => {
    const chip = makeCard();
    expectSession(chip, ['903D00000A 02 000000 030000 A1B2C3 00', '9100'], [COMMIT, '910C']);
    expect(committed(chip)).toBe('0000009100');
    expectSession(putBack(chip), [SELECT, '9100'], ['90BD000007 02 000000 030000 00', 'A1B2C3 9100']);
  });
});

describe('data in several frames', () => {
  test('comes in with AF and goes out with AF, 59 bytes a frame', () => {
    const chip = makeCard();
    expectSession(
      chip,
      [`903D000036 01 000000 600000 ${'22'.repeat(47)} 00`, '91AF'],
      [`90AF000031 ${'33'.repeat(49)} 00`, '9100'],
      [COMMIT, '9100'],
      ['90BD000007 01 000000 600000 00', `${'22'.repeat(47)}${'33'.repeat(12)} 91AF`],
      ['90AF000000', `${'33'.repeat(37)} 9100`],
    );
  });

  test('are 60 bytes at most, the wrapping included, but for the long commands', () => {
    const chip = makeCard();
    expectSession(
      chip,
      [`903D000037 01 000000 300000 ${'22'.repeat(48)} 00`, '917E'],
      [`908D000047 01 000000 400000 ${'22'.repeat(64)} 00`, '9100'],
      [COMMIT, '9100'],
      ['90AD000007 01 000000 400000 00', `${'22'.repeat(64)} 9100`],
    );
  });

  test('that are more than was said are refused', () => {
    expectSession(
      makeCard(),
      [`903D000036 01 000000 300000 ${'22'.repeat(47)} 00`, '91AF'],
      ['90AF000002 3333 00', '917E'],
      ['90AF000001 33 00', '911C'],
    );
  });

  test('another command in between is refused with CA, and ends them', () => {
    expectSession(
      makeCard(),
      [`903D000036 01 000000 600000 ${'22'.repeat(47)} 00`, '91AF'],
      [READ_BACKUP, '91CA'],
      [READ_BACKUP, '000000 9100'],
    );
  });
});

test('an EV2 session writes and commits enciphered data', () => {
  const chip = new DesfireChip(UID);
  chip.activate();
  expectSession(chip, ['90CA000005 563412 0F 82 00', '9100'], [SELECT, '9100']);
  const reader = new Ev2Reader(chip, 0);
  expect(reader.mac(0xcb, '01 03 1011 800000')).toBe('9100');
  const data = Array.from({ length: 100 }, (_, at) => (at + 1).toString(16).padStart(2, '0')).join('');
  const other = new Ev2Reader(chip, 1);
  expect(other.full(0x3d, '01 000000 640000', data)).toBe('9100');
  expect(other.mac(0xc7, '')).toBe('9100');
  expect(other.read(0xbd, '01 000000 640000')).toBe(`${data.toUpperCase()}9100`);
});
