import { WebSocket } from 'ws';
import { z } from 'zod';

const message = z.looseObject({ type: z.string(), sequence: z.int().optional() });

export type Heard = z.output<typeof message>;

/** A WebSocket client that hears every change from now on, with the monotonic time in nanoseconds at which it came. */
export async function listen(
  url: string,
  token: string,
  hear: (message: Heard, atNs: bigint) => void,
): Promise<Disposable> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/live`);
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('open', () => socket.send(JSON.stringify({ type: 'authenticate', token })));
    socket.on('message', (data) => {
      const atNs = process.hrtime.bigint();
      const heard = message.parse(JSON.parse(data.toString()));
      if (heard.type === 'authenticated') {
        socket.send(JSON.stringify({ type: 'subscribe', after: heard.sequence ?? 0 }));
        resolve();
      } else {
        hear(heard, atNs);
      }
    });
  });
  return { [Symbol.dispose]: () => socket.terminate() };
}
