import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import { BackendError, NoSuchOperation } from './backend-error.ts';
import { Backoff } from './backoff.ts';
import type { KeySource } from './key-source.ts';
import type { SyncProblem, SyncState } from './sync-status.ts';

/** How often it is asked whether the key counts again, as long as nobody changed it. */
export const STOPPED_RETRY_MS = 300_000;

export interface LineParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly key: KeySource;
  readonly chance?: () => number;
  /** Called when calls may go that could not before, or may not any more. */
  readonly changed: () => void;
  /** Called when whoever answers knows nothing of what it was asked for. */
  readonly misunderstood?: () => void;
}

/**
 * The line to the backend: whether it can be asked anything now, and since when not. Every call goes through it. After a failure nobody calls for a
 * while; after five in a row only one calls at a time; while the key does not count, one call in five minutes asks again.
 */
export class Line {
  readonly #parts: LineParts;
  readonly #backoff: Backoff;
  #callsUnderWay = 0;
  #lastReachedAt: number | null = null;
  /** Since when it fails; null: the last call was answered, or there was none. */
  #problem: SyncProblem | null = null;
  /** Until when nobody calls because the key does not count, or the system is another one; null: that is not so. */
  #stoppedUntil: number | null = null;
  #isIntroduced = false;

  constructor(parts: LineParts) {
    this.#parts = parts;
    this.#backoff = new Backoff(parts.chance);
  }

  /** Whether it is known who is at the other end: nobody may tell it anything before. A failure makes it unknown. */
  get isIntroduced(): boolean {
    return this.#isIntroduced;
  }

  get lastReachedAt(): number | null {
    return this.#lastReachedAt;
  }

  get problem(): SyncProblem | null {
    return this.#problem;
  }

  get isStopped(): boolean {
    return this.#stoppedUntil !== null;
  }

  get state(): Exclude<SyncState, 'off'> {
    if (this.isStopped) return 'stopped';
    if (this.#problem !== null) return 'offline';
    return this.#lastReachedAt === null ? 'connecting' : 'working';
  }

  /** Whether a call may begin now. */
  mayCall(): boolean {
    const now = this.#parts.clock.now();
    const isAlone = this.#callsUnderWay === 0;
    if (this.#stoppedUntil !== null) return isAlone && now >= this.#stoppedUntil;
    return this.#backoff.mayTry(now) && (isAlone || !this.#backoff.isBroken);
  }

  /** From when on a call may begin, milliseconds since 1970; null: not before another one has ended. */
  get nextCallAt(): number | null {
    if (this.#callsUnderWay > 0 && (this.isStopped || this.#backoff.isBroken)) return null;
    return this.#stoppedUntil ?? this.#backoff.retryAt;
  }

  /** Whoever answers is the backend that this desk belongs to: others may tell it things. */
  introduce(): void {
    this.#isIntroduced = true;
    if (this.#problem?.trouble === 'other_system') {
      this.#stoppedUntil = null;
      this.#problem = null;
    }
    this.#parts.changed();
  }

  /** Whoever answers is not the backend for this desk. */
  refuse(message: string): void {
    this.#isIntroduced = false;
    this.#stop('other_system', message);
    this.#parts.changed();
  }

  /** Lets it be tried at once, whatever it waits for. */
  wake(): void {
    this.#backoff.wake();
    if (this.#stoppedUntil !== null) this.#stoppedUntil = 0;
    this.#parts.changed();
  }

  /** Lets a stopped line be tried again when the file of the key was changed. */
  lookAtKey(): void {
    if (!this.isStopped || !this.#parts.key.hasChanged()) return;
    this.#parts.log.info('the key for the backend was changed: trying it');
    this.wake();
  }

  /**
   * Calls the backend, and notes what came of it. `takesFailing`: a failure of the backend's own is about what it was given, as far as
   * anybody knows, and not about the line. Rejects as `work` does.
   */
  async call<T>(work: () => Promise<T>, { takesFailing = false } = {}): Promise<T> {
    const { round } = this.#backoff;
    this.#callsUnderWay += 1;
    try {
      this.#parts.key.current();
      const answer = await work();
      this.#answered(round);
      return answer;
    } catch (error) {
      if (error instanceof BackendError) this.#failed(error, round, takesFailing);
      if (error instanceof NoSuchOperation) this.#parts.misunderstood?.();
      throw error;
    } finally {
      this.#callsUnderWay -= 1;
      if (this.#backoff.isBroken || this.#problem !== null) this.#parts.changed();
    }
  }

  #answered(round: number): void {
    const { clock, log, changed } = this.#parts;
    this.#lastReachedAt = clock.now();
    // One that began before the failure says nothing about what is so after it.
    if (this.#problem?.trouble === 'other_system' || round !== this.#backoff.round) return;
    this.#backoff.succeeded();
    if (this.#problem === null) return;
    const { since, trouble } = this.#problem;
    log.info({ trouble, seconds: Math.round((clock.now() - since) / 1000) }, 'the backend answers again');
    this.#problem = null;
    this.#stoppedUntil = null;
    changed();
  }

  #failed(error: BackendError, round: number, takesFailing: boolean): void {
    const { clock, log, changed } = this.#parts;
    const { trouble, message, retryAfterMs } = error;
    const now = clock.now();
    if (trouble === 'failing' && takesFailing) {
      this.#lastReachedAt = now;
      return;
    }
    if (trouble !== 'unreachable') this.#lastReachedAt = now;
    if (trouble !== 'busy') this.#isIntroduced = false;
    this.#backoff.failed(round, now, retryAfterMs ?? 0);
    if (trouble === 'unauthorized') this.#stop(trouble, message);
    else {
      const isNew = this.#problem === null || this.isStopped;
      if (isNew) log.warn({ trouble, reason: message }, 'the backend cannot be used: the desk works offline');
      this.#stoppedUntil = null;
      this.#problem = {
        trouble,
        message,
        since: this.#problem?.since ?? now,
        retryAt: this.#backoff.retryAt,
      };
    }
    changed();
  }

  #stop(trouble: 'unauthorized' | 'other_system', message: string): void {
    const now = this.#parts.clock.now();
    if (this.#problem?.trouble !== trouble) {
      this.#parts.log.error(
        { trouble, reason: message },
        'nothing is told to the backend any more: somebody must act',
      );
    }
    this.#stoppedUntil = now + STOPPED_RETRY_MS;
    const since = this.#problem?.trouble === trouble ? this.#problem.since : now;
    this.#problem = { trouble, message, since, retryAt: this.#stoppedUntil };
  }
}
