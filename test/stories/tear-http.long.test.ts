import { afterAll, expect, test } from 'vitest';
import { Desk } from './desk.ts';
import { HandClock } from './hand-clock.ts';
import { CLASSIC_CARDS, DESFIRE_CARDS, freshCard, NTAG_CARDS, type TearCard } from './tear-cards.ts';
import { type Before, TornCard, tearEverywhere, WAYS } from './tear-trial.ts';
import { type TearHand, TornHttpDesk } from './torn-http-desk.ts';

/** Whatever happens to a virtual card that is pulled has happened by the time that its order is answered. */
const handOf = (desk: Desk): TearHand => ({
  async place(card, tear) {
    await using live = await desk.live();
    await desk.placeCard({ ...card, ...(tear && { faults: { pulled_at: tear } }) });
    // Its answer comes after everything that was told before.
    await live.ask('/acs/encoders/get', { acs_encoder_id: desk.encoderId });
    return live.changes.some(({ type }) => type === 'card.presented') ? undefined : 'unseen';
  },
  lift: () => desk.removeCard(),
});

const BEFORE: readonly Before[] = ['blank', 'older_issue', 'other_credential'];
const CARDS: readonly TearCard[] = [NTAG_CARDS[0], CLASSIC_CARDS[0], DESFIRE_CARDS[4]].flatMap(
  (card) => card ?? [],
);

let tears = 0;
afterAll(() => console.log(`over HTTP: torn away and finished ${tears} times`));

test.each(CARDS.flatMap((card) => BEFORE.map((before) => ({ ...card, before }))))(
  'over HTTP, a $name (before: $before) torn at every few exchanges is finished by one more placement',
  async ({ before, ...card }) => {
    const clock = new HandClock();
    await using desk = await Desk.open({ clock, config: { card_formats: [card.settings.format] } });
    await using torn = await TornHttpDesk.open(desk, {
      encoderId: desk.encoderId,
      hand: handOf(desk),
      clock,
    });
    const trial = new TornCard(torn, before, () => freshCard(card));
    await tearEverywhere(trial, WAYS, { first: 1, step: 5 });
    expect(trial.tears).toBeGreaterThan(5);
    tears += trial.tears;
  },
  60_000,
);
