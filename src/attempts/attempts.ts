import type { Encoders } from '../encoder/encoders.ts';
import type { Logger } from '../log.ts';
import { type Attempt, type Client, isLive, isWaiting, type Order } from '../model/attempt.ts';
import type { AttemptEvent } from '../model/machine.ts';
import { unwritableBecause } from '../site/card-plans.ts';
import { hasLeft } from '../site/client-sessions.ts';
import { finishDeletions } from '../site/credential-deletion.ts';
import { findLastingCredential } from '../site/credentials.ts';
import { findEncoder, recordEncoder } from '../site/encoders.ts';
import { SiteError } from '../site/errors.ts';
import { newId, record, type Site } from '../site/site.ts';
import { findBeneficiary, isKnown } from '../site/users.ts';
import { StorageError } from '../store/errors.ts';
import { commitEvent, findAttempt } from './commit.ts';
import { Rehearsals } from './rehearsals.ts';
import type { RunParts } from './run-parts.ts';
import { Runner } from './runner.ts';

export interface AttemptRequest {
  readonly client: Client;
  readonly encoderId: string;
  readonly order: Order;
  /** How long a person has to act. */
  readonly timeoutMs: number;
}

/** What may be asked of the encoders. */
export class Attempts implements AsyncDisposable {
  /** How the next attempts on virtual encoders are to end. */
  readonly rehearsals = new Rehearsals();
  readonly #site: Site;
  readonly #runner: Runner;
  readonly #log: Logger;

  constructor(encoders: Encoders, parts: RunParts) {
    this.#site = parts.site;
    this.#log = parts.log;
    this.#runner = new Runner(encoders, this.rehearsals, parts);
  }

