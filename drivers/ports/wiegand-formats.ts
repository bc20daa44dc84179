import type { WiegandFormat } from './wiegand.ts';

/** Bits `first` to `last`. */
function bits(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}

/** Bits `first` to `last` without every third: two are taken, one is left out. */
function pairs(first: number, last: number): number[] {
  return bits(first, last).filter((bit) => (bit - first) % 3 !== 2);
}

/**
 * Formats of HID Global that are published, by name. In those of 37 bits nothing tells a card with a facility code from one without: the
 * first that a site lists is taken. In Corporate 1000, "facility" is the number of the company.
 * Layouts as in HID's "Understanding Card Data Formats" (2006) and the pcProx Plus manual 99009010, appendix; the parities of Corporate 1000 as the
 * trade knows them: every bit is counted by the first one, two of three by each of the others.
 */
export const WIEGAND_FORMATS: readonly WiegandFormat[] = [
  {
    name: 'h10301',
    bits: 26,
    facility: { first: 1, last: 8 },
    number: { first: 9, last: 24 },
    parities: [
      { bit: 0, kind: 'even', over: bits(1, 12) },
      { bit: 25, kind: 'odd', over: bits(13, 24) },
    ],
  },
  {
    name: 'h10306',
    bits: 34,
    facility: { first: 1, last: 16 },
    number: { first: 17, last: 32 },
    parities: [
      { bit: 0, kind: 'even', over: bits(1, 16) },
      { bit: 33, kind: 'odd', over: bits(17, 32) },
    ],
  },
  {
    name: 'corporate_1000_35',
    bits: 35,
    facility: { first: 2, last: 13 },
    number: { first: 14, last: 33 },
    parities: [
      { bit: 0, kind: 'odd', over: bits(1, 34) },
      { bit: 34, kind: 'odd', over: pairs(1, 32) },
      { bit: 1, kind: 'even', over: pairs(2, 33) },
    ],
  },
  {
    name: 'h10302',
    bits: 37,
    facility: null,
    number: { first: 1, last: 35 },
    parities: [
      { bit: 0, kind: 'even', over: bits(1, 18) },
      { bit: 36, kind: 'odd', over: bits(18, 35) },
    ],
  },
  {
    name: 'h10304',
    bits: 37,
    facility: { first: 1, last: 16 },
    number: { first: 17, last: 35 },
    parities: [
      { bit: 0, kind: 'even', over: bits(1, 18) },
      { bit: 36, kind: 'odd', over: bits(18, 35) },
    ],
  },
  {
    name: 'corporate_1000_48',
    bits: 48,
    facility: { first: 2, last: 23 },
    number: { first: 24, last: 46 },
    parities: [
      { bit: 0, kind: 'odd', over: bits(1, 47) },
      { bit: 47, kind: 'odd', over: pairs(2, 45) },
      { bit: 1, kind: 'even', over: pairs(3, 46) },
    ],
  },
];
