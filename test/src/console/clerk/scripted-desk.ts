import { type Attempt, DeskError } from '../../../../src/client/client.ts';
import type { WorkState } from '../../../../src/console/clerk/job.ts';
import { Work, type WorkDesk } from '../../../../src/console/clerk/work.ts';

type Listener = (change: object) => void;

interface Started {
  readonly operation: 'scan' | 'scanToAssign' | 'encode' | 'follow';
  readonly options: object;
  readonly attemptId: string;
}

const ATTEMPT: Attempt = {
  action_attempt_id: 'none',
  action_type: 'ENCODE_CREDENTIAL',
  status: 'pending',
  result: null,
  error: null,
  acs_encoder_id: 'encoder-1',
  phase: 'awaiting_card',
  hint_code: 'place_card',
  created_at: '2026-11-23T09:00:00.000Z',
  expires_at: '2026-11-23T09:01:00.000Z',
};

/** A desk on which the test says what happens: what was asked of it, and how each of it goes on. */
export class ScriptedDesk {
  readonly started: Started[] = [];
  readonly requests: (readonly [path: string, params: object])[] = [];
  readonly states: WorkState[] = [];
  readonly work: Work;
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #running = new Map<string, PromiseWithResolvers<object> & { readonly onProgress: Listener }>();
  #keys = 0;

  constructor() {
    const desk = {
      request: async (path: string, params: object = {}) => {
        this.requests.push([path, params]);
        if (path === '/acs/credentials/create') {
          this.#keys += 1;
          return { acs_credential: this.key(this.#keys) };
        }
        if (path === '/action_attempts/cancel') this.fail('cancelled');
        return {};
      },
      on: (type: string, listener: Listener) => {
        const all = this.#listeners.get(type) ?? new Set();
        this.#listeners.set(type, all.add(listener));
        return () => all.delete(listener);
      },
      ...Object.fromEntries(
        (['scan', 'scanToAssign', 'encode'] as const).map((operation) => [
          operation,
          (options: { readonly onProgress?: Listener }) => this.#start(operation, options),
        ]),
      ),
      follow: (id: string, options: { readonly onProgress?: Listener }) =>
        this.#start('follow', { id, ...options }),
    };
    if (!isDesk(desk)) throw new Error('the script lacks something');
    this.work = new Work(desk, (state) => this.states.push(state));
  }

  get state(): WorkState {
    return this.work.state;
  }

  /** The attempt that runs. */
  get running(): Started {
    const last = this.started.at(-1);
    if (last === undefined) throw new Error('nothing was started');
    return last;
  }

  key(number: number): object {
    return {
      acs_credential_id: `key-${number}`,
      access_method: 'card',
      card_number: String(number),
      is_issued: true,
      warnings: [],
    };
  }

  /** The daemon tells how far it has come. */
  async progress(part: Partial<Attempt>): Promise<void> {
    const { attemptId } = this.running;
    this.#running.get(attemptId)?.onProgress({ ...ATTEMPT, action_attempt_id: attemptId, ...part });
    await settled();
  }

  async succeed(result: object): Promise<void> {
    this.#running.get(this.running.attemptId)?.resolve(result);
    await settled();
  }

  async fail(code: string): Promise<void> {
    this.#running.get(this.running.attemptId)?.reject(new DeskError(code));
    await settled();
  }

  async placeCard(uid: string): Promise<void> {
    this.#tell('card.presented', uid);
    await settled();
  }

  async takeCard(uid: string): Promise<void> {
    this.#tell('card.removed', uid);
    await settled();
  }

  #tell(type: string, uid: string): void {
    const card = { uid, card_number: '1', technology: 'ntag213' };
    for (const listener of this.#listeners.get(type) ?? []) listener({ acs_encoder_id: 'encoder-1', card });
  }

  #start(
    operation: Started['operation'],
    given: { readonly onProgress?: Listener; readonly id?: string },
  ): Promise<object> {
    const { onProgress = () => undefined, ...options } = given;
    const attemptId = `attempt-${this.started.length + 1}`;
    this.started.push({ operation, options, attemptId });
    const ended = Promise.withResolvers<object>();
    this.#running.set(attemptId, { ...ended, onProgress });
    return ended.promise;
  }
}

/** When everything that follows from an event at once has followed. */
export async function settled(): Promise<void> {
  for (let turns = 0; turns < 10; turns += 1) await Promise.resolve();
}

function isDesk(value: object): value is WorkDesk {
  return ['request', 'on', 'scan', 'scanToAssign', 'encode', 'follow'].every((name) => name in value);
}
