import { z } from 'zod';
import { RawClient } from '../stories/raw-client.ts';

/** What one client has at the desk, by the names that it gave: so it is known before the desk has given ids. */
export interface Holdings {
  /** By full name. */
  readonly users: Readonly<Record<string, HeldUser>>;
}

export interface HeldUser {
  readonly isSuspended: boolean;
  /** Whether the user is in the group of the test. */
  readonly isMember: boolean;
  /** Whether the user was granted the entrance of the test. */
  readonly isGranted: boolean;
  /** Ends of the validity by code, as ISO times; null: none. */
  readonly codes: Readonly<Record<string, string | null>>;
}

/** An event that a change must bring, with the code or the name of what it is about. */
export interface DueEvent {
  readonly type: string;
  readonly name: string;
}

/** A change that a client asks for, and what it leaves. */
export interface Change {
  readonly path: string;
  readonly body: object;
  readonly after: Holdings;
  readonly events: readonly DueEvent[];
}

/** What stands at the desk for all clients. */
export interface CommonThings {
  readonly acs_system_id: string;
  readonly acs_entrance_id: string;
  readonly acs_access_group_id: string;
}

const draw = <T>(from: readonly T[]): T | undefined => from[Math.floor(Math.random() * from.length)];

const FRESH: HeldUser = { isSuspended: false, isMember: false, isGranted: false, codes: {} };

/** One client of a daemon that is killed again and again: what it was told is done, and what it asked for last and was never answered. */
export class Ledger {
  holdings: Holdings = { users: {} };
  /** What was asked and not answered when the daemon was killed. */
  inDoubt: Change | null = null;
  readonly events: DueEvent[] = [];
  /** Ids by full name or code, as soon as anybody knows them. */
  readonly ids = new Map<string, string>();
  /** How many changes were acknowledged. */
  acknowledged = 0;
  readonly #mark: string;
  readonly #things: CommonThings;
  #made = 0;

  constructor(mark: string, things: CommonThings) {
    this.#mark = mark;
    this.#things = things;
  }

  /** Changes one thing after the other until the daemon answers no more; tells each that was acknowledged. */
  async write(url: string, token: string, onAcknowledged: () => void): Promise<void> {
    const raw = new RawClient(url, token);
    for (;;) {
      const change = this.#draw();
      this.inDoubt = change;
      const answer = await raw.post(change.path, change.body).catch(() => null);
      if (answer === null) return;
      if (answer.status !== 200) throw new Error(`${change.path}: ${JSON.stringify(answer.body)}`);
      this.#learn(answer.body, change);
      this.accept(change);
      this.acknowledged += 1;
      onAcknowledged();
    }
  }

  /** Counts a change as done. */
  accept(change: Change): void {
    this.holdings = change.after;
    this.events.push(...change.events);
    this.inDoubt = null;
  }

  /** Whether a user or credential of this name is this client's. */
  isOurs(name: string): boolean {
    return name.startsWith(this.#mark);
  }

  #learn(body: unknown, { events }: Change): void {
    const user = z.object({ acs_user: z.object({ acs_user_id: z.string() }) }).safeParse(body);
    const credential = z
      .object({ acs_credential: z.object({ acs_credential_id: z.string() }) })
      .safeParse(body);
    const [event] = events;
    if (event === undefined) return;
    if (user.success) this.ids.set(event.name, user.data.acs_user.acs_user_id);
    if (credential.success) this.ids.set(event.name, credential.data.acs_credential.acs_credential_id);
  }

