import { afterAll, describe, expect, test } from 'vitest';
import { desfireProgram } from '../../../../src/card/desfire/desfire-program.ts';
import type { DesfireGeneration } from '../../../../src/encoder/contract.ts';
import type { CardContent, CardImage } from '../../../../src/model/card-record.ts';
import { type TearCount, tearEverywhere } from '../tear.ts';
import { addApplication, addOtherApplication } from './card-owner.ts';
import {
  BLANK,
  NEW_KEYS,
  NEXT_RECORD,
  RECORD,
  recordImage,
  type Site,
  TrialCard,
  UID,
  work,
} from './desfire-card-trial.ts';

/** What may be on a card that was torn away, and what must be on it in the end. */
interface Expected {
  readonly torn: readonly CardContent[];
  readonly finished: CardContent;
}

const BLANK_CARD: CardContent = { kind: 'blank' };
const INCOMPLETE: CardContent = { kind: 'incomplete' };
const EARLIER: CardContent = { kind: 'record', record: RECORD, standing: 'authentic' };
const LATER: CardContent = { kind: 'record', record: NEXT_RECORD, standing: 'authentic' };

let tears = 0;

afterAll(() => console.info('mifare_desfire, torn and finished', tears));

/** The suite, with a generation of the card. */
export function finishedByOneMoreRun(generation: DesfireGeneration): void {
  describe(`an ${generation} card torn away at any exchange is finished by one more run`, () => {
    const fresh = () => new TrialCard({ generation });

    test('of a first record', async () => {
      const expected = { torn: [BLANK_CARD, INCOMPLETE, EARLIER], finished: EARLIER };
      const count = await tearAll(fresh(), recordImage(RECORD), expected);
      expect(count.exchanges).toBe(generation === 'ev1' ? 25 : 24);
    });

    test("of a first record, with the card's own master key", async () => {
      const expected = { torn: [BLANK_CARD, INCOMPLETE, EARLIER], finished: EARLIER };
      await tearAll(fresh(), recordImage(RECORD), expected, { piccMasterKey: 'own' });
    });

    test('of a later record', async () => {
      const card = fresh();
      await card.write(recordImage(RECORD));
      await tearAll(card, recordImage(NEXT_RECORD), { torn: [EARLIER, LATER], finished: LATER });
    });

    test('of a later record with new keys', async () => {
      const card = fresh();
      await card.write(recordImage(RECORD), { piccMasterKey: 'own' });
      const expected = { torn: [EARLIER, LATER], finished: LATER };
      await tearAll(card, recordImage(NEXT_RECORD), expected, { keys: NEW_KEYS, piccMasterKey: 'own' });
    });

    test('of an application that was only just created', async () => {
      const card = fresh();
      await addApplication(card);
      await tearAll(card, recordImage(RECORD), { torn: [INCOMPLETE, EARLIER], finished: EARLIER });
    });

    test('of being erased', async () => {
      const card = fresh();
      await card.write(recordImage(RECORD));
      await tearAll(card, BLANK, { torn: [EARLIER, BLANK_CARD], finished: BLANK_CARD });
    });

    test("of being erased beside another application, and giving the card's master key back", async () => {
      const card = fresh();
      await addOtherApplication(card, 0x00c0de, 32);
      await card.write(recordImage(RECORD), { piccMasterKey: 'own' });
      const expected = { torn: [EARLIER, BLANK_CARD], finished: BLANK_CARD };
      await tearAll(card, BLANK, expected, { piccMasterKey: 'own' });
    });

    test('of being put back to what it was', async () => {
      const card = fresh();
      await card.write(recordImage(RECORD));
      const { preimage } = await card.inspect();
      await card.write(recordImage(NEXT_RECORD));
      const image: CardImage = { kind: 'previous', format: 'mifare_desfire', preimage };
      await tearAll(card, image, { torn: [EARLIER, LATER], finished: EARLIER });
    });

    test('of a run for another image than the one that was torn', async () => {
      const { chip } = fresh();
      const image = recordImage(RECORD);
      let run = 0;
      await tearEverywhere({
        ...trialOf(generation, chip.memory),
        run: (link, card) => {
          run += 1;
          // Each placement asks for the other record: the torn one is never the one that is asked for next.
          return write(link, card, run % 2 === 0 ? recordImage(NEXT_RECORD) : image);
        },
        expectFinished: async (link, card) => {
          const { content } = await desfireProgram.inspect(work(link, card));
          expect([EARLIER, LATER]).toContainEqual(content);
        },
      });
    });
  });
}

async function tearAll(
  before: TrialCard,
  image: CardImage,
  { torn, finished }: Expected,
  site: Site = {},
): Promise<TearCount> {
  const count = await tearEverywhere({
    ...trialOf(undefined, before.chip.memory),
    run: (link, card) => write(link, card, image, site),
    lookAtTorn: async (link, card) => {
      const { content } = await desfireProgram.inspect(work(link, card, site));
      expect(torn).toContainEqual(content);
    },
    expectFinished: async (link, card) => {
      const { content } = await desfireProgram.inspect(work(link, card, site));
      expect(content).toEqual(finished);
    },
  });
  tears += count.tears;
  // Every exchange is a point before it took effect; those that change the card are another one after.
  expect(count.tears).toBeGreaterThan(count.exchanges);
  return count;
}

function trialOf(generation: DesfireGeneration | undefined, memory: Uint8Array) {
  return { technology: 'mifare_desfire', uid: UID, memory, ...(generation && { generation }) } as const;
}

type Work = Parameters<typeof desfireProgram.write>[0];

function write(link: Work['link'], card: Work['card'], image: CardImage, site: Site = {}): Promise<void> {
  return desfireProgram.write(work(link, card, site), image, { note: () => {} });
}
