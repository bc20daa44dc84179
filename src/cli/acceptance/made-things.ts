import { z } from 'zod';
import type { DaemonClient } from '../daemon-client.ts';
import { CommandError } from '../terminal.ts';

/** What stands in the name of whoever is made for a test, so that a person who finds one knows what it is. */
const MARK = 'encoderd acceptance test';

interface Made {
  readonly what: string;
  readonly path: `/${string}`;
  readonly params: object;
}

const users = z.object({
  acs_users: z.array(z.looseObject({ acs_user_id: z.string(), full_name: z.string().nullish() })),
});
const credentials = z.object({ acs_credentials: z.array(z.looseObject({ acs_credential_id: z.string() })) });

/**
 * What a test made at the desk, so that all of it is removed again, whatever became of the test. It is known by the name of its users, also to the next test
 * of the same encoder.
 */
export class MadeThings {
  readonly #daemon: DaemonClient;
  readonly #acsSystemId: string;
  readonly #acsEncoderId: string;
  readonly #made: Made[] = [];
  #users = 0;
  #making: Promise<unknown> = Promise.resolve();
  #isOver = false;

  constructor(daemon: DaemonClient, acsSystemId: string, acsEncoderId: string) {
    this.#daemon = daemon;
    this.#acsSystemId = acsSystemId;
    this.#acsEncoderId = acsEncoderId;
  }

  /** A user that nobody is; the id. Throws CommandError once everything is being removed. */
  async user(): Promise<string> {
    if (this.#isOver) throw new CommandError('The test is over.');
    const making = this.#newUser();
    this.#making = making.catch(() => {});
    return making;
  }

  async #newUser(): Promise<string> {
    this.#users += 1;
    const full_name = `${MARK} ${this.#users}${this.#ending}`;
    const { acs_user } = await this.#daemon.call(
      '/acs/users/create',
      { acs_system_id: this.#acsSystemId, full_name },
      z.object({ acs_user: z.looseObject({ acs_user_id: z.string() }) }),
    );
    const { acs_user_id } = acs_user;
    this.#made.push(madeUser(acs_user_id));
    return acs_user_id;
  }

  /** A card credential of a new user, which opens nothing; the id. */
  async credential(): Promise<string> {
    const acs_user_id = await this.user();
    const { acs_credential } = await this.#daemon.call(
      '/acs/credentials/create',
      { acs_user_id, access_method: 'card' },
      z.object({ acs_credential: z.looseObject({ acs_credential_id: z.string() }) }),
    );
    this.noteCredential(acs_credential.acs_credential_id);
    return acs_credential.acs_credential_id;
  }

  /** One that came about by what was tried. */
  noteCredential(acs_credential_id: string): void {
    this.#made.push(madeCredential(acs_credential_id));
  }

  get count(): number {
    return this.#made.length;
  }

  /** Removes everything, the last one first: what is still there, and why. What has gone already is as good. Nothing can be made afterwards. */
  async remove(): Promise<readonly string[]> {
    this.#isOver = true;
    await this.#making;
    return this.#removeAll(this.#made.toReversed());
  }

  /** Removes what an earlier test of this encoder left, which was killed: how many users that were. */
  async removeEarlier(): Promise<number> {
    const earlier = await this.#earlierUsers();
    for (const acs_user_id of earlier) {
      const { acs_credentials } = await this.#daemon.call(
        '/acs/credentials/list',
        { acs_user_id },
        credentials,
      );
      const theirs = acs_credentials.map(({ acs_credential_id }) => madeCredential(acs_credential_id));
      await this.#removeAll([...theirs, madeUser(acs_user_id)]);
    }
    return earlier.length;
  }

  /** Their ids, by their names. */
  async #earlierUsers(): Promise<readonly string[]> {
    const { acs_users } = await this.#daemon.call('/acs/users/list', { search: MARK }, users);
    return acs_users
      .filter(({ full_name }) => full_name?.startsWith(MARK) === true && full_name.endsWith(this.#ending))
      .map(({ acs_user_id }) => acs_user_id);
  }

  async #removeAll(things: readonly Made[]): Promise<readonly string[]> {
    const left: string[] = [];
    for (const { what, path, params } of things) {
      try {
        await this.#daemon.call(path, params, z.unknown());
      } catch (error) {
        if (!(error instanceof CommandError)) throw error;
        if (error.details.type?.endsWith('_not_found') !== true) left.push(`${what}: ${error.message}`);
      }
    }
    return left;
  }

  /** Of the name of each user: two tests may go on at two encoders. */
  get #ending(): string {
    return ` at ${this.#acsEncoderId}`;
  }
}

const madeUser = (acs_user_id: string): Made => ({
  what: `user ${acs_user_id}`,
  path: '/acs/users/delete',
  params: { acs_user_id },
});

const madeCredential = (acs_credential_id: string): Made => ({
  what: `credential ${acs_credential_id}`,
  path: '/acs/credentials/delete',
  params: { acs_credential_id },
});
