import { describe, expect, test } from 'vitest';
import { byWhatIsSeen } from '../../../../src/console/clerk/found-guests.ts';
import { checkGuest, phoneOf } from '../../../../src/console/clerk/guest-draft.ts';
import {
  checkStay,
  forNights,
  newStay,
  nightsOf,
  startingOn,
  toStay,
} from '../../../../src/console/clerk/stay-draft.ts';
import type { Guest } from '../../../../src/console/wire.ts';

const ZONE = 'Europe/Berlin';
const NOW = Date.parse('2026-11-22T23:30:00Z');
const TODAY = '2026-11-23';

describe('a new stay', () => {
  const stay = { ...newStay(NOW, ZONE), entranceIds: ['room'] };

  test('begins now and ends tomorrow at eleven, by the clock of the site', () => {
    expect(toStay(stay, ZONE)).toEqual({
      entranceIds: ['room'],
      startsAt: null,
      endsAt: '2026-11-24T10:00:00.000Z',
    });
    expect(nightsOf(stay, TODAY)).toBe(1);
    expect(checkStay(stay, NOW, ZONE)).toBeNull();
  });

  test('that is for three nights ends three days after it begins', () => {
    expect(forNights(stay, 3, TODAY).until).toEqual({ day: '2026-11-26', time: '11:00' });
  });

  test('that begins later keeps its nights, and begins in the afternoon', () => {
    const later = startingOn(forNights(stay, 2, TODAY), '2026-12-01', TODAY);
    expect(toStay(later, ZONE)).toEqual({
      entranceIds: ['room'],
      startsAt: '2026-12-01T14:00:00.000Z',
      endsAt: '2026-12-03T10:00:00.000Z',
    });
    expect(startingOn(later, TODAY, TODAY).from).toBeNull();
  });

  test('stays as it is while a day is half typed', () => {
    expect(startingOn(stay, '', TODAY)).toBe(stay);
  });

  test.each([
    ['room.choose', { ...stay, entranceIds: [] }],
    ['room.untilPast', { ...stay, until: { day: '2026-11-22', time: '11:00' } }],
    ['room.untilPast', { ...stay, until: { day: '', time: '11:00' } }],
    ['room.untilWrong', { ...stay, from: { day: '2026-12-24', time: '15:00' } }],
  ])('is refused: %s', (key, wrong) => {
    expect(checkStay(wrong, NOW, ZONE)).toBe(key);
  });
});

describe('a new guest', () => {
  test.each([
    ['+49 (151) 123-456 78', '+4915112345678'],
    ['0049 151 12345678', '+4915112345678'],
    [' +33 6.12.34.56.78 ', '+33612345678'],
  ])('may have a phone number as people write it: %s', (typed, number) => {
    expect(phoneOf(typed)).toBe(number);
    expect(checkGuest({ name: 'Ada', email: '', phone: typed })).toEqual({});
  });

  test('needs a name, and an address and a number only if they are right', () => {
    expect(checkGuest({ name: ' ', email: 'ada', phone: '0151 123' })).toEqual({
      name: 'guest.nameMissing',
      email: 'guest.emailWrong',
      phone: 'guest.phoneWrong',
    });
    expect(checkGuest({ name: 'Ada', email: 'ada@example.com', phone: '' })).toEqual({});
  });
});

describe('guests that were found', () => {
  const guest = (full_name: string, more: Partial<Guest> = {}): Guest => ({
    acs_user_id: full_name,
    full_name,
    is_suspended: false,
    created_at: '2026-01-01T00:00:00Z',
    ...more,
  });

  test('come in the order in which a person looks for them', () => {
    const found = [guest('Grace Adams'), guest('Conrad Zuse'), guest('Ada Lovelace'), guest('Madeleine')];
    expect(byWhatIsSeen(found, 'ad').map(({ full_name }) => full_name)).toEqual([
      'Ada Lovelace',
      'Grace Adams',
      'Conrad Zuse',
      'Madeleine',
    ]);
  });

  test('by an id alone are shown only when there is nobody else', () => {
    const [ada, grace] = [guest('Ada'), guest('Grace')];
    expect(byWhatIsSeen([grace, ada], 'ad')).toEqual([ada]);
    expect(byWhatIsSeen([grace], 'ad')).toEqual([grace]);
  });

  test('are found without accents, and by their address', () => {
    const muller = guest('Müller', { email_address: 'jm@example.com' });
    expect(byWhatIsSeen([guest('X'), muller], 'muller')).toEqual([muller]);
    expect(byWhatIsSeen([guest('X'), muller], 'jm@ex')).toEqual([muller]);
  });
});
