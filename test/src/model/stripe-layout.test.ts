import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StripeLayout } from '../../../src/model/card-format.ts';
import {
  stripeLayoutProblems,
  stripeTemplates,
  templateLength,
  templateText,
} from '../../../src/model/stripe-layout.ts';

const USUAL = '{card_number:10}={starts_at}{ends_at}{authentication:10}';

const problems = (...layout: StripeLayout) =>
  stripeLayoutProblems(layout).map(({ track, problem }) => `${track}: ${problem}`);

describe('a layout that can be used', () => {
  test('is the usual one: 37 characters, as many as track 2 holds', () => {
    expect(problems(null, USUAL, null)).toEqual([]);
    const [, track2] = stripeTemplates([null, USUAL, null]);
    expect(track2 && templateLength(track2)).toBe(37);
    expect(track2 && templateText(track2)).toBe(
      '{card_number:10}={starts_at:8}{ends_at:8}{authentication:10}',
    );
  });

  test.each<StripeLayout>([
    ['HOTEL ADA^{issue}/{entrance}', '{card_number:19}', '{authentication}'],
    [null, '{card_number:6}', '{authentication:16}{starts_at}{ends_at}'],
    ['{authentication}', null, '{card_number}=99'],
    ['A'.repeat(76), '{card_number}', `${'9'.repeat(94)}{authentication}`],
  ])('may be on any tracks: %j, %j, %j', (...layout) => {
    expect(problems(...layout)).toEqual([]);
  });
});

describe('a layout that cannot be used', () => {
  test.each<readonly [StripeLayout, readonly string[]]>([
    [
      [null, null, null],
      [
        '2: {card_number} is missing: without it nobody knows which card it is',
        '2: {authentication} is missing: without it a card proves nothing',
      ],
    ],
    [[null, '{card_number}', null], ['2: {authentication} is missing: without it a card proves nothing']],
    [
      [null, '{number}={authentication}', null],
      [
        '2: {number} is no field. There are: card_number, starts_at, ends_at, issue, entrance, authentication',
      ],
    ],
    [
      [null, '{card_number:20}={authentication:5}', null],
      ['2: {card_number:20}: it has 6 to 19 digits', '2: {authentication:5}: it has 6 to 16 digits'],
    ],
    [
      [null, '{card_number}={starts_at:7}{authentication}', null],
      ['2: {starts_at:7}: it always has 8 digits'],
    ],
    [
      [null, '{card_number=}{authentication}}', null],
      [
        '2: {card_number=} is no field. There are: card_number, starts_at, ends_at, issue, entrance, authentication',
        '2: A "}" stands alone: a field is written {card_number} or {card_number:10}',
      ],
    ],
    [
      ['Hotel', USUAL, '99;'],
      [
        '1: "o" cannot be on track 1, which takes capital letters, digits, the space and !"#$&\'()*+,-./:;<=>@[\\]^_',
        '3: ";" cannot be on track 3, which takes the digits and : < = >',
      ],
    ],
    [
      ['100%', USUAL, null],
      [
        '1: "%" cannot be on track 1, which takes capital letters, digits, the space and !"#$&\'()*+,-./:;<=>@[\\]^_',
      ],
    ],
    [
      [null, '{card_number}=A{authentication}', null],
      ['2: "A" cannot be on track 2, which takes the digits and : < = >'],
    ],
    [
      [null, '{card_number:11}={starts_at}{ends_at}{authentication}', null],
      ['2: It takes 38 characters, and track 2 holds 37'],
    ],
    [
      ['A'.repeat(77), USUAL, '9'.repeat(105)],
      [
        '1: It takes 77 characters, and track 1 holds 76',
        '3: It takes 105 characters, and track 3 holds 104',
      ],
    ],
    [['', USUAL, null], ['1: It is empty: null leaves the track as it is']],
    [
      [null, USUAL, '{authentication}'],
      ['3: {authentication} is there already: each field may be there once on all tracks together'],
    ],
    [
      ['{card_number}', '{authentication}', null],
      [
        '1: {card_number} must be on track 2, or on track 3 where track 2 is null: encoders look for it there',
      ],
    ],
    [
      [null, '{authentication}', '{card_number}'],
      [
        '3: {card_number} must be on track 2, or on track 3 where track 2 is null: encoders look for it there',
      ],
    ],
    [
      [null, '={card_number}={authentication}', null],
      ['2: {card_number} must be what the track begins with'],
    ],
    [
      [null, '{card_number}{authentication}', null],
      ['2: {card_number} must be followed by something other than a digit, as "=", or end the track'],
    ],
    [
      [null, '{card_number}00{authentication}', null],
      ['2: {card_number} must be followed by something other than a digit, as "=", or end the track'],
    ],
  ])('%j', (layout, said) => {
    expect(problems(...layout)).toEqual(said);
    expect(() => stripeTemplates(layout)).toThrow(`the layout of track ${said[0]}`);
  });
});

describe('whatever is written for a layout', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '{card_number}',
      '{card_number:6}',
      '{authentication}',
      '{starts_at}',
      '{issue:3}',
      '{entrance}',
    ),
    fc.constantFrom('=', ':', '0', '^', 'A', 'a', '%', '?', '{', '}', '{x}', '{issue:0}'),
    fc.string({ maxLength: 3 }),
  );
  const template = fc.option(
    fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join('')),
    { nil: null },
  );

  test('it has problems, or templates of one length that are written in one way', () => {
    let usable = 0;
    fc.assert(
      fc.property(template, template, template, (...layout) => {
        if (stripeLayoutProblems(layout).length > 0) return;
        usable += 1;
        const templates = stripeTemplates(layout);
        const [one, two, three] = templates.map((parts) => (parts === null ? null : templateText(parts)));
        const canonical = [one ?? null, two ?? null, three ?? null] as const;
        expect(stripeLayoutProblems(canonical)).toEqual([]);
        expect(stripeTemplates(canonical)).toEqual(templates);
      }),
      { numRuns: 2_000, examples: [[null, USUAL, null]] },
    );
    expect(usable).toBeGreaterThan(0);
  });
});
