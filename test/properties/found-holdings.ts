import { z } from 'zod';
import type { RawClient } from '../stories/raw-client.ts';
import type { CommonThings, HeldUser, Holdings, Ledger } from './ledger.ts';

const users = z.object({
  acs_users: z.array(
    z.looseObject({ acs_user_id: z.string(), full_name: z.string(), is_suspended: z.boolean() }),
  ),
});
const credentials = z.object({
  acs_credentials: z.array(
    z.looseObject({
      acs_credential_id: z.string(),
      acs_user_id: z.string().optional(),
      code: z.string().optional(),
      ends_at: z.string().optional(),
    }),
  ),
});
const entrances = z.object({ acs_entrances: z.array(z.looseObject({ acs_entrance_id: z.string() })) });

/** What is at the desk after it was killed, in the words of the ledgers. */
export class Finding {
  readonly #users: z.output<typeof users>['acs_users'];
  readonly #credentials: z.output<typeof credentials>['acs_credentials'];
  /** Ids of users. */
  readonly #members: ReadonlySet<string>;
  /** Ids of users who are not suspended and may open the entrance. */
  readonly #granted: ReadonlySet<string>;

  private constructor(
    found: z.output<typeof users>['acs_users'],
    held: z.output<typeof credentials>['acs_credentials'],
    members: ReadonlySet<string>,
    granted: ReadonlySet<string>,
  ) {
    this.#users = found;
    this.#credentials = held;
    this.#members = members;
    this.#granted = granted;
  }

  static async read(raw: RawClient, { acs_access_group_id }: CommonThings): Promise<Finding> {
    const { acs_users } = await raw.ask('/acs/users/list', {}, users);
    const { acs_credentials } = await raw.ask('/acs/credentials/list', {}, credentials);
    const inGroup = await raw.ask('/acs/access_groups/list_users', { acs_access_group_id }, users);
    const granted = new Set<string>();
    for (const { acs_user_id } of acs_users) {
      const opens = await raw.ask('/acs/users/list_accessible_entrances', { acs_user_id }, entrances);
      if (opens.acs_entrances.length > 0) granted.add(acs_user_id);
    }
    const members = new Set(inGroup.acs_users.map(({ acs_user_id }) => acs_user_id));
    return new Finding(acs_users, acs_credentials, members, granted);
  }

  /** What of it is this client's. */
  holdingsOf(ledger: Ledger): Holdings {
    const own = this.#users.filter(({ full_name }) => ledger.isOurs(full_name));
    return { users: Object.fromEntries(own.map((user) => [user.full_name, this.#heldUser(user)])) };
  }

  /** The ids of what is there, by name or code. */
  ids(): readonly (readonly [string, string])[] {
    return [
      ...this.#users.map((user) => [user.full_name, user.acs_user_id] as const),
      ...this.#credentials.map((each) => [each.code ?? '', each.acs_credential_id] as const),
    ];
  }

  /** How many credentials belong to nobody: none may. */
  get strays(): number {
    const known = new Set(this.#users.map(({ acs_user_id }) => acs_user_id));
    return this.#credentials.filter(({ acs_user_id }) => !known.has(acs_user_id ?? '')).length;
  }

  #heldUser({ acs_user_id, is_suspended }: z.output<typeof users>['acs_users'][number]): HeldUser {
    const own = this.#credentials.filter((each) => each.acs_user_id === acs_user_id);
    return {
      isSuspended: is_suspended,
      isMember: this.#members.has(acs_user_id),
      isGranted: this.#granted.has(acs_user_id),
      codes: Object.fromEntries(own.map(({ code, ends_at }) => [code, ends_at ?? null])),
    };
  }
}

/** As they can be seen: what a suspended user was granted cannot. */
export function visible({ users }: Holdings): Holdings {
  const shown = Object.entries(users).map(([name, user]) => [
    name,
    { ...user, isGranted: user.isGranted && !user.isSuspended },
  ]);
  return { users: Object.fromEntries(shown) };
}
