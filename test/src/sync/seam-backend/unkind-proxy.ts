import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * What happens to a request: it is reset before the backend got it, or its answer is lost after the backend acted; or something else is
 * answered than the backend said.
 */
export type Treatment = 'reset_before' | 'reset_after' | ((response: ServerResponse, url: URL) => void);

/** An HTTP proxy on loopback that treats some requests badly. */
export class UnkindProxy implements AsyncDisposable {
  /** `POST /acs/users/create`, in the order in which they came. */
  readonly requests: string[] = [];
  /** The `authorization` of each. */
  readonly keys: string[] = [];
  readonly #treatments = new Map<string, Treatment>();
  #cut: { readonly at: number; readonly treatment: Treatment } | null = null;
  readonly #target: URL;
  readonly #server = createServer((request, response) => this.#take(request, response));

  private constructor(target: string) {
    this.#target = new URL(target);
  }

  static async open(target: string): Promise<UnkindProxy> {
    const proxy = new UnkindProxy(target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url(): string {
    const address: AddressInfo | string | null = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The proxy listens on no port.');
    return `http://127.0.0.1:${address.port}`;
  }

  /** What happens to the next request to this path, and to no other. */
  treat(path: string, treatment: Treatment): void {
    this.#treatments.set(path, treatment);
  }

  /** What happens to the request that comes after `count` others from now on, whatever it is. */
  treatAfter(count: number, treatment: Treatment): void {
    this.#cut = { at: this.requests.length + count, treatment };
  }

  /** Answers the next request to this path with this JSON. */
  answerOnce(path: string, body: (url: URL) => object): void {
    this.treat(path, (response, url) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body(url)));
    });
  }

  /** How often this path was asked. */
  count(path: string): number {
    return this.requests.filter((line) => line.endsWith(` ${path}`)).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', this.url);
    const { pathname, search } = url;
    this.requests.push(`${request.method} ${pathname}`);
    this.keys.push(request.headers.authorization ?? '');
    const isCut = this.#cut?.at === this.requests.length - 1;
    const treatment = isCut ? this.#cut?.treatment : this.#treatments.get(pathname);
    this.#treatments.delete(pathname);
    if (treatment === 'reset_before') {
      request.socket.resetAndDestroy();
      return;
    }
    if (typeof treatment === 'function') {
      request.resume();
      treatment(response, url);
      return;
    }
    const { host: _, ...headers } = request.headers;
    const { hostname, port } = this.#target;
    const onward = send(
      { hostname, port, method: request.method, path: pathname + search, headers },
      (answer) => {
        if (treatment === 'reset_after') {
          answer.resume();
          answer.once('end', () => request.socket.resetAndDestroy());
          return;
        }
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    request.pipe(onward);
  }
}
