import type { ResourceKind, ResourceName } from '../../model/resource.ts';
import type { OutboxMessage, Refusal } from '../../model/sync.ts';
import type { Site } from '../../site/site.ts';

/** How a thing of a desk that has a backend stands with it. */
export interface Standing {
  /** Whether both have it, and neither is known to have something else. */
  readonly isSynced: boolean;
  /** When it was told to the backend or heard from it last, milliseconds since 1970; null: the backend does not have it. */
  readonly syncedAt: number | null;
  /** What the backend must still learn of it, and what it refused, in the order in which it happened. */
  readonly unsettled: readonly OutboxMessage[];
}

/** By a thing's id; null: the desk is its own backend. */
export type Standings = (id: string) => Standing | null;

/** A message that the backend refused. */
export interface RefusedMessage extends OutboxMessage {
  readonly refusal: Refusal;
}

/** How one thing stands with the backend; null: the desk is its own. */
export function standingOf(site: Site, { kind, id }: ResourceName): Standing | null {
  return standingsOf(site, kind, [id])(id);
}

/** The same for many: the store is asked once for all of them. */
export function standingsOf({ store }: Site, kind: ResourceKind, ids: readonly string[]): Standings {
  if (ids.length === 0 || !store.backend.exists()) return () => null;
  const unsettled = Map.groupBy(store.outbox.unsettledAmong(kind, ids), ({ change }) => change.id);
  const shared = new Map(store.sharedResources.among(kind, ids).map((one) => [one.id, one]));
  const backendIds = [...shared.values()].map(({ backendId }) => backendId);
  const held = new Set(store.heldItems.among(kind, backendIds));
  return (id) => {
    const messages = unsettled.get(id) ?? [];
    const known = shared.get(id);
    return {
      isSynced: messages.length === 0 && known !== undefined && !held.has(known.backendId),
      syncedAt: known?.syncedAt ?? null,
      unsettled: messages,
    };
  };
}

/** What the backend refused of it. */
export function refusedOf(standing: Standing | null): readonly RefusedMessage[] {
  return standing?.unsettled.filter(isRefused) ?? [];
}

/** Whether the backend refused it, and nobody has decided yet. */
export function isRefused(message: OutboxMessage): message is RefusedMessage {
  return message.state === 'refused' && message.refusal !== null;
}

/** When the backend refused it, milliseconds since 1970. */
export function refusedAt({ settledAt, createdAt }: OutboxMessage): number {
  return settledAt ?? createdAt;
}
