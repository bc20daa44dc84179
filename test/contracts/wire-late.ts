import { describe, expect } from 'vitest';
import type { FactOver } from './encoder-cards.ts';
import { patience } from './encoder-desk.ts';
import type { EncoderKind } from './encoder-options.ts';
import type { WireKind } from './wire.ts';
import { type WireBench, WireDesk } from './wire-desk.ts';
import { tryEach } from './wire-trials.ts';

/** Answers that come late, and commands that are lost, of a piece of work. */
const LATE = { look: 3, write: 3 };
const LOST = { look: 3, write: 4 };

/** What a driver promises when an answer comes after it has given it up, or a command is lost. A swipe may come at any time: nothing of it is late. */
export function lateFacts(fact: FactOver<WireBench>, kind: EncoderKind, { late }: WireKind): void {
  if (!late || kind.isSwiped) return;
  const isWritten = kind.written !== null;

  describe('an answer that comes late', () => {
    fact('is never taken for the answer to what was asked next', async (desk) => {
      const at = new WireDesk(desk, kind);
      await tryEach(at, {
        of: 'frames',
        count: LATE.look,
        work: (card) => at.look(card),
        spoil: (frame) => at.wire.delayNext(frame - 1),
      });
    });
    if (isWritten) {
      fact('is never taken for the success of a write', async (desk) => {
        const at = new WireDesk(desk, kind);
        await tryEach(at, {
          of: 'frames',
          count: LATE.write,
          work: (card) => at.writeAndProve(card),
          spoil: (frame) => at.wire.delayNext(frame - 1),
        });
      });
    }
    fact('is not taken for a card that was put there meanwhile', async (desk) => {
      const at = new WireDesk(desk, kind);
      await desk.bench.placeCard(kind.first);
      const card = await desk.nextCard();
      at.wire.delayNext();
      const reading = at.outcomeOf(card.read(patience()));
      await desk.bench.placeCard(kind.second);
      await reading;
      at.wire.clear();
      await at.recovered(kind.second);
      expect(card.removed.aborted).toBe(true);
    });
  });

  describe('a command that is lost on its way', () => {
    fact('is never taken for done: what is on a card is told as it is', async (desk) => {
      const at = new WireDesk(desk, kind);
      await tryEach(at, {
        of: 'commands',
        count: LOST.look,
        work: (card) => at.look(card),
        spoil: (command) => at.wire.loseCommand(command - 1),
      });
    });
    if (!isWritten) return;
    fact('is never taken for the success of a write', async (desk) => {
      const at = new WireDesk(desk, kind);
      await tryEach(at, {
        of: 'commands',
        count: LOST.write,
        work: (card) => at.writeAndProve(card),
        spoil: (command) => at.wire.loseCommand(command - 1),
      });
    });
  });
}
