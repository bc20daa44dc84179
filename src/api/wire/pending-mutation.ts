import { z } from 'zod';
import type { Json } from '../../model/resource.ts';
import type { FieldChange, ResourceChange } from '../../model/resource-change.ts';
import type { OutboxMessage } from '../../model/sync.ts';
import { isoTime, toIsoTime } from './fields.ts';
import { isRefused, type Standing } from './sync-standing.ts';

const always = { message: z.string(), created_at: isoTime };
const creating = z.object({ mutation_code: z.literal('creating'), ...always });
const deleting = z.object({ mutation_code: z.literal('deleting'), ...always });

/** A mutation that says what was and what is to be. */
const updating = <Code extends string, Value extends z.ZodType>(code: Code, value: Value) =>
  z.object({ mutation_code: z.literal(code), ...always, from: value, to: value });

/** What of a user the backend does not know yet, in Seam's words; for what has no word (grants, identities) there is none. */
export const userMutation = z.discriminatedUnion('mutation_code', [
  creating,
  deleting,
  updating(
    'updating_user_information',
    z.object({
      full_name: z.string().nullable().optional(),
      email_address: z.email().nullable().optional(),
      phone_number: z.string().nullable().optional(),
    }),
  ),
  updating(
    'updating_access_schedule',
    z.object({ starts_at: isoTime.nullable(), ends_at: isoTime.nullable() }),
  ),
  updating('updating_suspension_state', z.object({ is_suspended: z.boolean() })),
  updating('updating_group_membership', z.object({ acs_access_group_id: z.uuid().nullable() })),
]);

/** The same of an access group. */
export const groupMutation = z.discriminatedUnion('mutation_code', [
  creating,
  deleting,
  updating('updating_group_information', z.object({ name: z.string().nullable().optional() })),
  updating('updating_entrance_membership', z.object({ acs_entrance_id: z.uuid().nullable() })),
]);

type UserMutation = z.input<typeof userMutation>;
type GroupMutation = z.input<typeof groupMutation>;

/** What of a user the backend does not know yet, in the order in which it happened. `createdAt`: since when the user is here. */
export function toUserMutations(standing: Standing, createdAt: number): UserMutation[] {
  return [
    ...untold(standing, createdAt),
    ...standing.unsettled.flatMap((message) => wholeOf(message) ?? userUpdates(message)),
  ];
}

/** What of an access group the backend does not know yet, in the order in which it happened. `createdAt`: since when the group is here. */
export function toGroupMutations(standing: Standing, createdAt: number): GroupMutation[] {
  return [
    ...untold(standing, createdAt),
    ...standing.unsettled.flatMap((message) => wholeOf(message) ?? groupUpdates(message)),
  ];
}

/** The creation of a thing that the backend does not have and that no message tells it of: it was here before the backend, or its creation was dropped. */
function untold({ syncedAt, unsettled }: Standing, createdAt: number): z.input<typeof creating>[] {
  if (syncedAt !== null || unsettled.some(({ change }) => change.action === 'created')) return [];
  return [
    {
      mutation_code: 'creating',
      message: 'The backend does not have it.',
      created_at: toIsoTime(createdAt),
    },
  ];
}

/** A creation or deletion; null: it is neither. */
function wholeOf(message: OutboxMessage): z.input<typeof creating> | z.input<typeof deleting> | null {
  switch (message.change.action) {
    case 'created':
      return { mutation_code: 'creating', ...aboutIt(message) };
    case 'deleted':
      return { mutation_code: 'deleting', ...aboutIt(message) };
    case 'updated':
      return null;
  }
}

/** Fields of a user's information, and what Seam calls them. */
const INFORMATION = [
  ['fullName', 'full_name'],
  ['emailAddress', 'email_address'],
  ['phoneNumber', 'phone_number'],
] as const;

function userUpdates(message: OutboxMessage): UserMutation[] {
  const about = aboutIt(message);
  const { fields } = message.change;
  const { accessSchedule, isSuspended } = fields;
  const changed = INFORMATION.filter(([field]) => fields[field] !== undefined);
  const information = (side: keyof FieldChange) =>
    Object.fromEntries(changed.map(([field, name]) => [name, textIn(fields[field]?.[side])]));
  return [
    ...(changed.length === 0
      ? []
      : [
          {
            mutation_code: 'updating_user_information' as const,
            ...about,
            from: information('from'),
            to: information('to'),
          },
        ]),
    ...(accessSchedule === undefined
      ? []
      : [
          {
            mutation_code: 'updating_access_schedule' as const,
            ...about,
            from: scheduleIn(accessSchedule.from),
            to: scheduleIn(accessSchedule.to),
          },
        ]),
    ...(isSuspended === undefined
      ? []
      : [
          {
            mutation_code: 'updating_suspension_state' as const,
            ...about,
            from: { is_suspended: isSuspended.from === true },
            to: { is_suspended: isSuspended.to === true },
          },
        ]),
    ...membersOf(message.change, 'accessGroupIds').map(([from, to]) => ({
      mutation_code: 'updating_group_membership' as const,
      ...about,
      from: { acs_access_group_id: from },
      to: { acs_access_group_id: to },
    })),
  ];
}

function groupUpdates(message: OutboxMessage): GroupMutation[] {
  const about = aboutIt(message);
  const { name } = message.change.fields;
  return [
    ...(name === undefined
      ? []
      : [
          {
            mutation_code: 'updating_group_information' as const,
            ...about,
            from: { name: textIn(name.from) },
            to: { name: textIn(name.to) },
          },
        ]),
    ...membersOf(message.change, 'entranceIds').map(([from, to]) => ({
      mutation_code: 'updating_entrance_membership' as const,
      ...about,
      from: { acs_entrance_id: from },
      to: { acs_entrance_id: to },
    })),
  ];
}

/** Who came into a set, from nothing, and who went out of it. */
function membersOf(
  { sets }: ResourceChange,
  set: string,
): readonly (readonly [from: string | null, to: string | null])[] {
  const { added = [], removed = [] } = sets[set] ?? {};
  return [...removed.map((id) => [id, null] as const), ...added.map((id) => [null, id] as const)];
}

const WORDS = { created: 'creation', updated: 'change', deleted: 'deletion' } as const;

function aboutIt(message: OutboxMessage): { readonly message: string; readonly created_at: string } {
  const word = WORDS[message.change.action];
  return {
    message: isRefused(message)
      ? `The backend refused this ${word}, and a person must decide: ${message.refusal.message}`
      : `The backend does not know of this ${word} yet.`,
    created_at: toIsoTime(message.createdAt),
  };
}

const textIn = (value: Json | undefined): string | null => (typeof value === 'string' ? value : null);

function scheduleIn(value: Json): { readonly starts_at: string | null; readonly ends_at: string | null } {
  const { startsAt, endsAt } = Object(value);
  const time = (at: unknown) => (typeof at === 'number' ? toIsoTime(at) : null);
  return { starts_at: time(startsAt), ends_at: time(endsAt) };
}
