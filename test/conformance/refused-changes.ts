import { z } from 'zod';
import type { OutboxMessage, Refusal } from '../../src/model/sync.ts';
import type { Stand } from './stand.ts';

const refusedPage = z.object({
  refused_changes: z.array(z.looseObject({ message_id: z.string(), resource_id: z.string() })),
});

/** A user whose new name the backend refused; as if there had been one. */
export interface RefusedUser {
  readonly acs_user_id: string;
  readonly message_id: string;
}

/** Makes one, and returns what names it. */
export async function refusedUser(stand: Stand, refusal: Partial<Refusal> = {}): Promise<RefusedUser> {
  const full_name = stand.word('Refused ');
  const acs_user_id = await stand.user({ full_name });
  const message_id = crypto.randomUUID();
  stand.desk.inStore(({ outbox }) => {
    outbox.append({
      id: message_id,
      change: {
        kind: 'acs_user',
        id: acs_user_id,
        action: 'updated',
        fields: { fullName: { from: 'Ada', to: full_name } },
        sets: {},
        event: null,
      },
      createdAt: Date.now(),
    });
    const why = { code: 'changed_above', message: 'No.', fields: ['fullName'], rivalId: null } as const;
    outbox.refuse(message_id, { ...why, ...refusal }, Date.now());
  });
  return { acs_user_id, message_id };
}

/** The message as it is by now. */
export function messageOf(stand: Stand, id: string): OutboxMessage | null {
  return stand.desk.inStore(({ outbox }) => outbox.get(id));
}

/** Forgets a message, whatever became of it: nobody would ever take it. */
export function forget(stand: Stand, id: string): void {
  stand.desk.inStore(({ outbox }) => outbox.settle([id], 'dropped', Date.now()));
}

/** What is refused of this thing, as the API lists it. */
export async function refusedOfThing(stand: Stand, id: string) {
  const { refused_changes } = await stand.raw.ask('/v1/sync/refused', {}, refusedPage);
  return refused_changes.filter(({ resource_id }) => resource_id === id);
}