  /** Takes up every attempt that had not ended when the daemon stopped, and what else was not finished. */
  resume(): void {
    this.endOrphans();
    for (const attempt of this.#site.store.attempts.live()) this.#runner.start(attempt);
  }

  /**
   * Asks an encoder to do something, and answers at once.
   *
   * One attempt per encoder is live. The same request again from the same client is the attempt that is live already
   * (a network retry). Another request from that client ends its own attempt if that still waits for a card. Anybody
   * else is told who holds the encoder: `encoder_busy`. Throws also when the encoder or the beneficiary is unknown.
   */
  request(request: AttemptRequest): Attempt {
    const { created, superseded, attempt } = this.#site.store.transaction(() => this.#admit(request));
    if (superseded !== null) this.#stopLater(superseded);
    if (created) this.#startLater(attempt);
    return attempt;
  }

  /**
   * Ends what nobody can want any more: attempts of a key that was revoked or a session that is over, those for a user who was deleted, and those with
   * a credential that was deleted or taken from its user; and
   * credentials that were to be deleted once their card was done. Work on a card is not cut short. While the disk does
   * not serve, they stay until the next call.
   */
  endOrphans(): void {
    try {
      for (const attempt of this.#site.store.attempts.live()) {
        const event = isWaiting(attempt) ? orphanedBy(this.#site, attempt) : null;
        if (event === null) continue;
        commitEvent(this.#site, attempt.id, event);
        this.#stopLater(attempt.id);
      }
      finishDeletions(this.#site);
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      this.#log.error({ err: error }, 'what nobody can want any more cannot be ended yet');
    }
  }

  /**
   * Ends the waiting of one's own attempt. Throws `action_attempt_not_found`, also for another client's attempt, and
   * `action_attempt_not_waiting` when its card is being worked on. One that has ended already is returned as it is.
   */
  cancel(client: Client, attemptId: string): Attempt {
    const attempt = this.#site.store.transaction(() => {
      const found = findAttempt(this.#site, attemptId);
      if (found.client.id !== client.id) {
        throw new SiteError('action_attempt_not_found', `You have no action attempt ${attemptId}.`, {
          action_attempt_id: attemptId,
        });
      }
      if (isLive(found) && !isWaiting(found)) {
        throw new SiteError(
          'action_attempt_not_waiting',
          'The card is being worked on, which is not cut short. Wait for the attempt to end.',
          { action_attempt_id: attemptId },
        );
      }
      return commitEvent(this.#site, attemptId, { event: 'cancelled' }).attempt;
    });
    this.#stopLater(attemptId);
    return attempt;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#runner[Symbol.asyncDispose]();
  }

  /** Once the turn is over, and with it every transaction around this: one that was undone starts nothing. */
  #startLater(attempt: Attempt): void {
    queueMicrotask(() => {
      if (this.#site.store.attempts.get(attempt.id) !== null) this.#runner.start(attempt);
    });
  }

  #stopLater(attemptId: string): void {
    queueMicrotask(() => {
      const attempt = this.#site.store.attempts.get(attemptId);
      if (attempt !== null && !isLive(attempt)) this.#runner.stop(attemptId);
    });
  }

  #admit({ client, encoderId, order, timeoutMs }: AttemptRequest): Admission {
    const site = this.#site;
    findEncoder(site, encoderId);
    if (order.action === 'SCAN_TO_ASSIGN_CREDENTIAL') findBeneficiary(site, order.beneficiary);
    if (order.action === 'ENCODE_CREDENTIAL') findCard(site, order.credentialId);
    const live = site.store.attempts.liveOn(encoderId);
    if (live !== null) {
      if (live.client.id !== client.id || (!isWaiting(live) && !isSameOrder(live.order, order))) {
        throw new SiteError(
          'encoder_busy',
          `The encoder is in use by ${live.client.name}. Wait until that request ends, or use another encoder.`,
          {
            held_by: live.client.name,
            phase: live.phase,
            expires_at: new Date(live.expiresAt).toISOString(),
          },
        );
      }
      if (isSameOrder(live.order, order)) return { created: false, superseded: null, attempt: live };
      commitEvent(site, live.id, { event: 'superseded' });
    }
    const now = site.clock.now();
    const attempt: Attempt = {
      id: newId(),
      encoderId,
      client: { id: client.id, name: client.name },
      order,
      createdAt: now,
      expiresAt: now + timeoutMs,
      phase: 'queued',
    };
    site.store.attempts.insert(attempt);
    record(site, { type: 'action_attempt.changed', attempt });
    recordEncoder(site, encoderId);
    return { created: true, superseded: live?.id ?? null, attempt };
  }
}

/** Why nobody can want this attempt any more; null: somebody can. */
function orphanedBy(site: Site, { client, order }: Attempt): AttemptEvent | null {
  if (hasLeft(site, client.id)) return { event: 'cancelled' };
  if (order.action === 'SCAN_TO_ASSIGN_CREDENTIAL' && !isKnown(site, order.beneficiary)) {
    return { event: 'work_failed', reason: 'beneficiary_deleted', detail: null };
  }
  if (order.action !== 'ENCODE_CREDENTIAL') return null;
  const reason = unwritableBecause(site.store.credentials.get(order.credentialId));
  return reason === null ? null : { event: 'work_failed', reason, detail: null };
}

/** Throws `acs_credential_not_found`, or `invalid_input` for a credential that does not go on a card, or would open nothing there. */
function findCard(site: Site, credentialId: string): void {
  const { accessMethod, acsUserId } = findLastingCredential(site, credentialId);
  if (accessMethod === 'card' && acsUserId !== null) return;
  throw new SiteError(
    'invalid_input',
    accessMethod === 'card'
      ? 'The credential belongs to nobody: assign it to a user first.'
      : 'Only a credential with access_method "card" can be written on a card.',
    { acs_credential_id: credentialId },
  );
}

interface Admission {
  readonly created: boolean;
  readonly superseded: string | null;
  readonly attempt: Attempt;
}

function isSameOrder(a: Order, b: Order): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
