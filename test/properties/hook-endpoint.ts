import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { z } from 'zod';

const delivered = z.looseObject({ event_id: z.string() });

/** A web server that takes in whatever webhooks send it, and knows which event came to which URL. */
export class HookEndpoint implements AsyncDisposable {
  readonly #server: Server;
  readonly #heard = new Map<string, string[]>();
  readonly #waiters = new Set<() => void>();
  #urls = 0;

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { event_id } = delivered.parse(JSON.parse(Buffer.concat(chunks).toString()));
        this.heardAt(this.#urlOf(request.url ?? '')).push(event_id);
        response.end();
        for (const waiter of this.#waiters) waiter();
      });
    });
  }

  static async open(): Promise<HookEndpoint> {
    const endpoint = new HookEndpoint();
    endpoint.#server.listen(0, '127.0.0.1');
    await once(endpoint.#server, 'listening');
    return endpoint;
  }

  /** A URL that nobody has been told of. */
  newUrl(): string {
    this.#urls += 1;
    return this.#urlOf(`/${this.#urls}`);
  }

  /** The events that came to a URL, in the order in which they came; one may come twice. */
  heardAt(url: string): string[] {
    const heard = this.#heard.get(url) ?? [];
    this.#heard.set(url, heard);
    return heard;
  }

  /** Resolves once so many different events came to a URL. Rejects after 10 s. */
  async hears(url: string, count: number): Promise<void> {
    const late = AbortSignal.timeout(10_000);
    while (new Set(this.heardAt(url)).size < count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiters.add(resolve);
      late.addEventListener('abort', () => resolve(), { once: true });
      await promise;
      this.#waiters.delete(resolve);
      if (late.aborted) throw new Error(`${this.heardAt(url).length} of ${count} events came to ${url}`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  #urlOf(path: string): string {
    const address = this.#server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    return `http://127.0.0.1:${port}${path}`;
  }
}
