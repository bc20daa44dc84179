import type { Logger } from '../log.ts';
import { adoptIdentity } from '../site/adoption.ts';
import type { Site } from '../site/site.ts';
import type { Backend, BackendHello } from './backend.ts';
import { beginWalk, readLink, updateLink } from './backend-link.ts';
import type { Line } from './line.ts';
import { onDisk } from './on-disk.ts';
import { nextSkew } from './skew.ts';

/** How often the backend is asked who it is, and what its clock says, milliseconds. */
const EVERY_MS = 300_000;

/** From how far on a clock that differs is worth a warning, milliseconds. */
export const MOST_SKEW_MS = 60_000;

export interface MeetingParts {
  readonly site: Site;
  readonly log: Logger;
  readonly line: Line;
  readonly backend: Backend;
}

/** Who the backend is, as it says itself: the one that this desk has, another one, or none that this desk can have. */
export class Meeting {
  readonly #parts: MeetingParts;
  #metAt: number | null = null;
  #skewMs: number | null = null;

  constructor(parts: MeetingParts) {
    this.#parts = parts;
  }

  /** How far this computer's clock is ahead of the backend's, milliseconds; null: not known. */
  get skewMs(): number | null {
    return this.#skewMs;
  }

  /** Whether it is time to ask again. */
  get isDue(): boolean {
    const now = this.#parts.site.clock.now();
    return this.#metAt === null || now >= this.#metAt + EVERY_MS || now < this.#metAt;
  }

  /** It is to be asked again before anything else. */
  forget(): void {
    this.#metAt = null;
  }

  /**
   * Asks the backend who it is, and makes the link fit. Resolves with null when it is not the backend for this desk, which the line knows
   * then. Rejects with BackendError, or `signal.reason`.
   */
  async meet(signal: AbortSignal): Promise<BackendHello | null> {
    const { site, line, backend, log } = this.#parts;
    const askedAt = site.clock.now();
    const delivered = await onDisk({ clock: site.clock, log }, signal, () =>
      site.store.outbox.lastDelivered(),
    );
    const hello = await line.call(() => backend.hello(signal));
    this.#metAt = site.clock.now();
    this.#noteTime(hello.time, askedAt);
    const refusal = await onDisk({ clock: site.clock, log }, signal, () => {
      const reason = this.#takeAsBackend(hello);
      if (reason === null) this.#compare(hello, delivered);
      return reason;
    });
    if (refusal !== null) {
      line.refuse(refusal);
      return null;
    }
    if (!line.isIntroduced) log.info({ identity: hello.identity }, 'the backend is reached');
    return hello;
  }

  /** Takes another backend for this desk's, if it is another. Returns why it must not be; null: it is. */
  #takeAsBackend(hello: BackendHello): string | null {
    const { site, log } = this.#parts;
    const { identity } = readLink(site);
    if (identity === hello.identity) return null;
    return site.store.transaction(() => {
      const refusal = adoptIdentity(site, hello);
      if (refusal !== null) return refusal;
      log.info({ identity: hello.identity, before: identity }, 'this desk has another backend from now on');
      site.store.sharedResources.clear();
      site.store.heldItems.clear();
      updateLink(site, { identity: hello.identity, cursor: null, walk: null, walkedAt: null });
      return null;
    });
  }

  /**
   * Finds out that one of both was restored from a backup. `delivered`: the greatest sequence that this desk knew as delivered before it
   * asked. What was told to the backend under another pairing says nothing of what it has heard under this one.
   */
  #compare({ heard, cursor }: BackendHello, delivered: number): void {
    if (heard === null) return;
    const { site } = this.#parts;
    const { pairingId, highWaterMark } = heard;
    const last = site.store.outbox.lastSequence();
    const { pairing } = readLink(site);
    if (pairing?.id !== pairingId) updateLink(site, { pairing: { id: pairingId, after: last } });
    const after = pairing?.id === pairingId ? pairing.after : last;
    if (highWaterMark > last) this.#catchUp(highWaterMark, last, cursor);
    else if (delivered > after && highWaterMark < delivered)
      this.#tellAgain(highWaterMark, delivered, cursor);
  }

  /** A backend that has seen later messages than this desk ever sent has seen this desk's future: the desk was restored from a backup. */
  #catchUp(highWaterMark: number, last: number, cursor: string | null): void {
    const { site, log } = this.#parts;
    log.warn(
      { last_sequence: last, high_water_mark: highWaterMark },
      'the backend knows more of this desk than the desk does: it was restored from a backup, and catches up',
    );
    site.store.transaction(() => {
      site.store.outbox.countFrom(highWaterMark);
      beginWalk(site, cursor);
    });
  }

  /** A backend that has not heard what it took was restored from a backup: it is walked through, and told again all that it had taken. */
  #tellAgain(highWaterMark: number, delivered: number, cursor: string | null): void {
    const { site, log } = this.#parts;
    const messages = site.store.transaction(() => {
      beginWalk(site, cursor, true);
      return site.store.outbox.redeliver(readLink(site).pairing?.after);
    });
    log.warn(
      { messages, delivered, high_water_mark: highWaterMark },
      'the backend has forgotten messages of this desk: it was restored from a backup, and is told again',
    );
  }

  #noteTime(theirs: number | null, askedAt: number): void {
    if (theirs === null) return;
    const { site, log } = this.#parts;
    const before = Math.abs(this.#skewMs ?? 0);
    this.#skewMs = nextSkew(this.#skewMs, { askedAt, answeredAt: site.clock.now(), theirs });
    if (Math.abs(this.#skewMs) > MOST_SKEW_MS && before <= MOST_SKEW_MS) {
      log.warn(
        { skew_ms: this.#skewMs },
        'the clock of this computer differs from the one of the backend: set it',
      );
    }
  }
}
