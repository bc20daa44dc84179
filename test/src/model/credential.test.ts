import { expect, test } from 'vitest';
import { credentialDisplayName } from '../../../src/model/credential.ts';

const card = (cardNumber: string | null) =>
  credentialDisplayName({ accessMethod: 'card', cardNumber, code: null });
const code = (digits: string | null) =>
  credentialDisplayName({ accessMethod: 'code', cardNumber: null, code: digits });

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
