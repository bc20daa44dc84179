import { withOtherIds } from '../model/resource-change.ts';
import type { OutboxMessage, Verdict } from '../model/sync.ts';
import { SiteError } from './errors.ts';
import { idAbove } from './mirror-ids.ts';
import { removeHere } from './mirror-removal.ts';
import { unite } from './mirror-unite.ts';
import { cameMeanwhile, tellWhatMissed } from './missing-references.ts';
import { takeBackendsId } from './one-id.ts';
import { readResource } from './resources.ts';
import { record, type Site } from './site.ts';

/** The same message with the ids by which the backend knows things; ask right before it is sent, as earlier messages change what is known. */
export function asBackendKnows(site: Site, message: OutboxMessage): OutboxMessage {
  return { ...message, change: withOtherIds(message.change, (name) => idAbove(site, name)) };
}

/** Notes what the backend said to messages, one transaction. */
export function settle(
  site: Site,
  answers: readonly { readonly message: OutboxMessage; readonly verdict: Verdict }[],
): void {
  site.store.transaction(() => {
    for (const { message, verdict } of answers) {
      // A person may have decided while it was under way.
      const now = site.store.outbox.get(message.id);
      if (now !== null && now.state !== 'delivered') settleOne(site, now, verdict);
    }
    // Under its old id and its new one, where it took the backend's.
    const told = answers.flatMap(({ message, verdict }) => {
      const now = verdict.verdict === 'same_as' ? site.store.outbox.get(message.id) : null;
      return now === null || now.change.id === message.change.id
        ? [message.change]
        : [message.change, now.change];
    });
    noteStanding(site, told);
    const made = answers.filter(
      ({ message, verdict }) =>
        message.change.action === 'created' &&
        verdict.verdict !== 'refused' &&
        verdict.verdict !== 'not_judged',
    );
    const madeIds = new Set(made.map(({ message }) => site.store.outbox.get(message.id)?.change.id ?? ''));
    tellWhatMissed(site, [...madeIds]);
  });
}

function settleOne(site: Site, message: OutboxMessage, verdict: Verdict): void {
  const { store, clock } = site;
  // It waits on, behind the one that it depends on.
  if (verdict.verdict === 'not_judged') return;
  if (verdict.verdict === 'refused') {
    const { refusal } = verdict;
    const isToldAgain = refusal.code === 'reference_missing' && cameMeanwhile(site, { ...message, refusal });
    if (message.state !== 'dropped' && !isToldAgain) store.outbox.refuse(message.id, refusal, clock.now());
    return;
  }
  store.outbox.settle([message.id], 'delivered', clock.now());
  if (verdict.verdict === 'not_carried') return;
  if (verdict.verdict === 'same_as') noteAbove(site, message, verdict.backendId, true);
  else if (verdict.verdict === 'known_as') noteAbove(site, message, verdict.backendId, false);
  else if (message.change.action === 'deleted') store.sharedResources.forget(message.change);
  else noteAbove(site, message, idAbove(site, message.change), false);
}

/** Notes that the thing of a message that was taken is there above, under this id; `wasThere`: it was before, and is one with this desk's. */
function noteAbove(site: Site, { change, state }: OutboxMessage, backendId: string, wasThere: boolean): void {
  const { sharedResources, outbox } = site.store;
  const { kind, id } = change;
  const isForgotten =
    state === 'dropped' && !outbox.isUnsettled(change) && readResource(site, change) === null;
  if (isForgotten) {
    readAgain(site, change, backendId, TAKEN_AFTER_ALL);
    return;
  }
  const known = sharedResources.ofBackend(kind, backendId);
  if (known !== null && known.id !== id) unite(site, kind, id, known.id);
  // Also where it was noted before: the note says when the backend took it last.
  const idHere = wasThere && kind === 'acs_credential' ? takeBackendsId(site, id, backendId) : id;
  sharedResources.note(
    { kind, id: idHere },
    backendId,
    site.store.backend.read()?.walks ?? 0,
    site.clock.now(),
  );
  if (wasThere) readAgain(site, change, backendId, WAS_THERE);
}

/** Lets a refused message be told again; it counts then, whatever the backend has by now. Throws `message_not_found`. */
export function retryMessage(site: Site, id: string): void {
  site.store.transaction(() => {
    const { change } = findRefused(site, id);
    site.store.outbox.retry(id, true);
    noteStanding(site, [change]);
  });
}

/**
 * Forgets a refused message. What is here stays until it changes above, or everything is walked through again; what was to be made stays a thing
 * of this desk only. What waits behind it goes on. Throws `message_not_found`.
 */
export function dropMessage(site: Site, id: string): void {
  site.store.transaction(() => {
    const { change } = findRefused(site, id);
    const { outbox, heldItems, sharedResources } = site.store;
    outbox.settle([id], 'dropped', site.clock.now());
    if (!outbox.isUnsettled(change)) {
      const user = change.kind === 'acs_user' ? site.store.users.get(change.id) : null;
      const identityId = user?.userIdentityId ?? null;
      const identity = identityId === null ? [] : [{ kind: 'user_identity', id: identityId } as const];
      for (const name of [change, ...identity]) {
        if (!outbox.isUnsettled(name)) heldItems.release({ kind: name.kind, id: idAbove(site, name) });
      }
    }
    if (change.action === 'created') sharedResources.forget(change);
    noteStanding(site, [change]);
  });
}

/** Forgets a refused message with all that waits behind it, and takes what the backend has: a thing that it does not have goes. Throws `message_not_found`. */
export function takeBackendsVersion(site: Site, id: string): void {
  site.store.transaction(() => {
    const { change, refusal } = findRefused(site, id);
    const dropped = site.store.outbox.unsettledOf(change).map((message) => message.id);
    site.store.outbox.settle(dropped, 'dropped', site.clock.now());
    const shared = site.store.sharedResources.get(change);
    if (shared === null) removeHere(site, change);
    else readAgain(site, change, shared.backendId, DECIDED);
    const rivalId = refusal?.rivalId ?? null;
    if (rivalId !== null && rivalId !== shared?.backendId) readAgain(site, change, rivalId, DECIDED);
    noteStanding(site, [change]);
  });
}

/** Lets apps know that these stand otherwise with the backend by now, and rings. */
function noteStanding(site: Site, changes: readonly OutboxMessage['change'][]): void {
  const resources = changes.map(({ kind, id }) => ({ kind, id }));
  if (resources.length > 0) record(site, { type: 'sync.changed', resources });
}

const DECIDED = 'A person took what the backend has: it is read again.';

const WAS_THERE = 'The backend had it already: what it has is read again.';

const TAKEN_AFTER_ALL = 'The backend took it after it was dropped here: it is read again.';

function readAgain(site: Site, { kind }: OutboxMessage['change'], backendId: string, reason: string): void {
  site.store.heldItems.readAgain({ kind, id: backendId }, reason, site.clock.now());
}

function findRefused(site: Site, id: string): OutboxMessage {
  const message = site.store.outbox.get(id);
  if (message?.state === 'refused') return message;
  throw new SiteError(
    'message_not_found',
    `There is no refused change ${id}: it was decided already, or never refused. See the list of refused changes.`,
    { message_id: id },
  );
}
