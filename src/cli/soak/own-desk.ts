import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { DaemonClient } from '../daemon-client.ts';
import { CommandError, EXIT } from '../terminal.ts';

const MAIN = fileURLToPath(new URL('../../main.ts', import.meta.url));

/** How long a daemon may take to start, and to stop. */
const START_MS = 60_000;
const STOP_MS = 30_000;

/** What the daemon uses of the computer. Null where this system does not tell. */
export interface Usage {
  readonly rssBytes: number | null;
  readonly fds: number | null;
  readonly databaseBytes: number;
}

/** A daemon with virtual encoders in a temporary state folder: never the desk's. To dispose of it leaves nothing. */
export class OwnDesk implements AsyncDisposable {
  readonly stateDir = mkdtempSync(join(tmpdir(), 'encoderd-soak-'));
  readonly #configPath = join(this.stateDir, 'soak.yaml');
  #child: ChildProcess | null = null;
  #lastWords: string[] = [];

  constructor(encoders: number, lostEverySeconds: number) {
    const virtual = { encoders, one_lost_every_seconds: lostEverySeconds };
    const limits = { requests_per_second: 1_000_000, request_burst: 1_000_000 };
    // JSON is YAML.
    writeFileSync(this.#configPath, JSON.stringify({ drivers: { virtual }, limits }));
  }

  /** Throws CommandError with the daemon's last words when it does not start. */
  async start(): Promise<DaemonClient> {
    const foreign = Object.keys(process.env).filter((name) => name.startsWith('ENCODERD_'));
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      ...Object.fromEntries(foreign.map((name) => [name, undefined])),
      ENCODERD_STATE_DIR: this.stateDir,
      ENCODERD_CONFIG: this.#configPath,
      ENCODERD_PORT: '0',
      ENCODERD_LOG_LEVEL: 'error',
    };
    const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    this.#lastWords = [];
    const listening = Promise.withResolvers<boolean>();
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        this.#lastWords = [...this.#lastWords.slice(-4), line];
        if (line.includes('"listening"')) listening.resolve(true);
      });
    }
    child.once('exit', () => listening.resolve(false));
    const late = setTimeout(() => listening.resolve(false), START_MS);
    const isListening = await listening.promise;
    clearTimeout(late);
    if (isListening) return new DaemonClient({ 'state-dir': this.stateDir });
    await this.end('SIGKILL');
    throw new CommandError(
      `The daemon of the soak test did not start:\n${this.#lastWords.join('\n')}`,
      EXIT.unavailable,
    );
  }

  /** Ends the daemon: SIGTERM as a service does, SIGKILL as a power cut. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await exited;
    clearTimeout(late);
  }

  /** Whether the daemon has ended by itself. */
  get hasDied(): boolean {
    return this.#child !== null && (this.#child.exitCode !== null || this.#child.signalCode !== null);
  }

  /** What it said last. */
  get lastWords(): string {
    return this.#lastWords.join('\n');
  }

  usage(): Usage {
    const pid = this.#child?.pid;
    const files = ['encoderd.db', 'encoderd.db-wal'].map(
      (name) => statSync(join(this.stateDir, name), { throwIfNoEntry: false })?.size ?? 0,
    );
    return {
      rssBytes: pid === undefined ? null : tried(() => rssIn(readFileSync(`/proc/${pid}/status`, 'utf8'))),
      fds: pid === undefined ? null : tried(() => readdirSync(`/proc/${pid}/fd`).length),
      databaseBytes: files.reduce((sum, size) => sum + size, 0),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL');
    rmSync(this.stateDir, { recursive: true, force: true });
  }
}

function rssIn(status: string): number | null {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return kibibytes === undefined ? null : Number(kibibytes) * 1_024;
}

/** Null where the system has no such file, or the process is just going. */
function tried<T>(look: () => T): T | null {
  try {
    return look();
  } catch {
    return null;
  }
}
