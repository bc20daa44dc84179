import { describe, expect, test } from 'vitest';
import { DESFIRE_GENERATIONS } from '../../../../src/encoder/contract.ts';
import {
  applicationsOn,
  FACTORY,
  OTHERS_CARD_KEY,
  openCard,
  setCardKey,
  setCardSettings,
} from './card-owner.ts';
import { BLANK, NEW_KEYS, NEXT_RECORD, RECORD, recordImage, TrialCard } from './desfire-card-trial.ts';

const AUTHENTIC = { kind: 'record', record: RECORD, standing: 'authentic' };
const NEXT = { kind: 'record', record: NEXT_RECORD, standing: 'authentic' };

describe.each(DESFIRE_GENERATIONS)('on an %s card', (generation) => {
  describe("the card's own master key", () => {
    test('is left alone unless the settings say otherwise', async () => {
      const card = new TrialCard({ generation });
      await card.write(recordImage(RECORD));
      await openCard(card, FACTORY);
    });

    test("becomes the site's at the very end, is found again, renewed, and given back", async () => {
      const card = new TrialCard({ generation });
      const fresh = card.chip.memory;
      const own = { piccMasterKey: 'own' } as const;
      await card.write(recordImage(RECORD), own);
      await expect(openCard(card, FACTORY)).rejects.toThrow('not the key');
      expect(await card.inspect(own)).toMatchObject({ content: AUTHENTIC });
      await card.write(recordImage(NEXT_RECORD), own);
      const renewed = { ...own, keys: NEW_KEYS };
      await card.write(recordImage(NEXT_RECORD), renewed);
      expect(await card.inspect(renewed)).toMatchObject({ content: NEXT, keyVersion: 2 });
      expect((await card.inspect(renewed)).facts).toContainEqual(['Card master key', 'version 2']);
      await card.write(BLANK, renewed);
      expect(card.chip.memory).toEqual(fresh);
    });

    test.each([0, 1, 9])(
      "somebody else's, of version %d, keeps the site from taking over, before anything is written",
      async (version) => {
        const card = new TrialCard({ generation });
        await setCardKey(card, version);
        const { memory } = card.chip;
        const own = { piccMasterKey: 'own', keys: NEW_KEYS } as const;
        expect((await card.inspect(own)).content.kind).toBe('locked');
        await expect(card.write(recordImage(RECORD), own)).rejects.toMatchObject({ code: 'card_refused' });
        expect(card.chip.memory).toEqual(memory);
        // Applications may be created without it.
        await card.write(recordImage(RECORD));
        expect((await card.inspect()).content).toEqual(AUTHENTIC);
      },
    );

    test("somebody else's of the site's newest version is taken for the site's, and left alone", async () => {
      const card = new TrialCard({ generation });
      await setCardKey(card, 1);
      await card.write(recordImage(RECORD), { piccMasterKey: 'own' });
      expect((await card.inspect({ piccMasterKey: 'own' })).content).toEqual(AUTHENTIC);
      await openCard(card, { kind: 'aes', bytes: OTHERS_CARD_KEY });
    });

    test('that may not be changed keeps the site from taking over', async () => {
      const card = new TrialCard({ generation });
      await setCardSettings(card, 0x0e);
      const { memory } = card.chip;
      const own = { piccMasterKey: 'own' } as const;
      expect((await card.inspect(own)).content.kind).toBe('locked');
      await expect(card.write(recordImage(RECORD), own)).rejects.toMatchObject({ code: 'card_refused' });
      expect(card.chip.memory).toEqual(memory);
    });
  });

  describe('a card on which only its master key creates applications', () => {
    test('is written with the key from the factory, and erased', async () => {
      const card = new TrialCard({ generation });
      await setCardSettings(card, 0x0b);
      await addOther(card);
      expect((await card.inspect()).content).toEqual({ kind: 'blank' });
      await card.write(recordImage(RECORD));
      expect((await card.inspect()).content).toEqual(AUTHENTIC);
      await card.write(BLANK);
      expect((await card.inspect()).content).toEqual({ kind: 'blank' });
      expect(await applicationsOn(card)).toBe(1);

      /** With the master key, as here nothing goes without. */
      async function addOther(trial: TrialCard) {
        const session = await openCard(trial);
        await session.perform('create', 0xca, Uint8Array.of(0xde, 0xc0, 0x00, 0x0f, 0x01));
      }
    });

    test("is refused where the key is somebody else's, and nothing is written", async () => {
      const card = new TrialCard({ generation });
      await setCardSettings(card, 0x0b);
      await setCardKey(card, 9);
      const { memory } = card.chip;
      expect((await card.inspect()).content.kind).toBe('locked');
      await expect(card.write(recordImage(RECORD))).rejects.toMatchObject({ code: 'card_refused' });
      expect(card.chip.memory).toEqual(memory);
    });

    test('does not even tell its settings, and is written with the key', async () => {
      const card = new TrialCard({ generation });
      await setCardSettings(card, 0x09);
      await card.write(recordImage(RECORD));
      expect((await card.inspect()).content).toEqual(AUTHENTIC);
    });
  });
});
