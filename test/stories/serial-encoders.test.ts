import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pcscdIsAvailable } from '../benches/pcsc/pcsc-bench.ts';
import { newCredential } from './encode-stories.ts';
import { SerialDesk } from './serial-desk.ts';
import { msr605Stand, pcscStand, pn532Stand, type Stand, twn4Stand } from './serial-stands.ts';
import { type CardOrder, newCard, numberOf, StoryDesk } from './story-desk.ts';

const ENCODERCTL = fileURLToPath(new URL('../../src/cli/encoderctl.ts', import.meta.url));

const DRIVERS = ['pcsc', 'pn532', 'msr605', 'twn4'] as const;

/** What a clerk puts on each. */
const KIND_OF_CARD: Readonly<Record<Stand['driver'], CardOrder['technology']>> = {
  pcsc: 'mifare_desfire',
  pn532: 'mifare_classic_1k',
  msr605: 'magnetic_stripe',
  twn4: 'ntag215',
};

/** How the official client waits. */
const PATIENTLY = { waitForActionAttempt: { timeout: 60_000, pollingInterval: 50 } };

describe.skipIf(!pcscdIsAvailable())('at a desk with four kinds of encoders side by side', () => {
  let desk: SerialDesk;
  beforeAll(async () => {
    desk = await SerialDesk.open(
      ...[await pcscStand(), await pn532Stand(), await msr605Stand(), await twn4Stand()],
    );
  });
  afterAll(async () => {
    await desk[Symbol.asyncDispose]();
    expect(desk.desk.errorLines).toEqual([]);
  });

  /** Puts a card on the encoder for this attempt, and takes it away when that has ended. */
  async function serve(driver: Stand['driver'], attempt: Promise<unknown>, card: CardOrder): Promise<void> {
    const stand = desk.stand(driver);
    const { swipes } = stand;
    await stand.placeCard(card);
    if (swipes !== undefined) swipes.isWilling = true;
    await attempt.finally(() => {
      if (swipes !== undefined) swipes.isWilling = false;
    });
    await desk.lift(driver);
  }

  test('`encoderctl encoders` lists them all, each under its driver', async () => {
    const env = { ...process.env, ENCODERD_STATE_DIR: desk.desk.stateDir };
    const { stdout } = await promisify(execFile)(process.execPath, [ENCODERCTL, 'encoders', '--json'], {
      env,
    });
    const listed: readonly { driver: string; state: string; acs_encoder_id: string }[] = JSON.parse(stdout);
    for (const driver of DRIVERS) {
      const acs_encoder_id = desk.encoderId(driver);
      expect(listed).toContainEqual(
        expect.objectContaining({ driver, acs_encoder_id, state: 'online', is_virtual: false }),
      );
    }
    const { stdout: table } = await promisify(execFile)(process.execPath, [ENCODERCTL, 'encoders'], { env });
    console.log(table);
  });

  test.each(DRIVERS)('the official client assigns the next card on the %s', async (driver) => {
    const { seam, systemId } = desk.desk;
    const card = newCard(KIND_OF_CARD[driver]);
    const { acs_user_id } = await seam.acs.users.create({ acs_system_id: systemId, full_name: driver });
    const assigned = Promise.resolve(
      seam.acs.encoders.scanToAssignCredential(
        { acs_encoder_id: desk.encoderId(driver), acs_user_id },
        PATIENTLY,
      ),
    );
    await serve(driver, assigned, card);
    expect(await assigned).toMatchObject({
      status: 'success',
      result: { acs_user_id, card_number: numberOf(card) },
    });
  });

  test.each(DRIVERS)(
    'the official client encodes a card on the %s, and finds on it what it wrote',
    async (driver) => {
      const { seam } = desk.desk;
      const card = newCard(KIND_OF_CARD[driver]);
      const acs_encoder_id = desk.encoderId(driver);
      await using story = await StoryDesk.open(desk.bench(driver));
      const { acs_credential_id } = await newCredential(story);
      const encoded = Promise.resolve(
        seam.acs.encoders.encodeCredential({ acs_encoder_id, acs_credential_id }, PATIENTLY),
      );
      await serve(driver, encoded, card);
      expect(await encoded).toMatchObject({
        status: 'success',
        result: { acs_credential_id, card_number: numberOf(card), is_issued: true },
      });
      const scanned = Promise.resolve(seam.acs.encoders.scanCredential({ acs_encoder_id }, PATIENTLY));
      await serve(driver, scanned, card);
      expect(await scanned).toMatchObject({
        status: 'success',
        result: {
          acs_credential_on_encoder: { card_number: numberOf(card), is_issued: true },
          acs_credential_on_seam: { acs_credential_id },
          warnings: [],
        },
      });
    },
  );

  test.each(DRIVERS)('cards cannot be simulated on the %s', async (driver) => {
    const answer = await desk.desk.raw.post('/acs/encoders/simulate/place_card', {
      acs_encoder_id: desk.encoderId(driver),
      card: { technology: 'ntag213' },
    });
    expect(answer).toMatchObject({ status: 400, body: { error: { type: 'encoder_not_virtual' } } });
  });

  test('four guests at once each get the card of their own encoder', async () => {
    const { seam, systemId } = desk.desk;
    const made = DRIVERS.map(async (driver) => {
      const card = newCard(KIND_OF_CARD[driver]);
      const { acs_user_id } = await seam.acs.users.create({ acs_system_id: systemId, full_name: driver });
      const acs_encoder_id = desk.encoderId(driver);
      const assigned = Promise.resolve(
        seam.acs.encoders.scanToAssignCredential({ acs_encoder_id, acs_user_id }, PATIENTLY),
      );
      await serve(driver, assigned, card);
      return { assigned: await assigned, expected: { acs_user_id, card_number: numberOf(card) } };
    });
    for (const { assigned, expected } of await Promise.all(made)) {
      expect(assigned).toMatchObject({ status: 'success', result: expected });
    }
  });
});
