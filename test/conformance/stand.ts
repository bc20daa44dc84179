import type { SeamHttp } from '@seamapi/http';
import { z } from 'zod';
import { systemClock } from '../../src/clock.ts';
import { SCOPES } from '../../src/model/api-key.ts';
import { addDesk } from '../../src/site/paired-desks.ts';
import { Desk } from '../stories/desk.ts';
import { type RawAnswer, RawClient } from '../stories/raw-client.ts';
import { type Generation, seamOf } from './clients.ts';

const user = z.object({ acs_user: z.looseObject({ acs_user_id: z.string() }) });
const credential = z.object({ acs_credential: z.looseObject({ acs_credential_id: z.string() }) });
const entrance = z.object({ acs_entrance: z.looseObject({ acs_entrance_id: z.string() }) });
const group = z.object({ acs_access_group: z.looseObject({ acs_access_group_id: z.string() }) });
const identity = z.object({ user_identity: z.looseObject({ user_identity_id: z.string() }) });

/** What the cases of an operation work with: a daemon with two virtual encoders, and one generation of Seam's client. */
export class Stand implements AsyncDisposable {
  readonly generation: Generation;
  #desk: Desk | null = null;
  #made = 0;
  #admin: RawClient | null = null;

  constructor(generation: Generation) {
    this.generation = generation;
  }

  /** Starts the daemon. */
  async open(): Promise<void> {
    this.#desk = await Desk.open({ config: { drivers: { virtual: { has_light: true } } } });
  }

  /** The daemon; it places cards, makes keys and other apps. Throws outside of a test. */
  get desk(): Desk {
    if (this.#desk === null) throw new Error('The daemon runs only inside of a test.');
    return this.#desk;
  }

  /**
   * Seam's client, which holds every answer against Seam's OpenAPI and ours. It has the newest client's type in either
   * generation: look at `generation` before what the last 1.x does not have, or does in another way.
   */
  get seam(): SeamHttp {
    return seamOf(this.generation, this.desk.url, this.desk.token);
  }

  /** Sends anything with any method; its answers are held against the contract too. */
  get raw(): RawClient {
    return this.desk.raw;
  }

  /** As `raw`, with a key that may do everything. */
  get admin(): RawClient {
    this.#admin ??= this.desk.app(this.word('admin '), SCOPES);
    return this.#admin;
  }

  /** A desk that is paired with this site: as `raw`, with the desk's key. */
  pairedDesk(): RawClient {
    const { token } = this.desk.inStore((store) =>
      addDesk({ store, clock: systemClock }, this.word('Desk ')),
    );
    return new RawClient(this.desk.url, token);
  }

  /** A word that nothing else on this stand has: for names, e-mail addresses and what is searched for. */
  word(kind: string): string {
    this.#made += 1;
    return `${kind}${this.#made}x${crypto.randomUUID().slice(0, 8)}`;
  }

  /** A PIN of nine digits that nobody has. */
  pin(): string {
    this.#made += 1;
    return `${100_000 + Math.floor(Math.random() * 900_000)}${String(this.#made % 1000).padStart(3, '0')}`;
  }

  /** A new user; returns the id. */
  async user(parameters: object = {}): Promise<string> {
    const { systemId: acs_system_id } = this.desk;
    const body = { acs_system_id, full_name: this.word('Guest '), ...parameters };
    return (await this.raw.ask('/acs/users/create', body, user)).acs_user.acs_user_id;
  }

  /** A new credential, a card of a new user unless `parameters` say otherwise; returns the id. */
  async credential(parameters: object = {}): Promise<string> {
    const owner = 'acs_user_id' in parameters || 'user_identity_id' in parameters ? {} : await this.#owner();
    const body = { access_method: 'card', ...owner, ...parameters };
    return (await this.raw.ask('/acs/credentials/create', body, credential)).acs_credential.acs_credential_id;
  }

  /** A new entrance; returns the id. */
  async entrance(display_name = this.word('Room ')): Promise<string> {
    const made = await this.raw.ask('/v1/entrances/create', { display_name }, entrance);
    return made.acs_entrance.acs_entrance_id;
  }

  /** A new access group; returns the id. */
  async group(parameters: object = {}): Promise<string> {
    const body = { name: this.word('Group '), acs_entrance_ids: [], ...parameters };
    return (await this.raw.ask('/v1/access_groups/create', body, group)).acs_access_group.acs_access_group_id;
  }

  /** A new user identity; returns the id. */
  async identity(parameters: object = {}): Promise<string> {
    const body = { full_name: this.word('Person '), ...parameters };
    return (await this.raw.ask('/user_identities/create', body, identity)).user_identity.user_identity_id;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#desk?.[Symbol.asyncDispose]();
    this.#desk = null;
  }

  async #owner(): Promise<object> {
    return { acs_user_id: await this.user() };
  }
}

/**
 * The type of the error that a request was refused with: of a call of either client, or of a raw request; also of an
 * attempt that failed while the client waited for it. Throws when nothing was refused, or not by the daemon.
 */
export async function refused(request: PromiseLike<unknown>): Promise<string> {
  let answer: unknown;
  try {
    answer = await request;
  } catch (error) {
    const code: unknown = Object(error).code;
    const isOurs = typeof Object(error).statusCode === 'number' || 'actionAttempt' in Object(error);
    if (typeof code === 'string' && isOurs) return code;
    throw error;
  }
  if (isRefusal(answer)) return String(Object(Object(answer.body).error).type);
  throw new Error(`It was not refused: ${JSON.stringify(answer)}`);
}

function isRefusal(answer: unknown): answer is RawAnswer {
  return Object(answer).status >= 400 && typeof Object(Object(answer).body).error === 'object';
}
