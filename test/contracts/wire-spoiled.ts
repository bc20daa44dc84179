import { describe } from 'vitest';
import type { FactOver } from './encoder-cards.ts';
import type { EncoderKind } from './encoder-options.ts';
import type { WireKind } from './wire.ts';
import { sample, type WireBench, WireDesk } from './wire-desk.ts';
import { CI_TIMES, tryEach } from './wire-trials.ts';

/** Frames of a piece of work that are spoiled. */
const SPOILED = { card: 5, look: 4, write: 4 };
/** A swipe that is lost is waited for, for 15 s. */
const SPOILED_SWIPES = 1;
/** From one trial to the next the spoiled byte moves so far: all of the commonest frames are hit before long. */
const STRIDE = 5;

/** What a driver promises when what the device sends arrives changed. */
export function spoiledFacts(fact: FactOver<WireBench>, kind: EncoderKind, { masks }: WireKind): void {
  if (masks.length === 0) return;
  describe('a spoiled answer', () => {
    for (const mask of masks) {
      const change = `bit ${Math.log2(mask)} of a byte changed`;
      if (!kind.isSwiped) {
        fact(`(${change}) never becomes a card`, async (desk) => {
          const at = new WireDesk(desk, kind);
          await desk.bench.placeCard(kind.first);
          const { frames } = await at.costOf(async () => void (await desk.nextCard()));
          for (const [trial, frame] of sample(2 * frames, SPOILED.card, CI_TIMES).entries()) {
            const card = trial % 2 === 0 ? kind.second : kind.first;
            at.wire.corrupt({ after: frame - 1, at: 2 + STRIDE * trial, mask });
            await desk.bench.placeCard(card);
            await at.recovered(card);
            at.wire.clear();
          }
        });
      }
      fact(`(${change}) never becomes what is on a card`, async (desk) => {
        const at = new WireDesk(desk, kind);
        await tryEach(at, {
          of: 'frames',
          count: kind.isSwiped ? SPOILED_SWIPES : SPOILED.look,
          work: (card) => at.look(card),
          spoil: (frame, trial) => at.wire.corrupt({ after: frame - 1, at: 4 + STRIDE * trial, mask }),
        });
      });
      if (kind.written === null || kind.isSwiped) continue;
      fact(`(${change}) never becomes the success of a write`, async (desk) => {
        const at = new WireDesk(desk, kind);
        await tryEach(at, {
          of: 'frames',
          count: SPOILED.write,
          work: (card) => at.writeAndProve(card),
          spoil: (frame, trial) => at.wire.corrupt({ after: frame - 1, at: 3 + STRIDE * trial, mask }),
        });
      });
    }
    fact('after answer is survived, and the encoder works again', async (desk) => {
      const at = new WireDesk(desk, kind);
      const card = await at.begin();
      at.wire.corrupt({ frames: 4, at: 1, mask: masks[0] ?? 0x01 });
      await at.outcomeOf(at.look(card));
      at.wire.clear();
      const again = await at.recovered();
      await at.writeAndProve(again);
      await at.look(again);
    });
  });
}
