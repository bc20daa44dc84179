import { once } from 'node:events';
import { WebSocket } from 'ws';
import { z } from 'zod';

const message = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('response'),
    id: z.string(),
    acs_user: z.looseObject({ acs_user_id: z.string() }),
  }),
  z.object({
    type: z.enum([
      'action_attempt.changed',
      'encoder.changed',
      'card.presented',
      'card.removed',
      'event',
      'sync.changed',
      'pairing.changed',
    ]),
    sequence: z.int(),
  }),
]);

/** A well-behaved client: it hears of every change, and asks for its own user, again as soon as it is answered. */
export class Regular implements Disposable {
  readonly #socket: WebSocket;
  readonly #userId: string;
  readonly #name: string;
  #asked = 0;
  #answered = Promise.withResolvers<void>();
  /** The sequences of the changes that it heard of, in the order in which they came. */
  readonly heard: number[] = [];
  /** What came that should not have: the answer of another, or to another request. */
  readonly wrong: string[] = [];

  private constructor(socket: WebSocket, name: string, userId: string) {
    this.#socket = socket;
    this.#name = name;
    this.#userId = userId;
    socket.on('message', (data) => this.#hear(data.toString()));
    socket.on('error', () => {});
    socket.on('close', (code) => {
      this.wrong.push(`closed with ${code}`);
      this.#answered.resolve();
    });
  }

  static async open(url: string, token: string, name: string, userId: string): Promise<Regular> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/live`, { perMessageDeflate: false });
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'authenticate', token }));
    const [data] = await once(socket, 'message');
    const { sequence } = z.object({ sequence: z.int() }).parse(JSON.parse(String(data)));
    const regular = new Regular(socket, name, userId);
    socket.send(JSON.stringify({ type: 'subscribe', after: sequence }));
    return regular;
  }

  /** Asks until told to stop; at least once. Returns how long each answer took, ms. */
  async askUntil(isOver: () => boolean, pauseMs: number): Promise<readonly number[]> {
    const times: number[] = [];
    do {
      const began = performance.now();
      this.#asked += 1;
      this.#answered = Promise.withResolvers();
      const params = { acs_user_id: this.#userId };
      this.#socket.send(JSON.stringify({ type: 'request', id: this.#id, path: '/acs/users/get', params }));
      await this.#answered.promise;
      times.push(performance.now() - began);
      // No more than the limit of a key lets through.
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    } while (!isOver() && this.wrong.length === 0);
    return times;
  }

  get #id(): string {
    return `${this.#name}-${this.#asked}`;
  }

  #hear(text: string): void {
    const said = message.safeParse(JSON.parse(text));
    if (!said.success) {
      this.wrong.push(text.slice(0, 300));
      this.#answered.resolve();
    } else if (said.data.type !== 'response') {
      this.heard.push(said.data.sequence);
    } else {
      const isOwn = said.data.id === this.#id && said.data.acs_user.acs_user_id === this.#userId;
      if (!isOwn) this.wrong.push(text.slice(0, 300));
      this.#answered.resolve();
    }
  }

  [Symbol.dispose](): void {
    this.#socket.removeAllListeners('close');
    this.#socket.terminate();
  }
}
