import { z } from 'zod';
import { WebhookReceiver } from '../stories/webhook-receiver.ts';

const delivered = z.looseObject({ event_id: z.string() });

/** A web server that takes in whatever webhooks send it, and knows which event came to which URL. */
export class HookEndpoint implements AsyncDisposable {
  readonly #receiver: WebhookReceiver;
  readonly #waiters = new Set<() => void>();
  #urls = 0;

  private constructor(receiver: WebhookReceiver) {
    this.#receiver = receiver;
    receiver.reply = (response) => {
      response.end();
      for (const waiter of this.#waiters) waiter();
    };
  }

  static async open(): Promise<HookEndpoint> {
    return new HookEndpoint(await WebhookReceiver.open());
  }

  /** A URL that nobody has been told of. */
  newUrl(): string {
    this.#urls += 1;
    return `${this.#receiver.url}/${this.#urls}`;
  }

  /** The ids of the events that came to a URL; each once, however often it came. */
  heardAt(url: string): ReadonlySet<string> {
    const posts = this.#receiver.posts.filter(({ path }) => path === new URL(url).pathname);
    return new Set(posts.map(({ body }) => delivered.parse(JSON.parse(body)).event_id));
  }

  /** Resolves once so many events came to a URL. Rejects after 10 s. */
  async hears(url: string, count: number): Promise<void> {
    const late = AbortSignal.timeout(10_000);
    while (this.heardAt(url).size < count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiters.add(resolve);
      late.addEventListener('abort', () => resolve(), { once: true });
      await promise;
      this.#waiters.delete(resolve);
      if (late.aborted) throw new Error(`${this.heardAt(url).size} of ${count} events came to ${url}`);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#receiver[Symbol.asyncDispose]();
  }
}
