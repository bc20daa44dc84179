import fc from 'fast-check';
import { expect, test } from 'vitest';
import { authenticationDigits } from '../../../../src/card/magstripe/authentication.ts';
import { fieldWidths, laidTracks, readTrack } from '../../../../src/card/magstripe/layout.ts';
import { numberOnStripe } from '../../../../src/card/magstripe/stripe-number.ts';
import { openToken, sealToken } from '../../../../src/card/magstripe/token.ts';
import type { CardRecord } from '../../../../src/model/card-record.ts';
import { type StripeTemplates, stripeTemplates } from '../../../../src/model/stripe-layout.ts';
import { tokenOf } from '../../../../src/model/stripe-token.ts';
import { KEYS, OLD_KEYS, OTHER_KEYS, SITE, STAY } from './stripe-bed.ts';

/** Layouts with any of the fields that may be left out, in any order, with something between them. */
const layouts = (leastDigits: number): fc.Arbitrary<StripeTemplates> =>
  fc
    .record({
      number: fc.integer({ min: 6, max: 19 }),
      authentication: fc.integer({ min: leastDigits, max: 16 }),
      issue: fc.integer({ min: 1, max: 10 }),
      fields: fc.subarray(['starts_at', 'ends_at', 'issue', 'entrance']),
      between: fc.constantFrom('', '=', '9', ':<'),
      isOnTrack1: fc.boolean(),
    })
    .map(({ number, authentication, issue, fields, between, isOnTrack1 }) => {
      const rest = fields.map((name) => `{${name === 'issue' ? `issue:${issue}` : name}}`).join(between);
      return isOnTrack1
        ? stripeTemplates([`A^${rest}/{authentication:${authentication}}`, `{card_number:${number}}`, null])
        : stripeTemplates([null, null, `{card_number:${number}}=${rest}>{authentication:${authentication}}`]);
    });

const times = fc.option(fc.integer({ min: 0, max: 4_294_967_295_000 }), { nil: null });

const records: fc.Arbitrary<CardRecord> = fc
  .record({
    issueCounter: fc.integer({ min: 1, max: 4_294_967_295 }),
    startsAt: times,
    endsAt: times,
    entrances: fc.array(fc.integer({ min: 1, max: 65_535 }), { maxLength: 1 }),
  })
  .map((more) => ({ ...STAY, ...more }));

const numberFor = (templates: StripeTemplates) =>
  fc.bigInt({ min: 0n, max: 10n ** BigInt(fieldWidths(templates).get('card_number') ?? 0) - 1n }).map(String);

const cards = (leastDigits = 6) =>
  layouts(leastDigits).chain((templates) => fc.tuple(fc.constant(templates), numberFor(templates), records));

/** So many digits of authentication that no draw hits the right ones. */
const SURE_DIGITS = 12;

/** The fields of tracks with these characters. */
function digitsOn(templates: StripeTemplates, texts: readonly (string | null)[]) {
  const fields = laidTracks(templates).map(({ at, template }) =>
    readTrack(template, { kind: 'data', text: texts[at] ?? '' }),
  );
  return new Map(fields.flatMap((reading) => (reading.kind === 'fields' ? [...reading.digits] : [])));
}

test('what is written opens as the token of its record, whatever the layout', () => {
  fc.assert(
    fc.property(cards(), fc.constantFrom(...KEYS), ([templates, number, record], signer) => {
      const texts = sealToken(record, number, templates, signer);
      expect(openToken(digitsOn(templates, texts), templates, SITE, KEYS)).toEqual({
        token: tokenOf(record, number, fieldWidths(templates)),
        standing: 'authentic',
        keyVersion: signer.version,
      });
    }),
  );
});

test('an encoder finds the number of what is written', () => {
  fc.assert(
    fc.property(cards(), ([templates, number, record]) => {
      const [one, two, three] = sealToken(record, number, templates, KEYS[0] ?? expect.fail()).map((text) =>
        text === null ? ({ kind: 'empty' } as const) : ({ kind: 'data', text } as const),
      );
      const empty = { kind: 'empty' } as const;
      expect(numberOnStripe([one ?? empty, two ?? empty, three ?? empty])).toBe(number);
    }),
  );
});

test('what is changed in any digit, or is under keys that the site does not have, is not believed', () => {
  fc.assert(
    fc.property(
      cards(SURE_DIGITS),
      fc.nat(),
      fc.integer({ min: 1, max: 9 }),
      ([templates, number, record], where, by) => {
        const texts = sealToken(record, number, templates, KEYS[0] ?? expect.fail());
        const digits = digitsOn(templates, texts);
        const standing = (keys = KEYS, found = digits) => openToken(found, templates, SITE, keys)?.standing;
        expect(standing(OTHER_KEYS)).toBe('other_site');
        expect(standing(OLD_KEYS)).toBe('other_site');
        const [name, text] = [...digits][where % digits.size] ?? expect.fail();
        const at = where % text.length;
        const changed = `${text.slice(0, at)}${(Number(text[at]) + by) % 10}${text.slice(at + 1)}`;
        const found = standing(KEYS, new Map([...digits, [name, changed]]));
        expect(found).not.toBe('authentic');
      },
    ),
  );
});

test('the number of another site does not open', () => {
  const templates = stripeTemplates([null, '{card_number}={authentication}', null]);
  const texts = sealToken(STAY, '42', templates, KEYS[0] ?? expect.fail());
  const opened = openToken(
    digitsOn(templates, texts),
    templates,
    '11111111-2222-4333-8444-555555555555',
    KEYS,
  );
  expect(opened).toMatchObject({ standing: 'other_site', keyVersion: null });
});

test('digits begin with zeros where the number is short', () => {
  const key = new Uint8Array(16);
  const digits = Array.from({ length: 400 }, (_, at) => authenticationDigits(key, String(at), 6));
  expect(digits.every((one) => /^\d{6}$/.test(one))).toBe(true);
  expect(digits.some((one) => one.startsWith('0'))).toBe(true);
});

test('a number that is longer than its field is not cut', () => {
  const templates = stripeTemplates([null, '{card_number:6}={authentication}', null]);
  expect(() => sealToken(STAY, '1234567', templates, KEYS[0] ?? expect.fail())).toThrow(
    'the field card_number has 6 digits, not 7',
  );
});

test.each([
  [['', '0042=1', '7'], '42'],
  [['42', '', '0007'], '7'],
  [['', '=42', '8=1'], '8'],
  [['', '0', ''], '0'],
  [['', String(2n ** 80n - 1n), ''], String(2n ** 80n - 1n)],
  [['', String(2n ** 80n), ''], null],
  [['42', 'A42', ''], null],
] as const)('the number of a stripe with %j is %s', ([one, two, three], number) => {
  const track = (text: string) =>
    text === '' ? ({ kind: 'empty' } as const) : ({ kind: 'data', text } as const);
  expect(numberOnStripe([track(one), track(two), track(three)])).toBe(number);
});
