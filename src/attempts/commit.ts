import { type Attempt, isLive } from '../model/attempt.ts';
import type { Caller } from '../model/caller.ts';
import { type AttemptEvent, advance, type Step } from '../model/machine.ts';
import { recordEncoder } from '../site/encoders.ts';
import { SiteError } from '../site/errors.ts';
import { record, type Site } from '../site/site.ts';
import { noteIfTorn } from '../site/torn-cards.ts';
import { auditEnd } from './audit-attempt.ts';

/** Throws `action_attempt_not_found`. */
export function findAttempt(site: Site, id: string): Attempt {
  const attempt = site.store.attempts.get(id);
  if (attempt === null) {
    throw new SiteError('action_attempt_not_found', `There is no action attempt ${id} here.`, {
      action_attempt_id: id,
    });
  }
  return attempt;
}

/**
 * The attempt that a caller asks for: any, or only its own where it is bound to user identities. Throws
 * `action_attempt_not_found`.
 */
export function attemptFor(site: Site, caller: Caller, id: string): Attempt {
  const attempt = findAttempt(site, id);
  if (caller.userIdentityIds === null || attempt.client.id === caller.id) return attempt;
  throw new SiteError('action_attempt_not_found', `You have no action attempt ${id}.`, {
    action_attempt_id: id,
  });
}

/** Advances the attempt as the store has it now by `event`, and commits what that means. An event too late commits nothing. */
export function commitEvent(site: Site, attemptId: string, event: AttemptEvent): Step {
  return site.store.transaction(() => {
    const before = findAttempt(site, attemptId);
    const advanced = advance(before, event);
    if (advanced.attempt === before) return advanced;
    const step = { ...advanced, attempt: withEnd(advanced.attempt, site.clock.now()) };
    site.store.attempts.update(step.attempt);
    record(site, { type: 'action_attempt.changed', attempt: step.attempt });
    if (!isLive(step.attempt)) {
      recordEncoder(site, before.encoderId);
      const isTorn = 'writeId' in before && noteIfTorn(site, before.writeId);
      auditEnd(site, before, step.attempt, isTorn ? before.writeId : null);
    }
    return step;
  });
}

function withEnd(attempt: Attempt, now: number): Attempt {
  return attempt.phase === 'succeeded' || attempt.phase === 'failed' ? { ...attempt, endedAt: now } : attempt;
}
