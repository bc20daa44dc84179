import { getEventListeners } from 'node:events';
import { readdir } from 'node:fs/promises';
import { describe, expect } from 'vitest';
import type { FactOver } from './encoder-cards.ts';
import { fires, rejectionOf } from './encoder-desk.ts';
import type { EncoderKind } from './encoder-options.ts';
import { SITE } from './encoder-site.ts';
import { type WireBench, WireDesk } from './wire-desk.ts';

const TIMES = 3;
/** Until what is closed has gone. */
const SETTLED = { interval: 50 };

/** What a driver promises of what it holds. */
export function leakFacts(fact: FactOver<WireBench>, kind: EncoderKind): void {
  describe('nothing is left behind', () => {
    fact('on a signal, by any call that has ended', async (desk) => {
      const at = new WireDesk(desk, kind);
      await desk.bench.placeCard(at.card);
      const { signal } = new AbortController();
      const card = await desk.encoder.awaitCard(signal);
      for (let time = 0; time < TIMES; time++) {
        expect(await desk.encoder.awaitCard(signal)).toBe(card);
        await card.read(signal);
        await card.inspect(SITE, signal);
      }
      await desk.bench.removeCard();
      await fires(card.removed, '`removed`');
      await rejectionOf(card.read(signal));
      expect(getEventListeners(signal, 'abort')).toEqual([]);
    });
    fact('by encoders that were closed and opened again', async (desk) => {
      const at = new WireDesk(desk, kind);
      const use = async () => {
        await desk.bench.placeCard(at.card);
        await at.look(await at.begin());
        await desk.encoder[Symbol.asyncDispose]();
        await desk.reopen();
      };
      await leavesNothing(use);
    });
    if (!kind.unplugs) return;
    fact('by devices that were unplugged and plugged in again', async (desk) => {
      const at = new WireDesk(desk, kind);
      const use = async () => {
        await desk.unplug();
        await desk.replug();
        await at.regain();
        await desk.bench.placeCard(at.card);
        await at.look(await at.begin());
        await desk.lift(await desk.nextCard());
      };
      await leavesNothing(use);
    });
  });
}

/** Uses the encoder once, and then some times more: the process must hold no more than after the first time. Timers come and go, but none stays each time. */
async function leavesNothing(use: () => Promise<void>): Promise<void> {
  await use();
  const before = await held();
  const timers = timersNow();
  for (let time = 0; time < TIMES; time++) await use();
  // What was on its way at that moment may be gone now; what is kept each time is more than that.
  await expect.poll(async () => excess(await held(), before), SETTLED).toEqual({});
  await expect.poll(timersNow, SETTLED).toBeLessThan(timers + TIMES);
}

/** Open files, and what else keeps the process alive but timers: how many of each kind. */
async function held(): Promise<Record<string, number>> {
  const counts: Record<string, number> = { files: (await readdir('/proc/self/fd')).length };
  for (const kind of process.getActiveResourcesInfo()) {
    if (kind !== 'Timeout' && kind !== 'Immediate') counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

/** Of what there is more now than before. */
function excess(
  now: Readonly<Record<string, number>>,
  before: Readonly<Record<string, number>>,
): Record<string, number> {
  return Object.fromEntries(Object.entries(now).filter(([kind, count]) => count > (before[kind] ?? 0)));
}

function timersNow(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
}
