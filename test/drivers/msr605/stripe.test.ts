import { describe, expect, test } from 'vitest';
import type { ReadTrack } from '../../../drivers/msr605/codec/answer.ts';
import { isGoodRead, stripeTracks, stripeWith } from '../../../drivers/msr605/stripe.ts';
import { StripeIdentity } from '../../../drivers/msr605/stripe-identity.ts';
import type { StripeTrack, StripeTracks } from '../../../src/card/link.ts';
import { uidOfNumber } from '../../../src/model/card.ts';

const EMPTY = { kind: 'empty' } as const;
const UNREADABLE = { kind: 'unreadable' } as const;
const data = (text: string) => ({ kind: 'data', text }) as const;
const bytes = (text: string): ReadTrack => ({
  kind: 'data',
  bytes: Uint8Array.from(Buffer.from(text, 'latin1')),
});

const BLANK: StripeTracks = [EMPTY, EMPTY, EMPTY];
const on2 = (track: StripeTrack): StripeTracks => [EMPTY, track, EMPTY];

describe('tracks as read', () => {
  test('lose their sentinels', () => {
    expect(stripeTracks([bytes('%AB 1?'), bytes(';12=3?'), bytes(';?')])).toEqual([
      data('AB 1'),
      data('12=3'),
      data(''),
    ]);
  });
  test.each(['12', '%12?', ';12', '12?', ';1;2?', ';1?2?', ';1A?', ';1\u00b2?', ';', '?', ';\u00bf'])(
    'are unreadable as %s on track 2',
    (text) => {
      expect(stripeTracks([EMPTY, bytes(text), EMPTY])[1]).toEqual(UNREADABLE);
    },
  );
});

describe('a swipe is believed', () => {
  test.each([
    ['a number on track 2', on2(data('123=4')), true],
    ['a number on track 2 beside tracks of other rules', [UNREADABLE, data('123'), UNREADABLE], true],
    ['nothing at all', BLANK, true],
    ['a track 2 without number', on2(data('=1')), true],
    ['a track 2 that cannot be read', on2(UNREADABLE), false],
    ['a track 2 that cannot be read, and a number on track 3', [EMPTY, UNREADABLE, data('7')], false],
    ['no number, and something unreadable', [UNREADABLE, EMPTY, data('7')], false],
  ] as const)('with %s: %s', (_what, tracks, isBelieved) => {
    expect(isGoodRead(tracks)).toBe(isBelieved);
  });
});

describe('the uid of a stripe', () => {
  test('is its number', () => {
    expect(new StripeIdentity().uidOf(on2(data('1234567890=9')))).toBe(uidOfNumber(1_234_567_890n));
    expect(new StripeIdentity().uidOf([EMPTY, EMPTY, data('7')])).toBe(uidOfNumber(7n));
  });
  test('is drawn, of ten digits, where it has none', () => {
    const identity = new StripeIdentity();
    const numbers = Array.from({ length: 200 }, () => BigInt(`0x${identity.uidOf(BLANK)}`));
    expect(new Set(numbers).size).toBe(200);
    for (const number of numbers) expect(String(number)).toMatch(/^[1-9][0-9]{9}$/);
  });
  test('is drawn where the number is longer than any card has', () => {
    const uid = new StripeIdentity().uidOf(on2(data('9'.repeat(30))));
    expect(BigInt(`0x${uid}`).toString()).toHaveLength(10);
  });

  describe('after a write that did not end', () => {
    const UID = uidOfNumber(42n);
    const OTHER = uidOfNumber(5n);
    const torn = () => {
      const identity = new StripeIdentity();
      identity.tears(UID, stripeWith([null, '99=1', '']));
      return identity;
    };

    test.each([
      ['blank', BLANK],
      ['unreadable', on2(UNREADABLE)],
      ['of the number that was being written', on2(data('99'))],
      ['of the number that it had', on2(data('42'))],
    ] as const)('is that of the card for one that is %s, again and again', (_what, tracks) => {
      const identity = torn();
      expect(identity.uidOf(tracks)).toBe(UID);
      expect(identity.uidOf(BLANK)).toBe(UID);
    });
    test('is drawn for a blank one once another card was swiped', () => {
      const identity = torn();
      expect(identity.uidOf(on2(data('5')))).toBe(OTHER);
      expect(identity.uidOf(BLANK)).not.toBe(UID);
      expect(identity.uidOf(on2(data('99')))).toBe(uidOfNumber(99n));
    });
    test('is drawn for a blank one once the card was written', () => {
      const identity = torn();
      identity.heals(OTHER);
      expect(identity.uidOf(BLANK)).toBe(UID);
      identity.heals(UID);
      expect(identity.uidOf(BLANK)).not.toBe(UID);
    });
    test('is no number where none was being written', () => {
      const identity = new StripeIdentity();
      identity.tears(UID, stripeWith(['', '', null]));
      expect(identity.uidOf(on2(data('5')))).toBe(OTHER);
    });
  });
});
