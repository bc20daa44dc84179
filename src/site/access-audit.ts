import type { Caller } from '../model/caller.ts';
import { StorageError } from '../store/errors.ts';
import { type AuditParts, actorOf, audit, DAEMON } from './audit-log.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/**
 * Notes in the audit log who uses the desk: the first use of each key and session in an hour, and how many tokens were refused, at most once a
 * minute. Who asks must not wait, nor be refused, because the disk does not serve: then it is noted with a later request.
 */
export class AccessAudit implements Disposable {
  readonly #parts: AuditParts;
  /** Who was here in this hour. */
  readonly #seen = new Set<string>();
  /** Counted from 1970. */
  #hour = 0;
  #refused = 0;
  #refusalsNotedAt = Number.NEGATIVE_INFINITY;

  constructor(parts: AuditParts) {
    this.#parts = parts;
  }

  /** A request came with a good token. */
  used({ id }: Pick<Caller, 'id'>): void {
    const now = this.#parts.clock.now();
    const hour = Math.floor(now / HOUR_MS);
    if (hour !== this.#hour) {
      this.#hour = hour;
      // Whoever was here in another hour counts as new; the map holds no more than those of one hour.
      this.#seen.clear();
    }
    if (this.#refused > 0) this.#noteRefusals(now);
    if (this.#seen.has(id)) return;
    this.#orLater(() => {
      const actor = actorOf(this.#parts.store, id);
      audit(this.#parts, actor, actor.kind === 'api_key' ? 'api_key_used' : 'client_session_used', {});
      this.#seen.add(id);
    });
  }

  /** A request came with a token that is not known here, or not good any more. */
  refused(): void {
    this.#refused += 1;
    this.#noteRefusals(this.#parts.clock.now());
  }

  /** Notes the refusals that were not noted yet. */
  [Symbol.dispose](): void {
    this.#refusalsNotedAt = Number.NEGATIVE_INFINITY;
    if (this.#refused > 0) this.#noteRefusals(this.#parts.clock.now());
  }

  #noteRefusals(now: number): void {
    // Also when the clock was set back.
    if (Math.abs(now - this.#refusalsNotedAt) < MINUTE_MS) return;
    this.#orLater(() => {
      audit(this.#parts, DAEMON, 'tokens_refused', { count: this.#refused });
      this.#refused = 0;
      this.#refusalsNotedAt = now;
    });
  }

  #orLater(note: () => void): void {
    try {
      note();
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
    }
  }
}
