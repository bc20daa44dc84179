import { describe, expect } from 'vitest';
import { PROMISE_OF_TIME } from '../promise-of-time.ts';
import type { FactOver } from './encoder-cards.ts';
import { codeOf, fires, patience, rejectionOf, soon } from './encoder-desk.ts';
import type { EncoderKind } from './encoder-options.ts';
import type { WireKind } from './wire.ts';
import { type WireBench, WireDesk } from './wire-desk.ts';

/** Where in a write the device dies: parts of the bytes that it takes. */
const DEATHS = [0.1, 0.4, 0.7];

const SILENCE = ['device_timeout', 'device_lost'];

/** What a driver promises when the device does not answer, or goes in the middle. */
export function outageFacts(fact: FactOver<WireBench>, kind: EncoderKind, { silenceMs }: WireKind): void {
  describe('a device that answers nothing', () => {
    if (kind.isSwiped) {
      fact(
        'is told once a swipe is not waited for any more, and works again when it speaks',
        async (desk) => {
          const at = new WireDesk(desk, kind);
          const stop = new AbortController();
          const waiting = rejectionOf(desk.encoder.awaitCard(stop.signal));
          await soon(desk.swipes.armed(true), 'the wait for a swipe');
          at.wire.silence();
          const reason = new Error('nobody waits any more');
          stop.abort(reason);
          const since = performance.now();
          expect(await waiting).toBe(reason);
          expect(SILENCE).toContain(codeOf(await rejectionOf(desk.encoder.awaitCard(patience()))));
          expect(performance.now() - since).toBeLessThan(silenceMs);
          at.wire.speak();
          await desk.bench.placeCard(at.card);
          await at.writeAndProve(await at.recovered());
        },
        PROMISE_OF_TIME,
      );
      return;
    }
    fact(
      'while a card is read ends the read in time, and works again when it speaks',
      async (desk) => {
        const at = new WireDesk(desk, kind);
        const card = await at.begin();
        at.wire.silence();
        const since = performance.now();
        expect(SILENCE).toContain(codeOf(await rejectionOf(card.read(patience()))));
        expect(performance.now() - since).toBeLessThan(silenceMs);
        at.wire.speak();
        await at.look(await at.recovered());
      },
      PROMISE_OF_TIME,
    );
    fact(
      'while a card is awaited ends the wait in time, and works again when it speaks',
      async (desk) => {
        const at = new WireDesk(desk, kind);
        const waiting = rejectionOf(desk.encoder.awaitCard(patience()));
        at.wire.silence();
        const since = performance.now();
        expect(SILENCE).toContain(codeOf(await waiting));
        expect(performance.now() - since).toBeLessThan(silenceMs);
        at.wire.speak();
        await desk.bench.placeCard(at.card);
        await at.writeAndProve(await at.recovered());
      },
      PROMISE_OF_TIME,
    );
    if (kind.written === null) return;
    fact(
      'while a card is written ends the write in time, and another one ends it',
      async (desk) => {
        const at = new WireDesk(desk, kind);
        const card = await at.begin();
        const { frames } = await at.costOf(() => at.write(card));
        at.wire.silence(Math.floor(frames / 2));
        const since = performance.now();
        expect(SILENCE).toContain(codeOf(await rejectionOf(at.write(card))));
        expect(performance.now() - since).toBeLessThan(silenceMs);
        at.wire.speak();
        await at.writeAndProve(await at.recovered());
      },
      PROMISE_OF_TIME,
    );
  });

  if (!kind.unplugs || kind.written === null) return;
  describe('a device that dies in the middle of a write', () => {
    for (const [way, place] of [
      ['toDevice', 'a command'],
      ['toHost', 'an answer'],
    ] as const) {
      fact(`and of ${place} ends it, and after it came back another write ends it well`, async (desk) => {
        const at = new WireDesk(desk, kind);
        let card = await at.begin();
        const first = card;
        const cost = await at.costOf(() => at.write(first));
        for (const part of DEATHS) {
          const bytes = Math.max(1, Math.round(part * cost[way]));
          const died = at.wire.dieAfter(way === 'toDevice' ? { toDevice: bytes } : { toHost: bytes });
          const code = codeOf(await rejectionOf(at.write(card)));
          expect(['device_lost', 'card_removed']).toContain(code);
          expect(['device_lost', 'card_removed']).toContain(codeOf(await desk.removal(card)));
          await soon(died, 'the death of the device');
          await fires(desk.encoder.gone, '`gone`');
          at.wire.clear();
          await desk.replug();
          await at.regain();
          await desk.bench.placeCard(at.card);
          card = await at.recovered();
          await at.writeAndProve(card);
        }
      });
    }
  });
}
