import { describe, expect, test } from 'vitest';
import type { CardRecord } from '../../../src/model/card-record.ts';
import { credentialDisplayName, differencesOf, recordOf } from '../../../src/model/credential.ts';
import { credentialWith } from './sample-credential.ts';

const card = (cardNumber: string | null) =>
  credentialDisplayName({ accessMethod: 'card', cardNumber, code: null, isMultiPhoneSync: false });
const code = (digits: string | null) =>
  credentialDisplayName({ accessMethod: 'code', cardNumber: null, code: digits, isMultiPhoneSync: false });

test('a card is called by the first three digits of its number', () => {
  expect(card('1234567890')).toBe('Card 123***');
  expect(card('12')).toBe('Card 12***');
});

test('a card that is still to be issued has no number to be called by', () => {
  expect(card(null)).toBe('Card');
});

test('a code shows its first two digits and how long it is', () => {
  expect(code('824759')).toBe('Code 82****');
  expect(code('8247')).toBe('Code 82**');
  expect(code('8')).toBe('Code 8');
});

describe('what a card must say', () => {
  const credential = credentialWith({ issueCounter: 7, startsAt: 1_999, endsAt: 2_000 });

  test('has the credential, its site, the numbers of its doors in order, and whole seconds', () => {
    expect(recordOf(credential, 'site-1', [300, 20, 1])).toEqual({
      siteId: 'site-1',
      credentialId: 'credential-1',
      issueCounter: 7,
      startsAt: 1000,
      endsAt: 2000,
      entrances: [1, 20, 300],
      replacesLostCard: false,
    });
    expect(recordOf(credentialWith({ hasLostCards: true }), 'site-1', [])).toMatchObject({
      startsAt: null,
      endsAt: null,
      replacesLostCard: true,
    });
  });

  test('has the nearest time that a card can name in place of one that it cannot', () => {
    const always = credentialWith({ startsAt: -1, endsAt: Date.parse('9999-12-31T00:00:00Z') });
    expect(recordOf(always, 'site-1', [])).toMatchObject({ startsAt: 0, endsAt: 0xffff_ffff * 1000 });
  });

  test('leaves the list of doors as it was given', () => {
    const doors = [2, 1];
    recordOf(credential, 'site-1', doors);
    expect(doors).toEqual([2, 1]);
  });

  test('differs from what it says in words that a clerk knows', () => {
    const wanted = recordOf(credential, 'site-1', [1, 2]);
    const different = (more: Partial<CardRecord>) => differencesOf({ ...wanted, ...more }, wanted);
    expect(different({})).toEqual([]);
    expect(different({ replacesLostCard: true })).toEqual([]);
    const { issueCounter } = wanted;
    expect(different({ issueCounter: issueCounter - 1 })).toEqual([
      'the card was replaced or issued again since',
    ]);
    expect(different({ issueCounter: issueCounter + 1 })).toEqual(['the card was issued again elsewhere']);
    expect(different({ startsAt: null })).toEqual(['the start']);
    expect(different({ endsAt: 3000 })).toEqual(['the end']);
    expect(different({ entrances: [12] })).toEqual(['the entrances']);
    expect(different({ entrances: [], endsAt: null, startsAt: 0, issueCounter: 8 })).toHaveLength(4);
  });
});
