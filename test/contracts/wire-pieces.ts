import { describe, expect } from 'vitest';
import type { FactOver } from './encoder-cards.ts';
import type { EncoderKind } from './encoder-options.ts';
import type { WireKind } from './wire.ts';
import { sample, type WireBench, WireDesk } from './wire-desk.ts';

/** Positions that are tried for a piece of work. */
const CUTS = { look: 24, write: 8 };
/** Where everything is tried, every position is. */
const CI_TIMES = Number.POSITIVE_INFINITY;

/** What a driver promises when what the device sends comes in pieces, or with garbage before it. */
export function pieceFacts(fact: FactOver<WireBench>, kind: EncoderKind, { splits, noise }: WireKind): void {
  const isWritten = kind.written !== null;

  if (splits) {
    describe('bytes that come in pieces', () => {
      for (const length of [1, 2, 5]) {
        fact(`of ${length} are the same card${isWritten ? ', and the same write' : ''}`, async (desk) => {
          const at = new WireDesk(desk, kind);
          at.wire.splitEvery(length);
          const card = await at.begin();
          expect(card.card).toEqual(at.card);
          await at.look(card);
          await at.writeAndProve(card);
        });
      }
      fact('make no difference to a card that is read, wherever they are cut', async (desk) => {
        const at = new WireDesk(desk, kind);
        const card = await at.begin();
        const { toHost } = await at.costOf(() => at.look(card));
        for (const position of sample(toHost - 1, CUTS.look, CI_TIMES)) {
          at.wire.splitAt(position);
          await at.look(card);
        }
      });
      if (!isWritten) return;
      fact('make no difference to a card that is written, wherever they are cut', async (desk) => {
        const at = new WireDesk(desk, kind);
        const card = await at.begin();
        const { toHost } = await at.costOf(() => at.write(card));
        for (const position of sample(toHost - 1, CUTS.write, CI_TIMES)) {
          at.wire.splitAt(position);
          await at.writeAndProve(card);
        }
      });
    });
  }

  if (noise.length > 0) {
    describe('noise', () => {
      for (const garbage of noise) {
        const bytes = Buffer.from(garbage).toString('hex').toUpperCase();
        fact(`(${bytes}) before every frame is skipped`, async (desk) => {
          const at = new WireDesk(desk, kind);
          at.wire.noiseBefore(garbage);
          const card = await at.begin();
          await at.look(card);
          await at.writeAndProve(card);
          at.wire.clear();
          await at.look(await at.recovered());
        });
      }
    });
  }
}
