import { describe, expect, test } from 'vitest';
import {
  arrivalsOf,
  codeOf,
  Desk,
  type EncoderBench,
  fires,
  NewsLog,
  patience,
  rejectionOf,
  soon,
} from './encoder-desk.ts';

import { cardWorkFacts, type Fact } from './encoder-work.ts';

export type { EncoderBench } from './encoder-desk.ts';

export interface EncoderContractOptions {
  /** False where the bench has no `unplug` and `replug`: what they would show is then left out. */
  readonly unplugs?: boolean;
}

/** A test's own limit. A reader may need half a second to notice a card, and its service as long again to start. */
const TEST_TIMEOUT_MS = 20_000;
/** Until a card that was pulled while it was identified counts as never presented. */
const UNSEEN_MS = 1_500;

const FIRST = { technology: 'mifare_classic_1k', uid: 'A1B2C3D4' } as const;
const SECOND = { technology: 'mifare_classic_1k', uid: '5E6F7081' } as const;
const KINDS = [
  FIRST,
  { technology: 'ntag213', uid: '04A2C3F1D25E80' },
  { technology: 'ntag215', uid: '04B1C2D3E4F560' },
  { technology: 'ntag216', uid: '0411223344AABB' },
  { technology: 'mifare_desfire', uid: '04782E21801D80' },
  { technology: 'uid_only', uid: '1B2C3D4E' },
] as const;

