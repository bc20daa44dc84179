import { z } from 'zod';
import { counted } from './terminal.ts';

/** A change that the backend refused, as the daemon tells it. */
export const refusedChange = z.looseObject({
  message_id: z.string(),
  action: z.enum(['created', 'updated', 'deleted']),
  resource_type: z.string(),
  resource_id: z.string(),
  name: z.string().nullable(),
  holder_name: z.string().nullable(),
  changed_fields: z.array(z.string()),
  code: z.string(),
  message: z.string(),
  rival_id: z.string().nullable(),
  waiting_behind_count: z.int(),
  created_at: z.string(),
});

export type RefusedChange = z.output<typeof refusedChange>;

const ACTIONS = { created: 'made', updated: 'changed', deleted: 'deleted' } as const;

const THINGS: Readonly<Record<string, string>> = {
  acs_entrance: 'entrance',
  acs_access_group: 'access group',
  user_identity: 'user identity',
  acs_user: 'user',
  acs_credential: 'credential',
};

/** The same, for a technician, and what can be done. */
export function refusedLines(all: readonly RefusedChange[]): readonly string[] {
  return [
    ...all.flatMap((one) => [
      `${one.message_id}  ${one.created_at}  ${one.code}`,
      `  ${describe(one)}`,
      `  ${one.message}`,
      ...(one.rival_id === null ? [] : [`  In its way at the backend: ${one.rival_id}`]),
      ...(one.waiting_behind_count === 0
        ? []
        : [`  ${counted(one.waiting_behind_count, 'later change')} cannot be told before you decide.`]),
      '',
    ]),
    'Tell it again, so that it counts:   encoderctl sync retry MESSAGE',
    'Forget that it was to be told:      encoderctl sync drop MESSAGE',
    'Take what the backend has instead:  encoderctl sync take-theirs MESSAGE',
  ];
}

/** Such as `changed: user Ada Lovelace (phone_number)`. */
function describe(one: RefusedChange): string {
  const { name, holder_name, changed_fields } = one;
  const thing = `${THINGS[one.resource_type] ?? one.resource_type} ${name ?? one.resource_id}`;
  const holder = holder_name === null ? '' : ` of ${holder_name}`;
  const fields = changed_fields.length === 0 ? '' : ` (${changed_fields.join(', ')})`;
  return `${ACTIONS[one.action]} here: ${thing}${holder}${fields}`;
}