  #draw(): Change {
    const [name, user] = draw(Object.entries(this.holdings.users)) ?? [];
    const mustGrow = name === undefined || user === undefined;
    if (mustGrow || (Math.random() < 0.2 && Object.keys(this.holdings.users).length < 5))
      return this.#newUser();
    const code = draw(Object.keys(user.codes));
    const kind = draw(['code', 'code', 'end', 'drop', 'delete', 'suspend', 'member', 'grant'] as const);
    // Nobody can see whether a suspended user was granted anything, and so not whether a change in doubt was done.
    if (kind === 'grant' && user.isSuspended) return this.#changeUser(name, user, 'suspend');
    switch (kind) {
      case 'end':
        return code === undefined ? this.#newCode(name, user) : this.#newEnd(name, user, code);
      case 'drop':
        return code === undefined ? this.#newCode(name, user) : this.#dropCode(name, user, code);
      case 'delete':
        return this.#deleteUser(name, user);
      case 'suspend':
      case 'member':
      case 'grant':
        return this.#changeUser(name, user, kind);
      default:
        return this.#newCode(name, user);
    }
  }

  #newUser(): Change {
    this.#made += 1;
    const name = `${this.#mark} ${this.#made}`;
    return {
      path: '/acs/users/create',
      body: { acs_system_id: this.#things.acs_system_id, full_name: name },
      after: { users: { ...this.holdings.users, [name]: FRESH } },
      events: [{ type: 'acs_user.created', name }],
    };
  }

  #newCode(name: string, user: HeldUser): Change {
    this.#made += 1;
    const code = `${this.#mark}${String(this.#made).padStart(6, '0')}`;
    return {
      path: '/acs/credentials/create',
      body: { access_method: 'code', acs_user_id: this.ids.get(name), code },
      after: this.#with(name, { ...user, codes: { ...user.codes, [code]: null } }),
      events: [{ type: 'acs_credential.issued', name: code }],
    };
  }

  #newEnd(name: string, user: HeldUser, code: string): Change {
    const ends_at = new Date(Date.now() + 1e8 + Math.floor(Math.random() * 1e9)).toISOString();
    return {
      path: '/acs/credentials/update',
      body: { acs_credential_id: this.ids.get(code), ends_at },
      after: this.#with(name, { ...user, codes: { ...user.codes, [code]: ends_at } }),
      events: [],
    };
  }

  #dropCode(name: string, user: HeldUser, code: string): Change {
    const { [code]: _, ...codes } = user.codes;
    return {
      path: '/acs/credentials/delete',
      body: { acs_credential_id: this.ids.get(code) },
      after: this.#with(name, { ...user, codes }),
      events: [{ type: 'acs_credential.deleted', name: code }],
    };
  }

  #deleteUser(name: string, user: HeldUser): Change {
    const { [name]: _, ...users } = this.holdings.users;
    const codes = Object.keys(user.codes);
    return {
      path: '/acs/users/delete',
      body: { acs_user_id: this.ids.get(name) },
      after: { users },
      events: [
        ...codes.map((code) => ({ type: 'acs_credential.deleted', name: code })),
        { type: 'acs_user.deleted', name },
      ],
    };
  }

  #changeUser(name: string, user: HeldUser, kind: 'suspend' | 'member' | 'grant'): Change {
    const acs_user_id = this.ids.get(name);
    const { acs_access_group_id, acs_entrance_id } = this.#things;
    const change = (path: string, body: object, after: Partial<HeldUser>): Change => ({
      ...{ path, body, events: [] },
      after: this.#with(name, { ...user, ...after }),
    });
    switch (kind) {
      case 'suspend': {
        const path = user.isSuspended ? '/acs/users/unsuspend' : '/acs/users/suspend';
        return change(path, { acs_user_id }, { isSuspended: !user.isSuspended });
      }
      case 'member': {
        const path = user.isMember ? '/acs/access_groups/remove_user' : '/acs/access_groups/add_user';
        return change(path, { acs_user_id, acs_access_group_id }, { isMember: !user.isMember });
      }
      case 'grant': {
        const path = '/acs/users/revoke_access_to_all_entrances';
        return user.isGranted
          ? change(path, { acs_user_id }, { isGranted: false, isMember: false })
          : change('/acs/entrances/grant_access', { acs_user_id, acs_entrance_id }, { isGranted: true });
      }
    }
  }

  #with(name: string, user: HeldUser): Holdings {
    return { users: { ...this.holdings.users, [name]: user } };
  }
}
