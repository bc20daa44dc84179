import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { z } from 'zod';

/** What QEMU says on its monitor: an answer to a command, or an event, of which only the name counts here. */
const message = z.union([
  z.object({ id: z.number(), return: z.unknown() }),
  z.object({ id: z.number(), error: z.object({ desc: z.string() }) }),
  z.object({ event: z.string(), data: z.object({ device: z.string().optional() }).optional() }),
  z.object({ QMP: z.unknown() }),
]);

/** QEMU's monitor (the QEMU Machine Protocol). Every pending call rejects once QEMU has gone. */
export class Qmp {
  readonly #socket: Socket;
  readonly #pending = new Map<number, PromiseWithResolvers<unknown>>();
  #deleted = new Map<string, PromiseWithResolvers<void>>();
  readonly #awaited = new Map<string, PromiseWithResolvers<void>>();
  #count = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    // The interface passes on the error of a socket that was cut off; its close tells all that counts.
    createInterface({ input: socket })
      .on('line', (line) => this.#hear(line))
      .on('error', () => {});
    socket.on('close', () => {
      for (const call of [this.#pending, this.#deleted, this.#awaited].flatMap((calls) => [
        ...calls.values(),
      ])) {
        call.reject(new Error('QEMU has ended'));
      }
    });
  }

  /** Waits at `path` for QEMU to call. `signal` ends the wait. */
  static async listen(path: string, signal: AbortSignal): Promise<() => Promise<Qmp>> {
    const accept = await listenOnce(path, signal);
    return async () => {
      const qmp = new Qmp(await accept());
      await qmp.run('qmp_capabilities');
      return qmp;
    };
  }

  /** Rejects with QEMU's own words. */
  run(command: string, words: object = {}): Promise<unknown> {
    this.#count += 1;
    const call = Promise.withResolvers<unknown>();
    if (this.#socket.destroyed) call.reject(new Error('QEMU has ended'));
    this.#pending.set(this.#count, call);
    this.#socket.write(`${JSON.stringify({ execute: command, arguments: words, id: this.#count })}\n`);
    return call.promise;
  }

  /** A line for a person at the monitor; resolves with the answer, which is empty when all is well. */
  async runLine(line: string): Promise<string> {
    return z.string().parse(await this.run('human-monitor-command', { 'command-line': line }));
  }

  /** Pulls a device out, and resolves when the guest has let go of it. */
  async pull(deviceId: string): Promise<void> {
    const gone = Promise.withResolvers<void>();
    this.#deleted.set(deviceId, gone);
    await Promise.all([gone.promise, this.run('device_del', { id: deviceId })]);
  }

  /** Resolves when QEMU tells this event the next time; one waits for it at a time. */
  event(name: string): Promise<void> {
    const heard = Promise.withResolvers<void>();
    this.#awaited.set(name, heard);
    return heard.promise;
  }

  #hear(line: string): void {
    const said = message.parse(JSON.parse(line));
    if ('event' in said) {
      this.#awaited.get(said.event)?.resolve();
      const device = said.data?.device;
      if (said.event === 'DEVICE_DELETED' && device !== undefined) this.#deleted.get(device)?.resolve();
      return;
    }
    if ('QMP' in said) return;
    const call = this.#pending.get(said.id);
    this.#pending.delete(said.id);
    if ('error' in said) call?.reject(new Error(`QEMU: ${said.error.desc}`));
    else call?.resolve(said.return);
  }
}

/** Listens on a Unix socket; what it resolves with waits for the one caller, and then listens no more. */
export async function listenOnce(path: string, signal: AbortSignal): Promise<() => Promise<Socket>> {
  const server = createServer();
  const called = once(server, 'connection', { signal });
  // Somebody may never ask for the caller.
  called.catch(() => {});
  server.listen(path);
  await once(server, 'listening');
  signal.addEventListener('abort', () => server.close(), { once: true });
  return async () => {
    const [socket] = await called;
    // Whoever is at the other end may be ended at any time: the close tells it.
    socket.on('error', () => {});
    server.close();
    return socket;
  };
}
