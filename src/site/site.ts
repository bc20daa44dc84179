import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Doorbell } from '../doorbell.ts';
import type { CardNumberFormat } from '../model/card.ts';
import type { Change } from '../model/change.ts';
import { newDelivery } from '../model/delivery.ts';
import type { EventSubject, SiteEventType } from '../model/event.ts';
import type { ResourceName } from '../model/resource.ts';
import { isEmpty, type ResourceChange } from '../model/resource-change.ts';
import type { SystemType } from '../model/system-type.ts';
import { wantsEvent } from '../model/webhook.ts';
import type { SiteIdentity, Store } from '../store/store.ts';

/** What every operation of the site works with. */
export interface Site {
  /** Who this site is; a desk takes the identity of the site that its backend has. */
  readonly identity: SiteIdentity;
  /** Takes another identity, from now on and for good. */
  readonly adopt: (identity: SiteIdentity) => void;
  readonly settings: SiteSettings;
  readonly store: Store;
  readonly clock: Clock;
  readonly doorbell: Doorbell;
  /** Hears of every change as it is recorded, in its transaction: what is undone was told all the same. Never throws. */
  readonly noted?: (change: Change) => void;
}

export interface SiteSettings {
  readonly name: string;
  /** IANA name, as `Europe/Berlin`. */
  readonly timeZone: string;
  /** Whose locks the site has, when somebody said so: rules for codes depend on it. */
  readonly externalType: SystemType | null;
  readonly enrolUnknownCards: boolean;
  readonly cardNumberFormat: CardNumberFormat;
  /** How many change lines are kept for those who come back with `after`. */
  readonly keptChanges: number;
}

/** Opens the site of this store, and makes its identity the first time. */
export function openSite(parts: Omit<Site, 'identity' | 'adopt'>): Site {
  const { store, clock } = parts;
  return store.transaction(() => {
    const known = store.site.read();
    if (known !== null) return withIdentity(parts, known);
    const acsSystemId = randomUUID();
    const identity: SiteIdentity = {
      deskId: acsSystemId,
      workspaceId: randomUUID(),
      acsSystemId,
      connectedAccountId: randomUUID(),
      createdAt: clock.now(),
    };
    store.site.write(identity);
    const site = withIdentity(parts, identity);
    announce(site, 'acs_system.added', {});
    return site;
  });
}

function withIdentity(parts: Omit<Site, 'identity' | 'adopt'>, known: SiteIdentity): Site {
  let identity = known;
  return {
    ...parts,
    get identity() {
      return identity;
    },
    adopt: (other) => {
      parts.store.site.write(other);
      identity = other;
    },
  };
}

/** A new id, as Seam's are: a UUID (RFC 9562, version 4). */
export const newId: () => string = randomUUID;

/** Appends a change line, and rings once the turn is over: by then the transaction around it is committed. */
export function record(site: Site, change: Change): void {
  const sequence = site.store.changes.append(change, site.clock.now());
  site.noted?.(change);
  // Pruning costs a delete; once in a hundred lines is often enough.
  if (sequence % 100 === 0) site.store.changes.keep(site.settings.keptChanges);
  site.doorbell.ring();
}

/** Events may be dated ahead by so much, to keep them apart; a last event that lies farther ahead is from before the clock was set back. */
const MOST_AHEAD_MS = 60_000;

/** Keeps an event, records that it happened, and owes it to every webhook that wants it. Call it in the transaction of what it tells. */
export function announce(site: Site, type: SiteEventType, subject: EventSubject): void {
  const now = site.clock.now();
  const event = { id: newId(), type, occurredAt: nextEventAt(site.store, now), subject };
  site.store.events.insert(event);
  for (const webhook of site.store.webhooks.list().filter((one) => wantsEvent(one, type))) {
    site.store.deliveries.insert(newDelivery({ id: newId(), webhookId: webhook.id, eventId: event.id }, now));
  }
  record(site, { type: 'event', event });
}

/**
 * The time of the next event: now, or a millisecond after the last one. Each has a time of its own, so that whoever asks for what
 * happened since an event (Seam: `since`, exclusive) misses none.
 */
function nextEventAt(store: Store, now: number): number {
  const last = store.events.lastOccurredAt();
  return last === null || last > now + MOST_AHEAD_MS ? now : Math.max(now, last + 1);
}

/** Commits what the backend must learn, and what desks must that have this site for theirs, in the transaction of what happened. */
export function tell(site: Site, change: ResourceChange): void {
  if (isEmpty(change)) return;
  if (site.store.backend.exists()) {
    site.store.outbox.append({ id: newId(), change, createdAt: site.clock.now() });
    // Also for a change that nobody records: whoever tells the backend hears of it at once.
    site.doorbell.ring();
  }
  noteForDesks(site, change, change.action === 'deleted');
}

/** Notes that desks which have this site for their backend must hear of a thing. */
export function noteForDesks(site: Site, { kind, id }: ResourceName, isGone: boolean): void {
  if (site.store.pairedDesks.any()) site.store.feed.touch({ kind, id }, isGone, site.clock.now());
}
