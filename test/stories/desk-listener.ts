import { WebSocket } from 'ws';
import { z } from 'zod';

const change = z.looseObject({
  type: z.string(),
  sequence: z.int().optional(),
  action_attempt: z
    .looseObject({ action_attempt_id: z.string(), phase: z.string(), hint: z.string().optional() })
    .optional(),
  acs_encoder: z.looseObject({ acs_encoder_id: z.string(), state: z.string() }).optional(),
  acs_encoder_id: z.string().optional(),
  card: z.object({ uid: z.string(), card_number: z.string(), technology: z.string() }).optional(),
});

export type DeskChange = z.output<typeof change>;

/** How long a story waits for what must come, milliseconds. */
const PATIENCE_MS = 15_000;

/** Somebody at the desk who hears every change, and waits for the one that the story is about. */
export class DeskListener {
  readonly #socket: WebSocket;
  /** What was heard and not yet waited for. */
  #heard: DeskChange[] = [];
  #look = () => {};

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  /** Hears everything from now on. */
  static async open(url: string, token: string): Promise<DeskListener> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/live`);
    const listener = new DeskListener(socket);
    await new Promise<void>((resolve, reject) => {
      socket.on('error', reject);
      socket.on('open', () => socket.send(JSON.stringify({ type: 'authenticate', token })));
      socket.on('message', (data) => {
        const message = change.parse(JSON.parse(data.toString()));
        if (message.type === 'authenticated') {
          socket.send(JSON.stringify({ type: 'subscribe', after: message.sequence }));
          resolve();
        } else {
          listener.#heard.push(message);
          listener.#look();
        }
      });
    });
    return listener;
  }

  /** Resolves with the first change of this kind that fits, after the one that was waited for last. */
  until(type: string, fits: (change: DeskChange) => boolean): Promise<DeskChange> {
    const found = Promise.withResolvers<DeskChange>();
    const timer = setTimeout(() => {
      const heard = this.#heard.map((one) => JSON.stringify(one)).join('\n');
      found.reject(new Error(`No fitting ${type} came within ${PATIENCE_MS} ms. Heard:\n${heard}`));
    }, PATIENCE_MS);
    this.#look = () => {
      const at = this.#heard.findIndex((one) => one.type === type && fits(one));
      const fitting = this.#heard[at];
      if (fitting === undefined) return;
      this.#heard = this.#heard.slice(at + 1);
      found.resolve(fitting);
    };
    this.#look();
    return found.promise.finally(() => {
      clearTimeout(timer);
      this.#look = () => {};
    });
  }

  close(): void {
    this.#socket.terminate();
  }
}
