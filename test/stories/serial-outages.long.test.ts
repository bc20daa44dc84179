import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENCODER_GRACE_MS } from '../../src/attempts/run.ts';
import { encodedIn, newCredential } from './encode-stories.ts';
import { SerialDesk } from './serial-desk.ts';
import { msr605Stand, pn532Stand, twn4Stand } from './serial-stands.ts';
import { type CardOrder, newCard, numberOf, StoryDesk } from './story-desk.ts';

const DRIVERS = ['pn532', 'msr605', 'twn4'] as const;

type Driver = (typeof DRIVERS)[number];

const KIND_OF_CARD: Readonly<Record<Driver, CardOrder['technology']>> = {
  pn532: 'ntag215',
  msr605: 'magnetic_stripe',
  twn4: 'ntag215',
};

/** Slow enough for a hand to come in between. */
const SLOWLY = { faults: { delayMs: 25 } };

const NOT_CONNECTED = /not connected.*cable/;

describe('at a desk with serial encoders side by side', () => {
  let desk: SerialDesk;
  beforeAll(async () => {
    desk = await SerialDesk.open(...[await pn532Stand(), await msr605Stand(), await twn4Stand()]);
  });
  afterAll(async () => {
    await desk[Symbol.asyncDispose]();
    expect(desk.desk.errorLines).toEqual([]);
  });

  async function unplug(driver: Driver): Promise<void> {
    const before = desk.live.frames.length;
    await desk.stand(driver).unplug();
    await desk.until(driver, 'offline', before);
  }

  async function replug(driver: Driver): Promise<void> {
    const before = desk.live.frames.length;
    await desk.stand(driver).replug();
    await desk.until(driver, 'online', before);
  }

  const cardOn = (driver: Driver) => newCard(KIND_OF_CARD[driver]);

  test.each(DRIVERS)(
    'a %s that is unplugged while a card is awaited may come back: the attempt goes on, on the same encoder',
    async (driver) => {
      await using story = await StoryDesk.open(desk.bench(driver));
      const asked = await story.scan();
      await story.hint(asked.action_attempt_id, /Place the card/);
      await unplug(driver);
      await story.hint(asked.action_attempt_id, NOT_CONNECTED);
      await replug(driver);
      const card = cardOn(driver);
      const scanned = await story.serve(asked, card);
      expect(scanned).toMatchObject({
        status: 'success',
        acs_encoder_id: desk.encoderId(driver),
        result: { acs_credential_on_encoder: { card_number: numberOf(card) } },
      });
    },
  );

  test.each(DRIVERS)(
    'a %s that stays away ends the attempt after the grace, and works for the next one',
    async (driver) => {
      await using story = await StoryDesk.open(desk.bench(driver));
      const asked = await story.scan();
      await unplug(driver);
      await story.hint(asked.action_attempt_id, NOT_CONNECTED);
      desk.clock.pass(ENCODER_GRACE_MS);
      const ended = await story.end(asked.action_attempt_id);
      expect(ended.error).toMatchObject({ type: 'encoder_not_online', reason: 'encoder_offline' });
      await replug(driver);
      expect(await story.serve(await story.scan(), cardOn(driver))).toMatchObject({ status: 'success' });
    },
  );

  test.each(DRIVERS)(
    'a %s that is unplugged while it writes may come back: the same card is finished',
    async (driver) => {
      await using story = await StoryDesk.open(desk.bench(driver));
      const stand = desk.stand(driver);
      const card = cardOn(driver);
      const { acs_credential_id } = await newCredential(story);
      const asked = await story.encode({ acs_credential_id });
      await stand.placeCard({ ...card, ...(stand.swipes === undefined ? SLOWLY : {}) });
      await story.phase(asked.action_attempt_id, 'writing', /./);
      await unplug(driver);
      await story.hint(asked.action_attempt_id, /leave the same card there|put the same card back/i);
      await replug(driver);
      // The same card again, which a person whose card was swiped has to do.
      const ended = await story.serve(asked, card);
      expect(encodedIn(ended)).toMatchObject({
        acs_credential_id,
        card_number: numberOf(card),
        issue_counter: 1,
      });
    },
  );

  test.each(DRIVERS)(
    'the host of the %s is killed, and only that encoder notices: others serve their guests meanwhile, and it does again',
    async (driver) => {
      const others = DRIVERS.filter((one) => one !== driver);
      const stories = await Promise.all(others.map((other) => StoryDesk.open(desk.bench(other))));
      const waiting = await Promise.all(stories.map((story) => story.scan()));
      await using story = await StoryDesk.open(desk.bench(driver));
      const mine = await story.scan();
      await story.hint(mine.action_attempt_id, /Place the card/);
      const pids = others.map((other) => desk.hostPid(other));
      const before = desk.live.frames.length;
      process.kill(desk.hostPid(driver), 'SIGKILL');
      await desk.until(driver, 'offline', before);
      for (const [at, other] of stories.entries()) {
        const asked = waiting[at];
        const kind = others[at];
        if (asked === undefined || kind === undefined) continue;
        expect(await other.serve(asked, cardOn(kind))).toMatchObject({ status: 'success' });
      }
      await desk.until(driver, 'online', before);
      expect(await story.serve(mine, cardOn(driver))).toMatchObject({ status: 'success' });
      const changes = desk.live.frames.slice(before);
      for (const other of others) {
        const offline = changes.filter(
          (change) =>
            change.type === 'encoder.changed' &&
            change.acs_encoder.acs_encoder_id === desk.encoderId(other) &&
            change.acs_encoder.state === 'offline',
        );
        expect(offline).toEqual([]);
      }
      expect(others.map((other) => desk.hostPid(other))).toEqual(pids);
      for (const other of stories) await other[Symbol.asyncDispose]();
    },
  );
});
