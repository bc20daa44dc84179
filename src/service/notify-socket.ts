import { spawn } from 'node:child_process';
import type { Logger } from '../log.ts';

/** How long the sender may take. It waits up to 5 s itself until the service manager has heard it (sd_notify_barrier(3)). */
const SENDER_WITHIN_MS = 10_000;

/** What the service manager understands, as sd_notify(3) names it: `READY`, `STATUS`, `STOPPING`, `WATCHDOG`. */
export type Notice = Readonly<Record<string, string>>;

/** Where a service manager listens (sd_notify(3)), and how often it wants to hear that the service is alive. */
export interface NotifyWishes {
  /** `$NOTIFY_SOCKET`: a path, or `@name`. */
  readonly socket: string;
  /** `$WATCHDOG_USEC` in milliseconds; null: it keeps no watch over this process. */
  readonly watchdogMs: number | null;
}

/**
 * What the service manager wants of this process; null: there is none. Takes the variables out of the environment, so that no process which is
 * started from here speaks for the service.
 */
export function takeNotifyWishes(env: NodeJS.ProcessEnv, pid: number): NotifyWishes | null {
  const { NOTIFY_SOCKET: socket = '', WATCHDOG_USEC: microseconds = '', WATCHDOG_PID: watched = '' } = env;
  for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']) delete env[name];
  if (socket === '') return null;
  const isForUs = watched === '' || watched === String(pid);
  const isWatched = isForUs && /^[1-9]\d*$/.test(microseconds);
  return { socket, watchdogMs: isWatched ? Number(microseconds) / 1000 : null };
}

/**
 * Speaks to the service manager. Node.js has no datagram sockets of the family AF_UNIX, so systemd-notify(1) does it, which also stays until what it
 * said was heard. What is said while it is under way goes together, the last word of each name counts. Nothing that fails here is an error of anybody.
 */
export class NotifySocket {
  readonly #socket: string;
  readonly #log: Logger;
  #next: Record<string, string> = {};
  #sending: Promise<void> | null = null;
  #hasFailed = false;

  constructor(socket: string, log: Logger) {
    this.#socket = socket;
    this.#log = log;
  }

  /** Resolves once it was said, or could not be. */
  say(notice: Notice): Promise<void> {
    Object.assign(this.#next, notice);
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = null;
    });
    return this.#sending;
  }

  async #sendAll(): Promise<void> {
    while (Object.keys(this.#next).length > 0) {
      const words = Object.entries(this.#next).map(([name, text]) => `${name}=${text}`);
      this.#next = {};
      const problem = await this.#send(words);
      if (problem !== null && !this.#hasFailed) {
        this.#log.warn({ problem }, 'the service manager cannot be told how the daemon is');
      }
      this.#hasFailed = problem !== null;
    }
  }

  /** Resolves with what went wrong, or null. */
  #send(words: readonly string[]): Promise<string | null> {
    return new Promise((resolve) => {
      const child = spawn('systemd-notify', words, {
        env: { PATH: process.env['PATH'], NOTIFY_SOCKET: this.#socket },
        stdio: 'ignore',
        timeout: SENDER_WITHIN_MS,
        killSignal: 'SIGKILL',
      });
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => {
        resolve(code === 0 ? null : `systemd-notify ended with ${signal ?? `exit code ${code}`}`);
      });
    });
  }
}
