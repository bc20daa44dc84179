import { describe, expect, test } from 'vitest';
import type { ReadTrack } from '../../../drivers/msr605/codec/answer.ts';
import { forget, isPaymentCard } from '../../../drivers/msr605/payment-card.ts';

const track = (text: string): ReadTrack =>
  text === '' ? { kind: 'empty' } : { kind: 'data', bytes: Uint8Array.from(Buffer.from(text)) };
const isRefused = (one: string, two: string, three = '') =>
  isPaymentCard([track(one), track(two), track(three)]);

// Account numbers that the card schemes publish for tests.
describe('a payment card is', () => {
  test.each([
    ['track 1 of format B', '%B4111111111111111^DOE/JOHN^29121010000000000?', ''],
    ['track 2 with expiry and service code', '', ';4111111111111111=29121010000000000?'],
    ['an account of 13 digits', '', ';4222222222222=2912101?'],
    ['an account of 15 digits', '', ';378282246310005=2901201123?'],
    ['an account of 19 digits', '', ';6304000000000000000=29121010?'],
    ['track 2 whatever is on track 1', '%SOMETHING ELSE?', ';4111111111111111=2912101?'],
  ])('%s', (_what, one, two) => {
    expect(isRefused(one, two)).toBe(true);
  });
});

describe('no payment card is', () => {
  test.each([
    ['a blank card', '', ''],
    ['a number of the house', '', ';1234567890=26091012302610101100?'],
    ['a check digit that is wrong', '', ';4111111111111112=2912101?'],
    ['twelve digits', '', ';411111111116=2912101?'],
    ['twenty digits', '', ';41111111111111111113=2912101?'],
    ['no separator', '', ';4111111111111111?'],
    ['a thirteenth month', '', ';4111111111111111=2913101?'],
    ['no service code', '', ';4111111111111111=2912?'],
    ['a token of letters that begins with B', '%BOB 12?', ''],
    ['a track that could not be read', '', ''],
  ])('%s', (_what, one, two) => {
    expect(isRefused(one, two)).toBe(false);
  });

  test('one whose account is on track 3', () => {
    expect(isRefused('', '', ';4111111111111111=2912101?')).toBe(false);
  });
});

test('what was read is overwritten', () => {
  const tracks = [track('%B4^?'), { kind: 'unreadable' }, track(';4?')] as const;
  forget(tracks);
  expect(tracks[0]).toEqual({ kind: 'data', bytes: new Uint8Array(5) });
  expect(tracks[2]).toEqual({ kind: 'data', bytes: new Uint8Array(3) });
});
