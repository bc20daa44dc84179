import type { Writing } from '../../../src/model/attempt.ts';
import { RESOURCE_KINDS, type ResourceName, type ResourceState } from '../../../src/model/resource.ts';
import type { MirrorItem, OutboxMessage, Refusal, Verdict } from '../../../src/model/sync.ts';
import { createApiKey } from '../../../src/site/api-keys.ts';
import { applyMirrored, endWalk } from '../../../src/site/mirror.ts';
import { settle } from '../../../src/site/outbox.ts';
import { listResources, readResource } from '../../../src/site/resources.ts';
import { newId, type Site } from '../../../src/site/site.ts';
import { EVERY_ROW } from '../../../src/store/paging.ts';
import { CARD, encode, writeOf } from './card-bed.ts';

export const named = {
  entrance: (id: string): ResourceName => ({ kind: 'acs_entrance', id }),
  group: (id: string): ResourceName => ({ kind: 'acs_access_group', id }),
  identity: (id: string): ResourceName => ({ kind: 'user_identity', id }),
  user: (id: string): ResourceName => ({ kind: 'acs_user', id }),
  credential: (id: string): ResourceName => ({ kind: 'acs_credential', id }),
};

/** A thing of a site as a desk gets it that has this site for its backend. */
export const itemOf = (site: Site, { kind, id }: ResourceName): MirrorItem => ({
  kind,
  id,
  state: readResource(site, { kind, id }),
});

/** Everything that a site has, in the order of kinds. */
export const everythingOf = (site: Site): readonly MirrorItem[] =>
  RESOURCE_KINDS.flatMap((kind) =>
    listResources(site, kind, EVERY_ROW).rows.map(({ id, state }) => ({ kind, id, state })),
  );

/** All that a site has of each kind, by id: two sites that agree have the same. */
export const contentsByName = (site: Site): Readonly<Record<string, ResourceState | null>> =>
  Object.fromEntries(everythingOf(site).map(({ kind, id, state }) => [`${kind} ${id}`, state]));

/** Walks through all that a site has, and ends the walk; the next one is not the first. Returns its number. */
export function walkThrough(
  desk: Site,
  above: Site,
  { isRestored = false }: { readonly isRestored?: boolean } = {},
): number {
  const walk = beginWalk(desk);
  applyMirrored(desk, everythingOf(above), walk);
  for (let batches = 0; endWalk(desk, walk, isRestored); batches++) {
    if (batches > 100) throw new Error('the walk does not end');
  }
  const link = desk.store.backend.read();
  if (link !== null) desk.store.backend.write({ ...link, walkedAt: desk.clock.now() });
  return walk;
}

/** Notes at a desk that a walk was begun, and returns its number. */
export function beginWalk(desk: Site): number {
  const link = desk.store.backend.read();
  if (link === null) throw new Error('the desk has no backend');
  const walk = link.walks + 1;
  desk.store.backend.write({ ...link, walks: walk });
  return walk;
}

export const APPLIED: Verdict = { verdict: 'applied' };
export const NOT_CARRIED: Verdict = { verdict: 'not_carried' };
export const sameAs = (backendId: string): Verdict => ({ verdict: 'same_as', backendId });
export const refusedWith = (more: Partial<Refusal> = {}): Verdict => ({
  verdict: 'refused',
  refusal: { code: 'changed_above', message: 'It was changed above.', fields: [], rivalId: null, ...more },
});

export const waiting = (desk: Site): readonly OutboxMessage[] => desk.store.outbox.waiting(0, 1_000);

/** Settles all that waits, and returns it. */
export function deliverAll(
  desk: Site,
  verdictOn: (message: OutboxMessage) => Verdict = () => APPLIED,
): readonly OutboxMessage[] {
  const messages = waiting(desk);
  settle(
    desk,
    messages.map((message) => ({ message, verdict: verdictOn(message) })),
  );
  return messages;
}

/** What is held, and why. */
export const held = (desk: Site): Readonly<Record<string, string>> =>
  Object.fromEntries(
    desk.store.heldItems.list(1_000).map(({ kind, id, reason }) => [`${kind} ${id}`, reason]),
  );

/** The id by which the backend knows a thing of a desk; null: it is not known to have it. */
export const sharedAs = (desk: Site, name: ResourceName): string | null =>
  desk.store.sharedResources.get(name)?.backendId ?? null;

/** Events of a site after what `work` did, with what they are about. */
export function eventsOf(site: Site, work: () => void): readonly string[] {
  const before = site.store.events.list({}, EVERY_ROW).rows.length;
  work();
  return site.store.events
    .list({}, EVERY_ROW)
    .rows.slice(before)
    .map(({ type, subject }) => `${type} ${Object.values(subject).join(' ')}`);
}

/** An attempt that is writing a credential on a card. */
export function writing(site: Site, credentialId: string): { readonly writeId: string; end(): void } {
  const write = writeOf(site, encode(site, credentialId));
  const attempt = site.store.attempts.get(write.attemptId);
  if (attempt === null) throw new Error('there is no attempt');
  const { id, encoderId, client, createdAt, expiresAt } = attempt;
  const order = {
    action: 'ENCODE_CREDENTIAL',
    credentialId,
    replacesLostCard: false,
    mayOverwrite: false,
  } as const;
  const common = { id, encoderId, client, createdAt, expiresAt, order };
  const work: Writing = {
    card: CARD,
    writeId: write.id,
    purpose: 'order',
    hint: 'keep_card_there',
    progress: null,
  };
  site.store.attempts.update({ ...common, phase: 'writing', ...work });
  return {
    writeId: write.id,
    end: () => {
      const failed = { phase: 'failed', reason: 'encoding_interrupted', detail: null } as const;
      site.store.attempts.update({ ...common, ...failed });
    },
  };
}

/** Pairs a desk with a site, so that the site notes what desks must hear of. Returns the desk's id. */
export function pairDesk(site: Site, name = 'Desk below'): string {
  const { key } = createApiKey(site.store, { name, scopes: [] }, site.clock.now());
  const id = newId();
  site.store.pairedDesks.insert({
    ...{ id, name, apiKeyId: key.id, createdAt: site.clock.now() },
    ...{ lastSeenAt: null, highWaterMark: 0, skewMs: null },
  });
  return id;
}
