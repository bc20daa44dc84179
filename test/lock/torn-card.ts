import { expect, test } from 'vitest';
import type { VirtualCardOptions } from '../../drivers/virtual/virtual-card.ts';
import type { CardLink } from '../../src/card/link.ts';
import { EncoderError } from '../../src/encoder/errors.ts';
import type { Card } from '../../src/model/card.ts';
import { type Tear, tearEverywhere } from '../src/card/tear.ts';
import {
  type Encoding,
  encode,
  encoded,
  FORMATS,
  lockKeys,
  lockOf,
  NEW_KEYS,
  present,
  STAY,
} from './desk.ts';

const UID = '04A2B3C4D5E680';
const KINDS: readonly (VirtualCardOptions & { readonly isPasswordProtected?: boolean })[] = [
  { technology: 'ntag213', uid: UID },
  { technology: 'ntag213', uid: UID, isPasswordProtected: true },
  { technology: 'mifare_classic_1k', uid: UID },
  { technology: 'mifare_desfire', uid: UID },
  { technology: 'mifare_desfire', uid: UID, generation: 'ev1' },
];
const NEXT = { ...STAY, issueCounter: 8, entrances: [3, 5, 700], endsAt: 1_780_700_000_000 };
const WORKS = {
  'the first record': { next: { record: STAY } },
  'another record': { before: { record: STAY }, next: { record: NEXT } },
  'another record and newer keys': { before: { record: STAY }, next: { record: NEXT, keys: NEW_KEYS } },
  'nothing: it is erased': { before: { record: STAY }, next: { blank: true } },
} as const satisfies Record<string, { readonly before?: Encoding; readonly next: Encoding }>;

/** The suite: a card of every kind, torn away everywhere while it gets this. */
export function tornWhileItGets(work: keyof typeof WORKS): void {
  const { next, before }: { readonly before?: Encoding; readonly next: Encoding } = WORKS[work];
  const trials = KINDS.map(({ isPasswordProtected = false, ...kind }) => {
    const name = `${kind.technology} ${kind.generation ?? ''}${isPasswordProtected ? 'with a password ' : ''}`;
    return { name: `${name.trim()}, torn while it gets ${work}`, kind, isPasswordProtected };
  });

  test.each(trials)('$name', async ({ kind, isPasswordProtected }) => {
    const formats = FORMATS.map((format) =>
      format.format === 'ntag' ? { ...format, isPasswordProtected } : format,
    );
    const memory = before && (await encoded(kind, { ...before, formats }));
    const run = (link: CardLink, card: Card) => encode(link, card, { ...next, formats });
    const written = [before?.record, next.record].filter((record) => record !== undefined);
    const seen = new Set<string>();
    const whileWriting: string[] = [];
    let moment: Tear['moment'] = 'before';
    let isTrailerTorn = false;

    /** The lock that has all keys, and the one that has only the old, read a whole record that was written, or nothing. */
    const look = async (link: CardLink, card: Card): Promise<string> => {
      const siteKeys = lockKeys(NEW_KEYS);
      const [newest, oldest] = [
        await present(lockOf({ siteKeys }), { link, card }),
        await present(lockOf(), { link, card }),
      ];
      for (const { opens, record } of [newest, oldest]) {
        expect(opens).toBe(record !== undefined);
        if (record === undefined) continue;
        const { entrances, endsAt } = written.find((one) => one.issueCounter === record.issueCounter) ?? {};
        expect({ entrances: record.entrances, endsAt: (record.endsAt ?? 0) * 1000 }).toEqual({
          entrances,
          endsAt,
        });
      }
      return newest.record ? `issue ${newest.record.issueCounter}` : 'nothing';
    };

    const count = await tearEverywhere({
      ...kind,
      ...(memory && { memory }),
      tornWrites: kind.technology !== 'mifare_desfire',
      run,
      // mifare-classic.md: a trailer that is a mixture can be the end of its sector.
      repair: async (link, card) => {
        isTrailerTorn = false;
        if (kind.technology !== 'mifare_classic_1k' || moment !== 'torn') return run(link, card);
        await run(link, card).catch((error: unknown) => {
          isTrailerTorn = error instanceof EncoderError && error.code === 'card_refused';
          if (!isTrailerTorn) throw error;
        });
      },
      lookAtTorn: async (link, card, tear) => {
        moment = tear.moment;
        const found = await look(link, card);
        seen.add(found);
        if (moment !== 'torn' && whileWriting.at(-1) !== found) whileWriting.push(found);
      },
      expectFinished: async (link, card) => {
        const finished = next.record ? `issue ${next.record.issueCounter}` : 'nothing';
        const found = await look(link, card);
        if (!isTrailerTorn) expect(found).toBe(finished);
      },
    });

    expect(count.tears).toBeGreaterThan(count.exchanges);
    // From the old record through none to the new one, and never back: the lock that has all keys opens between two trailers too.
    const stages = written.map(({ issueCounter }) => `issue ${issueCounter}`);
    const isAtOnce = kind.technology === 'mifare_desfire' && stages.length === 2;
    const [first = 'nothing', second] = before ? stages : ['nothing', ...stages];
    const steps = isAtOnce || !before?.record ? [first, second] : [first, 'nothing', second];
    expect(whileWriting).toEqual(steps.filter((step) => step !== undefined));
    expect([...seen].sort()).toEqual([...new Set(whileWriting)].sort());
  });
}
