import { WebSocket } from 'ws';
import { z } from 'zod';
import { type DaemonClient, noDaemon, notEncoderd } from './daemon-client.ts';
import { CommandError, EXIT } from './terminal.ts';

const message = z.looseObject({ type: z.string(), sequence: z.int().optional() });

/** Why the daemon closes a connection. */
const refusal = z.object({ type: z.literal('error'), error: z.object({ type: z.string(), message: z.string() }) });

export type LiveMessage = z.output<typeof message>;

/** Everything that happens at the desk from now on, until `signal` fires. Throws CommandError when the daemon goes. */
export async function* watchDesk(daemon: DaemonClient, signal: AbortSignal): AsyncGenerator<LiveMessage> {
  const socket = new WebSocket(new URL('/live', daemon.url.replace(/^http/, 'ws')));
  const arrived: LiveMessage[] = [];
  let ended: CommandError | null = null;
  let wake = () => {};
  const end = (error: CommandError) => {
    ended ??= error;
    wake();
  };
  socket.on('open', () => socket.send(JSON.stringify({ type: 'authenticate', token: daemon.token })));
  socket.on('message', (data) => {
    arrived.push(message.parse(JSON.parse(data.toString())));
    wake();
  });
  // Nobody listens there, or somebody who speaks no WebSocket.
  socket.on('error', (error) => end('code' in error ? noDaemon(daemon.url, error) : notEncoderd(daemon.url)));
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
        const { type, message } = refusal.parse(next).error;
        throw new CommandError(message, EXIT.failed, { type });
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
