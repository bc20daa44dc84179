import { z } from 'zod';
import type { EncoderdProcess } from '../../../scripts/encoderd-process.ts';
import { Shell } from './encoderctl-process.ts';

const encoders = z.array(z.object({ acs_encoder_id: z.string() }));

/** A daemon with virtual encoders, a technician at it, and card credentials that wait to be issued. */
export class CardsDesk implements AsyncDisposable {
  readonly shell = new Shell();
  #daemon: EncoderdProcess | null = null;
  #token = '';
  encoder = '';

  static async open(): Promise<CardsDesk> {
    const desk = new CardsDesk();
    desk.#daemon = await desk.shell.startDaemon();
    desk.#token = desk.#daemon.createApiKey('desk');
    const [encoder] = encoders.parse(await desk.shell.json('encoders'));
    if (encoder === undefined) throw new Error('the desk has no encoder');
    desk.encoder = encoder.acs_encoder_id;
    return desk;
  }

  place(uid: string, faults: object = {}): Promise<unknown> {
    const card = { technology: 'ntag215', uid, faults };
    return this.#post('/acs/encoders/simulate/place_card', { acs_encoder_id: this.encoder, card });
  }

  remove(): Promise<unknown> {
    return this.#post('/acs/encoders/simulate/remove_card', { acs_encoder_id: this.encoder });
  }

  /** A card credential of a new guest; resolves with its id. */
  async newCredential(): Promise<string> {
    const systems = { acs_systems: z.array(z.object({ acs_system_id: z.string() })) };
    const { acs_systems } = await this.#ask('/acs/systems/list', {}, systems);
    const { acs_user } = await this.#ask(
      '/acs/users/create',
      { acs_system_id: acs_systems[0]?.acs_system_id, full_name: 'Ada' },
      { acs_user: z.object({ acs_user_id: z.string() }) },
    );
    const entrances = { acs_entrances: z.array(z.object({ acs_entrance_id: z.string() })) };
    const { acs_entrances } = await this.#ask('/acs/entrances/list', {}, entrances);
    const { acs_credential } = await this.#ask(
      '/acs/credentials/create',
      {
        acs_user_id: acs_user.acs_user_id,
        access_method: 'card',
        allowed_acs_entrance_ids: acs_entrances.map(({ acs_entrance_id }) => acs_entrance_id),
        ends_at: '2099-12-31T12:00:00Z',
      },
      { acs_credential: z.object({ acs_credential_id: z.string() }) },
    );
    return acs_credential.acs_credential_id;
  }

  /** How many users, or credentials, the desk has. */
  async count(what: 'users' | 'credentials'): Promise<number> {
    const key = `acs_${what}`;
    const answer = await this.#ask(`/acs/${what}/list`, {}, { [key]: z.array(z.unknown()) });
    return answer[key]?.length ?? 0;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shell[Symbol.asyncDispose]();
  }

  async #ask<T extends z.ZodRawShape>(path: string, body: object, envelope: T) {
    return z.object(envelope).parse(await this.#post(path, body));
  }

  async #post(path: string, body: object): Promise<unknown> {
    return this.#daemon?.post(this.#token, path, body);
  }
}