/** Holds a driver to every promise of src/encoder/contract.ts. */
export function encoderContract(
  name: string,
  makeBench: () => Promise<EncoderBench>,
  options: EncoderContractOptions = {},
): void {
  const fact: Fact = (is, prove) =>
    test(is, { timeout: TEST_TIMEOUT_MS }, async () => {
      const desk = await Desk.set(makeBench);
      try {
        await prove(desk);
        desk.news.throwIfBroken();
      } finally {
        await desk.clear();
      }
    });

  describe(`${name} keeps the encoder contract:`, () => {
    describe('watch', () => {
      fact(
        'begins with the devices that are there already, and names them the same every time',
        async (desk) => {
          desk.end.abort();
          await soon(desk.news.ended, 'the end of the first watch');
          const end = new AbortController();
          const again = new NewsLog(desk.bench.driver, end.signal);
          const device = await again.device(desk.device.id).finally(() => end.abort());
          await soon(again.ended, 'the end of the second watch');
          expect(device).toEqual(desk.device);
          expect(device.id).not.toBe('');
          expect(device.name).not.toBe('');
        },
      );
      fact('ends without an error when its signal fires', async (desk) => {
        desk.end.abort();
        await soon(desk.news.ended, 'the end of the watch');
        const late = new NewsLog(desk.bench.driver, AbortSignal.abort());
        await soon(late.ended, 'the end of a watch that was over before it began');
      });
    });

    describe('awaitCard', () => {
      fact('gives the card that is there already', async (desk) => {
        const placed = await desk.bench.placeCard(FIRST);
        const { card } = await desk.nextCard();
        expect(card).toEqual({ uid: placed.uid, technology: placed.technology });
      });
      fact('gives the next card when none is there', async (desk) => {
        const next = desk.nextCard();
        await desk.bench.placeCard(FIRST);
        expect((await next).card.uid).toBe(FIRST.uid);
      });
      fact('rejects with the reason of its signal, and the wait after it gets the card', async (desk) => {
        const stop = new AbortController();
        const waiting = rejectionOf(desk.encoder.awaitCard(stop.signal));
        const reason = new Error('nobody waits any more');
        stop.abort(reason);
        expect(await waiting).toBe(reason);
        await desk.bench.placeCard(FIRST);
        expect((await desk.nextCard()).card.uid).toBe(FIRST.uid);
        expect(await rejectionOf(desk.encoder.awaitCard(AbortSignal.abort(reason)))).toBe(reason);
      });
      fact('gives the same object until the card leaves, and another one after', async (desk) => {
        await desk.bench.placeCard(FIRST);
        const card = await desk.nextCard();
        expect(await desk.nextCard()).toBe(card);
        await desk.bench.removeCard();
        await desk.removal(card);
        const next = desk.nextCard();
        await desk.bench.placeCard(FIRST);
        expect(await next).not.toBe(card);
        expect(card.removed.aborted).toBe(true);
        expect((await next).removed.aborted).toBe(false);
      });
      for (const kind of KINDS) {
        fact(`tells a ${kind.technology} and its number`, async (desk) => {
          await desk.bench.placeCard(kind);
          const card = await desk.nextCard();
          expect(card.card).toEqual(kind);
          expect(await card.read(patience())).toEqual(kind);
        });
      }
      fact('waits for a card that answers slowly', async (desk) => {
        await desk.bench.placeCard({ ...FIRST, faults: { delayMs: 250 } });
        const card = await desk.nextCard();
        expect((await card.read(patience())).uid).toBe(FIRST.uid);
      });
    });

    describe('a card', () => {
      fact('fires `removed` once when it is taken away', async (desk) => {
        await desk.bench.placeCard(FIRST);
        const card = await desk.nextCard();
        let fired = 0;
        card.removed.addEventListener('abort', () => {
          fired += 1;
        });
        await desk.bench.removeCard();
        expect(codeOf(await desk.removal(card))).toBe('card_removed');
        await desk.bench.placeCard(FIRST);
        await desk.nextCard();
        expect(fired).toBe(1);
      });
      fact('is read as often as one likes, and not with a signal that has fired', async (desk) => {
        await desk.bench.placeCard(FIRST);
        const card = await desk.nextCard();
        const reason = new Error('too late');
        expect(await rejectionOf(card.read(AbortSignal.abort(reason)))).toBe(reason);
        for (let time = 0; time < 3; time++) expect(await card.read(patience())).toEqual(card.card);
      });
      fact('rejects to be read once it is away', async (desk) => {
        await desk.bench.placeCard(FIRST);
        const card = await desk.nextCard();
        await desk.bench.removeCard();
        expect(codeOf(await rejectionOf(card.read(patience())))).toBe('card_removed');
        await desk.removal(card);
        expect(codeOf(await rejectionOf(card.read(patience())))).toBe('card_removed');
      });
      fact('is not mistaken for another one that took its place', async (desk) => {
        await desk.bench.placeCard(FIRST);
        const card = await desk.nextCard();
        await desk.bench.placeCard(SECOND);
        expect(codeOf(await rejectionOf(card.read(patience())))).toBe('card_removed');
        await desk.removal(card);
        expect((await desk.settledCard(SECOND.uid)).card).toEqual(SECOND);
      });
      fact('that is put down right after another one is the one that stays', async (desk) => {
        await desk.bench.placeCard(FIRST);
        await desk.bench.placeCard(SECOND);
        const card = await desk.settledCard(SECOND.uid);
        expect(await card.read(patience())).toEqual(SECOND);
      });
      fact('taken away while it is read rejects the read', async (desk) => {
        await desk.bench.placeCard({ ...FIRST, faults: { delayMs: 400 } });
        const card = await desk.nextCard();
        const reading = rejectionOf(card.read(patience()));
        await desk.bench.removeCard();
        expect(codeOf(await reading)).toBe('card_removed');
        await desk.removal(card);
      });
      for (const moment of ['before', 'after'] as const) {
        fact(`pulled ${moment} any exchange is told as removed, never as read`, async (desk) => {
          let removals = 0;
          for (let exchange = 1; exchange <= 8; exchange++) {
            await desk.bench.placeCard({ ...FIRST, faults: { pulledAt: { exchange, moment } } });
            const card = await desk.encoder.awaitCard(AbortSignal.timeout(UNSEEN_MS)).catch(unlessTimedOut);
            if (card === undefined) continue;
            const error = await card.read(patience()).then(
              () => undefined,
              (reason: unknown) => reason,
            );
            await desk.bench.removeCard();
            await desk.removal(card);
            if (error === undefined) break;
            expect(codeOf(error)).toBe('card_removed');
            removals += 1;
          }
          expect(removals).toBeGreaterThan(0);
        });
      }
    });

    cardWorkFacts(fact, { unplugs: options.unplugs !== false });

    describe('an encoder', () => {
      fact('that is closed ends the wait for a card', async (desk) => {
        const waiting = rejectionOf(desk.encoder.awaitCard(patience()));
        await desk.encoder[Symbol.asyncDispose]();
        expect(codeOf(await waiting)).toBe('device_lost');
      });
      fact('that was closed is opened again, and sees the card that lies there', async (desk) => {
        await desk.bench.placeCard(FIRST);
        await desk.nextCard();
        await desk.encoder[Symbol.asyncDispose]();
        await desk.reopen();
        expect((await desk.nextCard()).card.uid).toBe(FIRST.uid);
        expect(desk.encoder.gone.aborted).toBe(false);
      });
    });

    if (options.unplugs === false) return;

    describe('a device', () => {
      fact('that goes while a card is awaited ends the wait, fires `gone` once and leaves', async (desk) => {
        let fired = 0;
        desk.encoder.gone.addEventListener('abort', () => {
          fired += 1;
        });
        const waiting = rejectionOf(desk.encoder.awaitCard(patience()));
        await desk.unplug();
        expect(codeOf(await waiting)).toBe('device_lost');
        expect(codeOf(await fires(desk.encoder.gone, '`gone`'))).toBe('device_lost');
        await desk.news.until('device_left', (seen) => seen.find((news) => news.news === 'device_left'));
        expect(codeOf(await rejectionOf(desk.encoder.awaitCard(patience())))).toBe('device_lost');
        expect(fired).toBe(1);
      });
      fact('that goes while a card is read ends the read, and the card is removed with it', async (desk) => {
        await desk.bench.placeCard({ ...FIRST, faults: { delayMs: 400 } });
        const card = await desk.nextCard();
        const reading = rejectionOf(card.read(patience()));
        await desk.unplug();
        // A card goes with its device: which of the two is noticed first is the hardware's.
        expect(['card_removed', 'device_lost']).toContain(codeOf(await reading));
        expect(['card_removed', 'device_lost']).toContain(codeOf(await desk.removal(card)));
      });
      fact('that has gone cannot be opened', async (desk) => {
        await desk.unplug();
        await fires(desk.encoder.gone, '`gone`');
        await desk.news.until('device_left', (seen) => seen.find((news) => news.news === 'device_left'));
        const opening = desk.bench.driver.open(desk.device, patience());
        expect(codeOf(await rejectionOf(opening))).toBe('device_lost');
      });
      fact('that comes back has the same id, and works again', async (desk) => {
        await desk.unplug();
        await fires(desk.encoder.gone, '`gone`');
        await desk.replug();
        await desk.news.until('device_arrived a second time', (seen) => arrivalsOf(desk.device.id, seen)[1]);
        await desk.reopen();
        await desk.bench.placeCard(SECOND);
        expect((await desk.settledCard(SECOND.uid)).card).toEqual(SECOND);
      });
    });
  });
}

function unlessTimedOut(reason: unknown): undefined {
  if (!(reason instanceof DOMException && reason.name === 'TimeoutError')) throw reason;
}
