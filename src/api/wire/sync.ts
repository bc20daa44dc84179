import { z } from 'zod';
import { ACCESS_METHODS, credentialDisplayName } from '../../model/credential.ts';
import { RESOURCE_KINDS } from '../../model/resource.ts';
import type { ResourceChange } from '../../model/resource-change.ts';
import { REFUSAL_CODES } from '../../model/sync.ts';
import { identityDisplayName } from '../../model/user.ts';
import type { Site } from '../../site/site.ts';
import type { SyncStatus } from '../../sync/sync-status.ts';
import { isoTime, toIsoTime } from './fields.ts';
import { type RefusedMessage, refusedAt } from './sync-standing.ts';

const optionalTime = isoTime.nullable();

/** What anybody may know of it who reaches the daemon: nothing of who the backend is. */
export const syncSummary = z.object({
  state: z.enum(['off', 'connecting', 'working', 'offline', 'stopped']),
  waiting: z.int(),
  refused: z.int(),
  /** One sentence for the clerk; null: there is nothing to say. */
  hint: z.string().nullable(),
});

export const syncDetails = syncSummary
  .extend({
    /** Null: the desk is its own backend. */
    endpoint: z.string().nullable(),
    /** Null: not known yet. */
    protocol: z.enum(['seam', 'bridge']).nullable(),
    /** Since when the message waits that has waited longest. */
    oldest_waiting_at: optionalTime,
    /** When the backend took a message last. */
    last_delivered_at: optionalTime,
    /** When it answered last, whatever it was asked. */
    last_reached_at: optionalTime,
    problem: z
      .object({
        trouble: z.enum(['unreachable', 'busy', 'unauthorized', 'failing', 'other_system']),
        /** For a technician: what is wrong, and what to do. */
        message: z.string(),
        since: isoTime,
        /** When it is tried again by itself; null: not before a person has acted. */
        retry_at: optionalTime,
      })
      .nullable(),
    /** How far this computer's clock is ahead of the backend's, milliseconds. */
    clock_ahead_ms: z.number().nullable(),
    mirror: z.object({
      /** Whether everything that the backend has is being walked through. */
      is_walking: z.boolean(),
      /** How many things of this walk, or of the last one, were met. */
      met_count: z.int(),
      walked_at: optionalTime,
      /** How many things the backend has that this desk cannot have yet. */
      held_count: z.int(),
    }),
  })
  .meta({ id: 'sync_status' });

export function toSyncSummary({ state, waiting, refused, hint }: SyncStatus): z.input<typeof syncSummary> {
  return { state, waiting, refused, hint };
}

export function toSyncDetails(status: SyncStatus): z.input<typeof syncDetails> {
  const { problem, mirror } = status;
  return {
    ...toSyncSummary(status),
    endpoint: status.endpoint,
    protocol: status.protocol,
    oldest_waiting_at: timeOrNull(status.oldestWaitingAt),
    last_delivered_at: timeOrNull(status.lastDeliveredAt),
    last_reached_at: timeOrNull(status.lastReachedAt),
    problem:
      problem === null
        ? null
        : {
            trouble: problem.trouble,
            message: problem.message,
            since: toIsoTime(problem.since),
            retry_at: timeOrNull(problem.retryAt),
          },
    clock_ahead_ms: status.skewMs,
    mirror: {
      is_walking: mirror.isWalking,
      met_count: mirror.met,
      walked_at: timeOrNull(mirror.walkedAt),
      held_count: mirror.held,
    },
  };
}

const timeOrNull = (at: number | null): string | null => (at === null ? null : toIsoTime(at));

/** A change that was made here, and that the backend did not take. */
export const refusedChange = z
  .object({
    /** By which a person's decision names it. */
    message_id: z.uuid(),
    action: z.enum(['created', 'updated', 'deleted']),
    /** What was changed. */
    resource_type: z.enum(RESOURCE_KINDS),
    resource_id: z.uuid(),
    /** What people call it; null: it is gone here, and nobody knows any more. */
    name: z.string().nullable(),
    /** Of a credential: whose it is, or was; `a user who was deleted` where nobody knows the name any more. */
    holder_name: z.string().nullable(),
    /** What of it was changed; empty where it was made or deleted. */
    changed_fields: z.array(z.string()),
    code: z.enum(REFUSAL_CODES),
    /** What happened, and what to do. */
    message: z.string(),
    /** Which fields the refusal is about. */
    fields: z.array(z.string()),
    /** The thing above that stands in the way, of the same kind. */
    rival_id: z.string().nullable(),
    /** How many other changes cannot be told before somebody has decided on this one. */
    waiting_behind_count: z.int(),
    created_at: isoTime,
    refused_at: isoTime,
  })
  .meta({ id: 'refused_change' });

/** `waitingBehind`: how many messages wait for it. */
export function toRefusedChange(
  message: RefusedMessage,
  waitingBehind: number,
  site: Site,
): z.input<typeof refusedChange> {
  const { id, change, refusal } = message;
  return {
    message_id: id,
    action: change.action,
    resource_type: change.kind,
    resource_id: change.id,
    ...namesOf(change, site),
    changed_fields:
      change.action === 'updated'
        ? [...Object.keys(change.fields), ...Object.keys(change.sets)].map(toWireName)
        : [],
    code: refusal.code,
    message: refusal.message,
    fields: refusal.fields.map(toWireName),
    rival_id: refusal.rivalId,
    waiting_behind_count: waitingBehind,
    created_at: toIsoTime(message.createdAt),
    refused_at: toIsoTime(refusedAt(message)),
  };
}

/** `fullName` as the API writes it: `full_name`. */
const toWireName = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

type Names = Pick<z.input<typeof refusedChange>, 'name' | 'holder_name'>;

/** Null: the message does not even say what kind of credential it was. */
function toldCredentialName(
  fields: ResourceChange['fields'],
  told: (field: string) => string | null,
): string | null {
  const accessMethod = ACCESS_METHODS.find((method) => method === told('accessMethod'));
  if (accessMethod === undefined) return null;
  return credentialDisplayName({
    accessMethod,
    cardNumber: told('cardNumber'),
    code: told('code'),
    isMultiPhoneSync: fields['isMultiPhoneSync']?.to === true,
  });
}

/** What a thing is called here, or was when it was told. */
function namesOf({ kind, id, fields }: ResourceChange, { store }: Site): Names {
  const told = (field: string): string | null => {
    const value = fields[field]?.to ?? fields[field]?.from;
    return typeof value === 'string' ? value : null;
  };
  switch (kind) {
    case 'acs_entrance':
      return { name: store.entrances.get(id)?.name ?? told('name'), holder_name: null };
    case 'acs_access_group':
      return { name: store.accessGroups.get(id)?.name ?? told('name'), holder_name: null };
    case 'acs_user':
      return { name: store.users.get(id)?.fullName ?? told('fullName'), holder_name: null };
    case 'user_identity': {
      const person = store.userIdentities.get(id);
      return { name: person === null ? told('fullName') : identityDisplayName(person), holder_name: null };
    }
    case 'acs_credential': {
      const credential = store.credentials.get(id);
      const holder = credential?.acsUserId ?? told('acsUserId');
      return {
        name: credential === null ? toldCredentialName(fields, told) : credentialDisplayName(credential),
        holder_name: holder === null ? null : (store.users.get(holder)?.fullName ?? 'a user who was deleted'),
      };
    }
  }
}
