import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { z } from 'zod';

/** Stands for the service manager: Node.js has no datagram sockets of the family AF_UNIX. A file descriptor that comes along is the barrier (sd_notify_barrier(3)), and closed. */
const LISTENER = `
import json, os, socket, sys
heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
heard.bind(sys.argv[1])
print(json.dumps(''), flush=True)
while True:
    text, ancillary, _, _ = heard.recvmsg(4096, socket.CMSG_SPACE(64))
    for _, kind, data in ancillary:
        if kind == socket.SCM_RIGHTS:
            for at in range(0, len(data), 4):
                os.close(int.from_bytes(data[at:at + 4], sys.byteorder))
    print(json.dumps(text.decode()), flush=True)
`;

/** Whether there is what speaks to service managers: part of systemd. */
export const HAS_SYSTEMD_NOTIFY = spawnSync('systemd-notify', ['--version']).status === 0;

const TELLS_WITHIN_MS = 60_000;

/** What was said with one datagram, by its names. */
export type Told = Readonly<Record<string, string>>;

/** Where a service is expected to say how it is: a real datagram socket, which is gone when the test has ended. */
export class NotifyListener {
  readonly socket: string;
  /** In the order in which it was said; barriers are left out. */
  readonly told: Told[] = [];
  readonly #watchers = new Set<() => void>();

  private constructor(socket: string) {
    this.socket = socket;
  }

  static async open(): Promise<NotifyListener> {
    const folder = mkdtempSync(join(tmpdir(), 'encoderd-notify-'));
    const listener = new NotifyListener(join(folder, 'socket'));
    const child = spawn('python3', ['-c', LISTENER, listener.socket], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    onTestFinished(async () => {
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    });
    const lines = createInterface(child.stdout);
    await once(lines, 'line');
    lines.on('line', (line) => listener.#hear(z.string().parse(JSON.parse(line))));
    return listener;
  }

  /** Resolves with the first thing said, from the `from`th on, that fits. */
  async until(fits: (told: Told) => boolean, from = 0): Promise<Told> {
    const late = AbortSignal.timeout(TELLS_WITHIN_MS);
    for (;;) {
      const found = this.told.slice(from).find(fits);
      if (found !== undefined) return found;
      await new Promise<void>((resolve, reject) => {
        const end = () => {
          this.#watchers.delete(end);
          late.removeEventListener('abort', stop);
          resolve();
        };
        const stop = () => reject(new Error(`this alone was said: ${JSON.stringify(this.told)}`));
        late.addEventListener('abort', stop, { once: true });
        this.#watchers.add(end);
      });
    }
  }

  #hear(text: string): void {
    if (text.startsWith('BARRIER=')) return;
    this.told.push(
      Object.fromEntries(
        text.split('\n').map((line) => {
          const at = line.indexOf('=');
          return [line.slice(0, at), line.slice(at + 1)];
        }),
      ),
    );
    for (const watcher of [...this.#watchers]) watcher();
  }
}
