import { describe, expect } from 'vitest';
import { awaitCardFacts, cardFacts, type Fact, factsOver } from './encoder-cards.ts';
import {
  arrivalsOf,
  codeOf,
  type EncoderBench,
  fires,
  NewsLog,
  patience,
  rejectionOf,
  soon,
} from './encoder-desk.ts';
import { type EncoderContractOptions, type EncoderKind, encoderKind } from './encoder-options.ts';
import { cardWorkFacts } from './encoder-work.ts';

export type { EncoderBench } from './encoder-desk.ts';
export type { EncoderContractOptions } from './encoder-options.ts';

/** Holds a driver to every promise of src/encoder/contract.ts. */
export function encoderContract(
  name: string,
  makeBench: () => Promise<EncoderBench>,
  options: EncoderContractOptions = {},
): void {
  const kind = encoderKind(options);
  const fact = factsOver(makeBench);

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

    awaitCardFacts(fact, kind);
    cardFacts(fact, kind);
    cardWorkFacts(fact, kind);

    describe('an encoder', () => {
      fact('that can be asked something of itself answers, with and without a card', async (desk) => {
        const { encoder } = desk;
        if (encoder.ping === undefined) return;
        const { asked, said, tookMs } = await encoder.ping(patience());
        expect([asked, said]).not.toContain('');
        expect(tookMs).toBeGreaterThanOrEqual(0);
        await desk.bench.placeCard(kind.first);
        const { card } = await desk.nextCard();
        await encoder.ping(patience());
        expect(card.uid).toBe(kind.first.uid);
        const aborted = AbortSignal.abort(new Error('nobody asks any more'));
        await expect(Promise.resolve().then(() => encoder.ping?.(aborted))).rejects.toBe(aborted.reason);
      });
      fact('that is closed ends the wait for a card', async (desk) => {
        const waiting = rejectionOf(desk.encoder.awaitCard(patience()));
        await desk.encoder[Symbol.asyncDispose]();
        expect(codeOf(await waiting)).toBe('device_lost');
      });
      fact('that was closed is opened again, and sees the card that lies there', async (desk) => {
        await desk.bench.placeCard(kind.first);
        await desk.nextCard();
        await desk.encoder[Symbol.asyncDispose]();
        await desk.reopen();
        expect((await desk.nextCard()).card.uid).toBe(kind.first.uid);
        expect(desk.encoder.gone.aborted).toBe(false);
      });
    });

    if (kind.unplugs) deviceFacts(fact, kind);
  });
}

/** What a driver promises of a device that goes and comes back. */
function deviceFacts(fact: Fact, { first, second, exchanges }: EncoderKind): void {
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
    if (exchanges) {
      fact('that goes while a card is read ends the read, and the card is removed with it', async (desk) => {
        await desk.bench.placeCard({ ...first, faults: { delayMs: 400 } });
        const card = await desk.nextCard();
        const reading = rejectionOf(card.read(patience()));
        await desk.unplug();
        // A card goes with its device: which of the two is noticed first is the hardware's.
        expect(['card_removed', 'device_lost']).toContain(codeOf(await reading));
        expect(['card_removed', 'device_lost']).toContain(codeOf(await desk.removal(card)));
      });
    } else {
      fact('that goes takes the card with it', async (desk) => {
        await desk.bench.placeCard(first);
        const card = await desk.nextCard();
        await desk.unplug();
        expect(['card_removed', 'device_lost']).toContain(codeOf(await desk.removal(card)));
        expect(['card_removed', 'device_lost']).toContain(codeOf(await rejectionOf(card.read(patience()))));
      });
    }
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
      await desk.bench.placeCard(second);
      expect((await desk.settledCard(second.uid)).card).toEqual(second);
    });
  });
}
