import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { CardShelf } from '../../drivers/virtual/card-shelf.ts';
import { VirtualDriver } from '../../drivers/virtual/index.ts';
import type { SiteKeys } from '../../src/card/site-keys.ts';
import type { SimulatedCardOrder } from '../../src/encoder/contract.ts';
import { quietLog } from '../benches/pcsc/quiet-log.ts';
import { siteKeyVersion } from '../src/card/site-key-version.ts';
import { HandClock } from './hand-clock.ts';
import { freshCard, type TearCard } from './tear-cards.ts';
import { carries, serve } from './tear-desk.ts';
import { memoryFolder } from './tear-folder.ts';
import { type Before, TornCard, tearEverywhere, WAYS, type Way } from './tear-trial.ts';
import { TornDesk } from './torn-desk.ts';

const OUR_KEYS: SiteKeys = [siteKeyVersion(1)];
/** Of the same number, and others. */
const THEIR_KEYS: SiteKeys = [{ ...siteKeyVersion(2), version: 1 }];

/** Every way in turn, at every point; in CI, the one that a clerk goes at every point too. */
const ROUNDS: readonly (readonly Way[])[] = [
  WAYS.filter((way) => way !== 'next_attempt'),
  ...(process.env['CI'] === 'true' ? [['next_attempt'] as const] : []),
];

const BEFORE: Readonly<Record<Exclude<Before, 'other_site'>, string>> = {
  blank: 'a blank card',
  older_issue: 'a card with an older issue',
  other_credential: "a card with another guest's credential",
};

/** Tears cards of these kinds everywhere, at a desk without the API; prints how often. */
export function tearMatrix(cards: readonly TearCard[]): void {
  const counts = new Map<string, number>();
  const count = (card: TearCard, tears: number) =>
    counts.set(card.name, (counts.get(card.name) ?? 0) + tears);
  afterAll(() => {
    for (const [name, tears] of counts) console.log(`${name}: torn away and finished ${tears} times`);
  });

  describe.each(cards)('$name, torn away anywhere, is finished by one more placement:', (card) => {
    test.each(Object.keys(BEFORE).filter(isBefore))(
      '%s',
      async (before) => {
        await using desk = await openDesk(card, OUR_KEYS, cardsFolder());
        for (const ways of ROUNDS) {
          const torn = new TornCard(desk, before, () => freshCard(card));
          await tearEverywhere(torn, ways);
          expect(torn.tears).toBeGreaterThan(30);
          count(card, torn.tears);
        }
      },
      60_000,
    );

    test('a card of another site, which stays as it is where it is locked', async () => {
      const folder = cardsFolder();
      await using desk = await openDesk(card, OUR_KEYS, folder);
      await using stranger = await openDesk(card, THEIR_KEYS, folder);
      const isOpen = card.settings.format === 'ntag' && !card.settings.isPasswordProtected;
      if (isOpen) {
        const torn = new TornCard(desk, 'other_site', () => freshCard(card), stranger);
        await tearEverywhere(torn, WAYS);
        count(card, torn.tears);
      }
      count(card, await tearStrange(desk, stranger, card, !isOpen, folder));
    });
  });
}

/** A card of another site is refused wherever it is pulled, and nothing on it is changed. Returns how often it was pulled. */
async function tearStrange(
  desk: TornDesk,
  stranger: TornDesk,
  kind: TearCard,
  mayOverwrite: boolean,
  folder: string,
): Promise<number> {
  const shelf = new CardShelf(join(folder, 'cards'));
  const card = freshCard(kind);
  const theirs = await stranger.newCredential();
  await serve(stranger, card, await stranger.encode(theirs));
  const memory = memoryOf(shelf, card);
  for (let exchange = 1, tears = 0; ; exchange++) {
    for (const moment of ['before', 'after'] as const) {
      const attemptId = await desk.encode(await desk.newCredential(), mayOverwrite);
      await desk.place(card, { exchange, moment });
      const rest = await desk.rest(attemptId);
      await desk.lift();
      const ended = rest === 'error' ? await desk.end(attemptId) : await serve(desk, card, attemptId);
      expect(ended).toMatchObject(
        mayOverwrite
          ? { type: 'incompatible_card_format', reason: kind.refusal ?? 'card_locked' }
          : { type: 'uncategorized_error', reason: 'card_carries_another_credential' },
      );
      expect(memoryOf(shelf, card)).toEqual(memory);
      expect((await desk.outcomes(card.uid ?? '')).filter((outcome) => outcome !== 'not_begun')).toEqual([]);
      const scanned = await serve(stranger, card, await stranger.scan());
      expect(scanned.found).toEqual(carries(theirs, true));
      if (rest === 'error') return tears;
      expect(rest).not.toBe('put_card_back');
      tears += 1;
    }
  }
}

function openDesk({ settings }: TearCard, keys: SiteKeys, stateDir: string): Promise<TornDesk> {
  const driver = new VirtualDriver({ options: { encoders: 1 }, stateDir, log: quietLog });
  return TornDesk.open({ driver, clock: new HandClock(), formats: [settings], keys });
}

/** Where the cards of every desk of a test lie. */
function cardsFolder(): string {
  const folder = memoryFolder();
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function memoryOf(shelf: CardShelf, { uid = '' }: SimulatedCardOrder): Uint8Array | undefined {
  return shelf.find(uid)?.memory;
}

function isBefore(name: string): name is keyof typeof BEFORE {
  return name in BEFORE;
}
