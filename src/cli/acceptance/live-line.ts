import { WebSocket } from 'ws';
import { z } from 'zod';
import { type DaemonClient, noDaemon, refusalIn } from '../daemon-client.ts';
import { CommandError } from '../terminal.ts';

const frame = z.looseObject({ type: z.string(), id: z.string().optional() });

type Frame = z.output<typeof frame>;

/** How long each answer may take. */
const ANSWER_MS = 5_000;

/** A WebSocket to the daemon that is authenticated, to ask over it. */
export class LiveLine implements AsyncDisposable {
  readonly #socket: WebSocket;
  readonly #frames: Frame[] = [];
  #wake = () => {};
  #failure: CommandError | null = null;

  private constructor(daemon: DaemonClient) {
    this.#socket = new WebSocket(new URL('/live', daemon.url.replace(/^http/, 'ws')));
    const fail = (failure: CommandError) => {
      this.#failure ??= failure;
      this.#wake();
    };
    this.#socket.on('open', () =>
      this.#socket.send(JSON.stringify({ type: 'authenticate', token: daemon.token })),
    );
    this.#socket.on('message', (data) => {
      this.#frames.push(frame.parse(JSON.parse(data.toString())));
      this.#wake();
    });
    this.#socket.on('error', (error) => fail(noDaemon(daemon.url, error)));
    this.#socket.on('close', () => fail(new CommandError('The daemon closed the connection.')));
  }

  /** Throws CommandError when there is nobody, or the daemon refuses. */
  static async open(daemon: DaemonClient): Promise<LiveLine> {
    const line = new LiveLine(daemon);
    await line.#next(({ type }) => type === 'authenticated');
    return line;
  }

  /** The answer to a request. Throws CommandError with a refusal. */
  async ask(path: string, params: object): Promise<unknown> {
    const id = crypto.randomUUID();
    this.#socket.send(JSON.stringify({ type: 'request', id, path, params }));
    const answer = await this.#next((one) => one.type === 'response' && one.id === id);
    const refusal = refusalIn(answer);
    if (refusal !== null) throw refusal;
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.terminate();
  }

  async #next(holds: (one: Frame) => boolean): Promise<Frame> {
    const late = AbortSignal.timeout(ANSWER_MS);
    for (;;) {
      const found = this.#frames.find(holds);
      if (found !== undefined) return found;
      const refused = this.#frames.find(({ type }) => type === 'error');
      if (refused !== undefined) throw refusalIn(refused) ?? new CommandError('The daemon refuses.');
      if (this.#failure !== null) throw this.#failure;
      if (late.aborted) throw new CommandError(`No answer came over the WebSocket within ${ANSWER_MS} ms.`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        late.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }
}
