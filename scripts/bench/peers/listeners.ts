import { once } from 'node:events';
import { type RawData, WebSocket } from 'ws';
import { z } from 'zod';
import { answer, orders } from './orders.ts';

/**
 * A program: many WebSocket clients that listen. Its first order says where; with a token they authenticate and subscribe. Every order after
 * that is answered once each of them has heard something more: with when that was, milliseconds of the monotonic clock.
 */
const order = z.object({ url: z.string(), token: z.string().nullable(), count: z.int().positive() });

const authenticated = z.object({ type: z.literal('authenticated'), sequence: z.int() });

const given = orders();
const { url, token, count } = order.parse((await given.next()).value);
let heard: number[] = [];
let allHeard = Promise.withResolvers<void>();
const hear = () => {
  heard.push(Number(process.hrtime.bigint()) / 1e6);
  if (heard.length === count) allHeard.resolve();
};
await Promise.all(Array.from({ length: count }, listen));
answer({ ready: true });
for await (const _ of given) {
  await allHeard.promise;
  answer({ heardAtMs: heard });
  heard = [];
  allHeard = Promise.withResolvers<void>();
}

async function listen(): Promise<void> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  await once(socket, 'open');
  if (token !== null) {
    socket.send(JSON.stringify({ type: 'authenticate', token }));
    const [data]: RawData[] = await once(socket, 'message');
    const { sequence } = authenticated.parse(JSON.parse(String(data)));
    socket.send(JSON.stringify({ type: 'subscribe', after: sequence }));
  }
  socket.on('message', hear);
}
