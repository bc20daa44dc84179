import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SeamWebhook } from '@seamapi/webhook';
import { z } from 'zod';
import { checkResource } from '../seam-schema.ts';

/** What came to a receiver. */
export interface ReceivedPost {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** As it was sent. */
  readonly body: string;
}

/** What a receiver does with a post. */
export type Reply = (response: ServerResponse, post: ReceivedPost) => void;

/** Takes whatever comes. */
export const accept: Reply = (response) => void response.end();

/** Answers with this status and text. */
export const answer =
  (status: number, body = '', headers: Readonly<Record<string, string>> = {}): Reply =>
  (response) =>
    void response.writeHead(status, headers).end(body);

/** A program on loopback that events are posted to. */
export class WebhookReceiver implements AsyncDisposable {
  readonly posts: ReceivedPost[] = [];
  /** How many posts were ever open at the same time. */
  mostAtOnce = 0;
  reply: Reply;
  #open = 0;
  readonly #server = createServer(async (request, response) => {
    this.#open += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#open);
    response.on('close', () => {
      this.#open -= 1;
    });
    // The daemon may go while it sends.
    const body = await text(request).catch(() => null);
    if (body === null) return;
    const post = { path: request.url ?? '', headers: plain(request.headers), body };
    this.posts.push(post);
    this.reply(response, post);
  });

  private constructor(reply: Reply) {
    this.reply = reply;
  }

  static async open(reply: Reply = accept): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver(reply);
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  get url(): string {
    const address: AddressInfo | string | null = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The receiver listens on no port.');
    return `http://127.0.0.1:${address.port}/hooks`;
  }

  /** How many posts are open now. */
  get openPosts(): number {
    return this.#open;
  }

  /** The `svix-id` of every post, in the order in which they came. */
  get ids(): readonly string[] {
    return this.posts.map(({ headers }) => headers['svix-id'] ?? '');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

const received = z.looseObject({ event_id: z.string(), event_type: z.string() });

/** The event of a post, verified by Seam's own library and held against Seam's schema. Throws when either has something against it. */
export function verified(secret: string, { body, headers }: ReceivedPost): z.output<typeof received> {
  const event: unknown = new SeamWebhook(secret).verify(body, headers);
  checkResource('event', event);
  return received.parse(event);
}

function plain(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
