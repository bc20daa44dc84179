import { describe, expect, test } from 'vitest';
import { DesfireChip } from '../../../../drivers/virtual/desfire/desfire-chip.ts';
import { ask, expectSession, putBack, UID } from './desfire-bench.ts';

const SELECT = '905A000003 563412 00';
const COMMIT = '90C7000000';

/** AID 123456, selected, without keys; what `files` create is for everybody. */
function makeCard(...files: readonly string[]): DesfireChip {
  const chip = new DesfireChip(UID);
  chip.activate();
  expectSession(chip, ['90CA000005 563412 0F 80 00', '9100'], [SELECT, '9100']);
  for (const file of files) expect(ask(chip, file)).toBe('9100');
  return chip;
}

describe('a value file', () => {
  /** From 0 to 100, now 50, with limited credit. */
  const CREATE = '90CC000011 04 00 EEEE 00000000 64000000 32000000 01 00';
  const VALUE = '906C000001 04 00';
  const CREDIT = '900C000005 04 0A000000 00';
  const DEBIT = '90DC000005 04 1E000000 00';
  const LIMITED = '901C000005 04 14000000 00';

  test('adds and takes with the commit', () => {
    const chip = makeCard(CREATE);
    expectSession(chip, [CREDIT, '9100'], [DEBIT, '9100'], [VALUE, '32000000 9100'], [COMMIT, '9100']);
    expectSession(putBack(chip), [SELECT, '9100'], [VALUE, '1E000000 9100']);
  });

  test('gives back as much as the last debit took, once', () => {
    expectSession(
      makeCard(CREATE),
      [LIMITED, '91BE'],
      [DEBIT, '9100'],
      [COMMIT, '9100'],
      ['90F5000001 04 00', '0200EEEE 00000000 64000000 1E000000 01 9100'],
      [LIMITED, '9100'],
      [COMMIT, '9100'],
      [VALUE, '28000000 9100'],
      [LIMITED, '91BE'],
    );
  });

  test.each([
    ['more than its limit', '900C000005 04 33000000 00', '91BE'],
    ['less than its limit', '90DC000005 04 33000000 00', '91BE'],
    ['a negative amount', '900C000005 04 FFFFFFFF 00', '919E'],
    ['data', '90BD000007 04 000000 000000 00', '919D'],
    ['a number that is not whole', '900C000004 04 010000 00', '917E'],
  ])('refuses %s', (_, command, answer) => {
    expectSession(makeCard(CREATE), [command, answer], [COMMIT, '910C'], [VALUE, '32000000 9100']);
  });
});

describe('a record file', () => {
  const LINEAR = '90C100000A 01 00 EEEE 020000 020000 00';
  /** Three places: two records, and one that is being written. */
  const CYCLIC = '90C000000A 02 00 EEEE 020000 030000 00';
  const write = (file: string, record: string) => `903B000009 ${file} 000000 020000 ${record} 00`;
  const all = (file: string) => `90BB000007 ${file} 000000 000000 00`;

  test('gets one record a transaction, however often it is written', () => {
    expectSession(
      makeCard(LINEAR),
      [write('01', '1111'), '9100'],
      ['903B000008 01 010000 010000 22 00', '9100'],
      [COMMIT, '9100'],
      [all('01'), '1122 9100'],
      ['90F5000001 01 00', '0300EEEE 020000 020000 010000 9100'],
    );
  });

  test('that is linear refuses a record when it is full, until it is cleared', () => {
    const chip = makeCard(LINEAR);
    for (const record of ['1111', '2222'])
      expectSession(chip, [write('01', record), '9100'], [COMMIT, '9100']);
    expectSession(
      chip,
      [all('01'), '11112222 9100'],
      ['90BB000007 01 010000 010000 00', '1111 9100'],
      [write('01', '3333'), '91BE'],
      ['90EB000001 01 00', '9100'],
      [all('01'), '11112222 9100'],
      [write('01', '3333'), '919D'],
      ['90EB000001 01 00', '9100'],
      [COMMIT, '9100'],
      [all('01'), '91BE'],
    );
  });

  test('that is cyclic drops its oldest record', () => {
    const chip = makeCard(CYCLIC);
    for (const record of ['1111', '2222', '3333']) {
      expectSession(chip, [write('02', record), '9100'], [COMMIT, '9100']);
    }
    expectSession(putBack(chip), [SELECT, '9100'], [all('02'), '22223333 9100']);
  });
});
