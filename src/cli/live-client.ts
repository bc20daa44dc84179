import { json } from 'node:stream/consumers';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { type DaemonClient, noDaemon, notEncoderd, refusalIn } from './daemon-client.ts';
import { CommandError } from './terminal.ts';

const message = z.looseObject({ type: z.string(), sequence: z.int().optional() });

export type LiveMessage = z.output<typeof message>;

/** Everything that happens at the desk from now on, until `signal` fires. Throws CommandError when the daemon goes. */
export async function* watchDesk(daemon: DaemonClient, signal: AbortSignal): AsyncGenerator<LiveMessage> {
  const socket = new WebSocket(new URL('/live', daemon.url.replace(/^http/, 'ws')));
  const arrived: LiveMessage[] = [];
  let isOpen = false;
  let ended: CommandError | null = null;
  let wake = () => {};
  const end = (error: CommandError) => {
    ended ??= error;
    wake();
  };
  socket.on('open', () => {
    isOpen = true;
    socket.send(JSON.stringify({ type: 'authenticate', token: daemon.token }));
  });
  socket.on('message', (data) => {
    arrived.push(message.parse(JSON.parse(data.toString())));
    wake();
  });
  socket.on('error', (error) =>
    end(
      isOpen
        ? new CommandError(`The connection to the daemon broke: ${error.message}`)
        : noDaemon(daemon.url, error),
    ),
  );
  socket.on('unexpected-response', (_request, response) => {
    void json(response)
      .catch(() => null)
      .then((body) => end(refusalIn(body) ?? notEncoderd(daemon.url)));
  });
  socket.on('close', (_code, reason) =>
    end(new CommandError(`The daemon closed the connection. ${reason}`.trim())),
  );
  const stop = () => end(new CommandError('stopped'));
  signal.addEventListener('abort', stop);
  try {
    for (;;) {
      const next = arrived.shift();
      if (next?.type === 'authenticated') {
        socket.send(JSON.stringify({ type: 'subscribe', after: next.sequence ?? 0 }));
        yield next;
      } else if (next?.type === 'error') {
        throw refusalIn(next) ?? new CommandError('The daemon refuses, and does not say why.');
      } else if (next !== undefined) {
        yield next;
      } else if (signal.aborted) {
        return;
      } else if (ended !== null) {
        throw ended;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    signal.removeEventListener('abort', stop);
    socket.terminate();
  }
}
