import type { PresentedCard } from '../encoder/contract.ts';
import { EncoderError } from '../encoder/errors.ts';
import type { Attempt } from '../model/attempt.ts';
import type { WriteProgress } from '../model/card-record.ts';
import { imageFor } from '../model/card-write.ts';
import type { AttemptEvent } from '../model/machine.ts';
import { SiteKeysError } from '../site-keys/errors.ts';
import { StorageError } from '../store/errors.ts';
import { commitEvent } from './commit.ts';
import type { RunParts } from './run-parts.ts';
import { writesOnlyToMend } from './settle.ts';

/** Progress within a phase is kept no more often than this: a commit is for people, and takes a millisecond. */
const PROGRESS_EVERY_MS = 100;

/** How a write on a card ended, as far as the store does not know it yet. */
export type WriteEnd =
  /** The card was read back and holds the image. */
  | { readonly event: 'image_verified'; readonly wasInterrupted: boolean }
  /** The journal's row can be ended; `meaning` is what it means for the attempt. */
  | { readonly event: 'nothing_written'; readonly meaning: AttemptEvent }
  | Extract<AttemptEvent, { event: 'write_interrupted' | 'work_failed' | 'mending_given_up' }>;

type WritingAttempt = Attempt & { readonly phase: 'writing' | 'verifying' };

type Failed = Extract<AttemptEvent, { event: 'work_failed' }>;

/** The writes of one attempt on its card: the first, and those that end it when the card was lifted. */
export class CardWriting {
  readonly #parts: RunParts;
  readonly #signal: AbortSignal;
  /** Whether the card may have been changed. */
  #isBegun = false;
  /** It waits for a person, who may take long. */
  #awaitsSwipe = false;
  #wasInterrupted = false;

  constructor(parts: RunParts, signal: AbortSignal) {
    this.#parts = parts;
    this.#signal = signal;
  }

  /**
   * Writes what the journal says on the card, if it is the one. Rejects with the signal's reason when that fires before the first byte;
   * later it is ignored, and the write ends as it ends. But one that waits for a swipe is left to itself then: it rejects with the reason, the
   * journal's row stays open, and the encoder stops waiting when it is closed.
   */
  async write(attempt: WritingAttempt, presented: PresentedCard | null): Promise<WriteEnd> {
    const { site, cardSite } = this.#parts;
    const write = site.store.cardWrites.get(attempt.writeId);
    if (write === null || write.outcome !== null) {
      // Meanwhile the card was written at another encoder.
      return { event: 'work_failed', reason: 'written_elsewhere', detail: null };
    }
    try {
      if (presented?.card.uid !== attempt.card.uid) {
        throw new EncoderError('card_removed', 'the card has left before it was written');
      }
      const image = imageFor(write, attempt.purpose);
      await this.#unlessLeft((leave) =>
        presented.write(cardSite(), image, this.#journal(attempt.id, leave), this.#signal),
      );
      return { event: 'image_verified', wasInterrupted: this.#wasInterrupted };
    } catch (error) {
      if (!this.#isBegun) this.#signal.throwIfAborted();
      return this.#endOf(error, attempt);
    }
  }

  /** What `write` comes to, unless it is left: `leave` does so if the time has come, and tells whether it is done. */
  async #unlessLeft(write: (leave: () => boolean) => Promise<void>): Promise<void> {
    const left = Promise.withResolvers<never>();
    let isLeft = false;
    this.#awaitsSwipe = false;
    const leave = () => {
      isLeft ||= this.#awaitsSwipe && this.#signal.aborted;
      if (isLeft) left.reject(this.#signal.reason);
      return isLeft;
    };
    this.#signal.addEventListener('abort', leave, { once: true });
    try {
      await Promise.race([write(leave), left.promise]);
    } finally {
      this.#signal.removeEventListener('abort', leave);
    }
  }

  #endOf(error: unknown, attempt: WritingAttempt): WriteEnd {
    const { site, log } = this.#parts;
    if (error instanceof SiteKeysError) {
      return this.#refused({ event: 'work_failed', reason: 'site_keys_unavailable', detail: error.message });
    }
    if (!(error instanceof EncoderError)) throw error;
    log.warn({ attempt: attempt.id, code: error.code, err: error }, 'the write on the card failed');
    switch (error.code) {
      case 'card_removed': {
        if (this.#isBegun) return this.#interrupted('card');
        const lost: AttemptEvent = { event: 'card_lost', now: site.clock.now() };
        return { event: 'nothing_written', meaning: lost };
      }
      // Nobody knows how far a driver host came that died, or a card that fell silent.
      case 'device_lost':
        return this.#interrupted('encoder');
      case 'device_timeout':
        return this.#interrupted('card');
      case 'card_refused':
      case 'card_unsupported':
        // Its row stays open: the next attempt tries again.
        if (writesOnlyToMend(attempt.order)) return { event: 'mending_given_up' };
        return this.#refused({ event: 'work_failed', reason: error.code, detail: error.message });
      case 'device_protocol':
      case 'driver_unavailable':
        return this.#refused({ event: 'work_failed', reason: error.code, detail: error.message });
    }
  }

  /** A write that changed nothing leaves nothing to repair; any other one stays open in the journal. */
  #refused(failed: Failed): WriteEnd {
    return this.#isBegun ? failed : { event: 'nothing_written', meaning: failed };
  }

  #interrupted(by: 'card' | 'encoder'): WriteEnd {
    this.#wasInterrupted = true;
    return { event: 'write_interrupted', by };
  }

  #journal(attemptId: string, leave: () => boolean) {
    const { site, log } = this.#parts;
    let last: { readonly asks: string; readonly at: number } | null = null;
    return {
      note: (progress: WriteProgress) => {
        this.#isBegun = true;
        this.#awaitsSwipe = progress.awaitsSwipe ?? false;
        // Then the encoder is not armed again, and the store may be closed by now.
        if (leave()) throw this.#signal.reason;
        const now = site.clock.now();
        const asks = `${progress.phase} ${progress.awaitsSwipe ?? false}`;
        if (last?.asks === asks && now - last.at < PROGRESS_EVERY_MS) return;
        last = { asks, at: now };
        try {
          commitEvent(site, attemptId, { event: 'write_progressed', progress });
        } catch (error) {
          // The write goes on: how far it came is news for a person, and the journal has what the card needs.
          if (!(error instanceof StorageError)) throw error;
          log.error({ err: error }, 'the progress of a write cannot be kept');
        }
      },
    };
  }
}
