import { afterAll, expect, test } from 'vitest';
import { ntagProgram } from '../../../../src/card/ntag/ntag-program.ts';
import { ACR122_PROFILE, STANDARD_PROFILE } from '../../../../src/card/storage-card.ts';
import type { CardImage, CardRecord } from '../../../../src/model/card-record.ts';
import { tearEverywhere } from '../tear.ts';
import {
  BLANK,
  CardOnReader,
  NEW_RECORD,
  OLD_KEYS,
  OLD_RECORD,
  OTHER_KEYS,
  OTHER_SITE,
  recordImage,
  type Site,
  UID,
  workOn,
} from './ntag-bed.ts';

const NATIVE = { reader: 'an ACR122U', profile: ACR122_PROFILE };
const PLAIN = { reader: 'a reader without native commands', profile: STANDARD_PROFILE };

/** What is on the card before; each is set up as a finished piece of work. */
const BEFORE: Readonly<Record<string, (card: CardOnReader) => Promise<void> | void>> = {
  nothing: () => {},
  'an older record': (card) =>
    card.write(recordImage(OLD_RECORD), { keys: OLD_KEYS, isPasswordProtected: false }),
  'an older record under the old password': (card) => card.write(recordImage(OLD_RECORD), { keys: OLD_KEYS }),
  'an older record under the new password': (card) => card.write(recordImage(OLD_RECORD)),
  "another site's record": (card) =>
    card.write(recordImage({ ...OLD_RECORD, siteId: OTHER_SITE }), {
      siteId: OTHER_SITE,
      keys: OTHER_KEYS,
      isPasswordProtected: false,
    }),
  'a web address': (card) =>
    card.send(
      'A20403 0FD101'.replaceAll(' ', ''),
      'A2050B550165',
      'A20678616D70',
      'A2076C652E63',
      'A2086FFE0000',
    ),
};

const IMAGES: Readonly<Record<string, { readonly image: CardImage; readonly site: Site }>> = {
  'a record': { image: recordImage(NEW_RECORD), site: { isPasswordProtected: false } },
  'a record under a password': { image: recordImage(NEW_RECORD), site: {} },
  nothing: { image: BLANK, site: {} },
};

const CARDS = [
  { technology: 'ntag213', ...NATIVE },
  { technology: 'ntag213', ...PLAIN },
  { technology: 'ntag215', ...NATIVE },
  { technology: 'mifare_ultralight_ev1_128', ...NATIVE },
] as const;

const TRIALS = CARDS.flatMap((card) =>
  Object.entries(BEFORE).flatMap(([before, prepare]) =>
    Object.entries(IMAGES).map(([after, { image, site }]) => ({
      ...card,
      before,
      prepare,
      after,
      image,
      site,
    })),
  ),
).filter(
  // Such a reader cannot open what a password protects.
  ({ profile, before }) => profile.rawExchange !== 'none' || !before.includes('password'),
);

let points = 0;

test.each(TRIALS)(
  '$technology on $reader, from $before to $after: torn anywhere, one more run ends it',
  async ({ technology, profile, prepare, image, site }) => {
    const start = new CardOnReader(technology);
    await prepare(start);
    const allowed = image.kind === 'record' ? [OLD_RECORD, NEW_RECORD] : [OLD_RECORD];
    const { tears } = await tearEverywhere({
      technology,
      uid: UID,
      memory: start.memory,
      profile,
      tornWrites: true,
      run: (link, card) => ntagProgram.write(workOn(link, card, site), image, { note: () => {} }),
      lookAtTorn: async (link, card) => {
        const { content } = await ntagProgram.inspect(workOn(link, card, site));
        if (content.kind === 'locked') throw new Error(content.description);
        if (content.kind !== 'record' || content.standing === 'other_site') return;
        expect(content.standing).toBe('authentic');
        expect(allowed).toContainEqual(content.record);
      },
      expectFinished: async (_link, _card, memory) => {
        const done = new CardOnReader(technology, profile, memory);
        expect((await done.inspect(site)).content).toEqual(contentOf(image));
        await done.write(image, site);
        expect(done.memory).toEqual(memory);
      },
    });
    points += tears;
    expect(tears).toBeGreaterThan(0);
  },
);

test.each(CARDS)(
  '$technology on $reader: torn while it is written, it is put back as it was',
  async ({ technology, profile }) => {
    const native = profile.rawExchange !== 'none';
    const start = new CardOnReader(technology, profile);
    await start.write(recordImage(OLD_RECORD), { keys: OLD_KEYS, isPasswordProtected: native });
    const { preimage } = await start.inspect();
    // As it comes from a database: its slices share their memory.
    const previous: CardImage = { kind: 'previous', format: 'ntag', preimage: Buffer.from(preimage) };
    const { tears } = await tearEverywhere({
      technology,
      uid: UID,
      memory: start.memory,
      profile,
      tornWrites: true,
      run: (link, card) => ntagProgram.write(workOn(link, card), recordImage(NEW_RECORD), { note: () => {} }),
      repair: (link, card) => ntagProgram.write(workOn(link, card), previous, { note: () => {} }),
      expectFinished: async (_link, _card, memory) => {
        const done = new CardOnReader(technology, profile, memory);
        const { content, keyVersion } = await done.inspect();
        expect(content).toEqual({ kind: 'record', record: OLD_RECORD, standing: 'authentic' });
        expect(keyVersion === null).toBe(!native);
      },
    });
    points += tears;
  },
);

afterAll(() => console.info(`ntag: torn at ${points} points`));

function contentOf(
  image: CardImage,
): { kind: 'blank' } | { kind: 'record'; record: CardRecord; standing: 'authentic' } {
  return image.kind === 'record'
    ? { kind: 'record', record: image.record, standing: 'authentic' }
    : { kind: 'blank' };
}
