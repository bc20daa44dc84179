import { RESOURCE_KINDS } from '../model/resource.ts';
import { referencesOf } from '../model/resource-change.ts';
import type { OutboxMessage } from '../model/sync.ts';
import { record, type Site } from './site.ts';

/** What the backend refused because something was missing above is told again once that is there; `thereIds`: what is, by its ids here. */
export function tellWhatMissed(site: Site, thereIds: readonly string[]): void {
  if (thereIds.length === 0) return;
  const refused = site.store.outbox.refusedAs('reference_missing');
  if (refused.length === 0) return;
  const ids = new Set(thereIds);
  const again = refused.filter((message) => missedBy(message).some((id) => ids.has(id)));
  if (again.length === 0) return;
  // Nobody has decided anything: it counts as it did before.
  for (const { id } of again) site.store.outbox.retry(id, false);
  record(site, {
    type: 'sync.changed',
    resources: again.map(({ change }) => ({ kind: change.kind, id: change.id })),
  });
}

/** How often a message is told again because what it missed was told after it: the backend may have lost that once more. */
const MOST_TIMES = 5;

/** Whether what a refused message missed was made above by a later one meanwhile: they went at the same time. */
export function cameMeanwhile({ store }: Site, message: OutboxMessage): boolean {
  if (message.attempts > MOST_TIMES) return false;
  return missedBy(message).some((id) =>
    RESOURCE_KINDS.some((kind) => store.outbox.wasMadeAfter({ kind, id }, message.sequence)),
  );
}

/** The ids of what may have been missing: what the message names where the backend said so, or anywhere if it did not say. */
function missedBy({ change, refusal }: OutboxMessage): readonly string[] {
  const said = refusal?.fields ?? [];
  const isSaid = ([field]: readonly [string, unknown]) => said.length === 0 || said.includes(field);
  return referencesOf({
    ...change,
    fields: Object.fromEntries(Object.entries(change.fields).filter(isSaid)),
    sets: Object.fromEntries(Object.entries(change.sets).filter(isSaid)),
  });
}
