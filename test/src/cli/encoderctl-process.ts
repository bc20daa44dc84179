import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { type EncoderdProcess, startEncoderd } from '../../../scripts/encoderd-process.ts';

/** The tool's entry. */
export const ENCODERCTL = fileURLToPath(new URL('../../../src/cli/encoderctl.ts', import.meta.url));

/** What a command left. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that goes on until it is told to stop. */
export interface RunningCommand {
  readonly process: ChildProcess;
  /** Resolves with the first line on stdout, from now on or before, of which this holds. */
  line(holds: (line: string) => boolean): Promise<string>;
  readonly outcome: Promise<Outcome>;
}

/** A technician's shell on a state folder of its own. */
export class Shell implements AsyncDisposable {
  readonly stateDir = mkdtempSync(join(tmpdir(), 'encoderd-cli-'));
  readonly #leaving = new AsyncDisposableStack();

  constructor() {
    this.#leaving.defer(() => rmSync(this.stateDir, { recursive: true, force: true }));
  }

  /** Runs `encoderctl` with these words to its end. */
  run(...words: readonly string[]): Promise<Outcome> {
    return this.start(...words).outcome;
  }

  /** As `run`, and reads what it said as JSON. Throws when it failed. */
  async json(...words: readonly string[]): Promise<unknown> {
    const { code, stdout, stderr } = await this.run(...words, '--json');
    if (code !== 0) throw new Error(`encoderctl ${words.join(' ')} ended with ${code}: ${stderr}`);
    return JSON.parse(stdout);
  }

  start(...words: readonly string[]): RunningCommand {
    const env = { ...process.env, ENCODERD_STATE_DIR: this.stateDir };
    const child = spawn(process.execPath, [ENCODERCTL, ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const exited = once(child, 'exit');
    this.#leaving.defer(async () => {
      child.kill('SIGKILL');
      await exited;
    });
    const lines: string[] = [];
    let hear = () => {};
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      hear();
    });
    const outcome = Promise.all([exited, text(child.stdout), text(child.stderr)]).then(
      ([[code], stdout, stderr]) => ({ code, stdout, stderr }),
    );
    return {
      process: child,
      outcome,
      line: async (holds) => {
        for (;;) {
          const found = lines.find(holds);
          if (found !== undefined) return found;
          const next = new Promise<'heard'>((resolve) => {
            hear = () => resolve('heard');
          });
          if ((await Promise.race([next, outcome])) === 'heard') continue;
          throw new Error(`encoderctl ended, and said:\n${lines.join('\n')}\n${(await outcome).stderr}`);
        }
      },
    };
  }

  /** Starts a daemon on the same state folder. */
  async startDaemon(): Promise<EncoderdProcess> {
    const daemon = await startEncoderd({
      ENCODERD_STATE_DIR: this.stateDir,
      ENCODERD_DRIVERS: 'virtual',
      ENCODERD_LOG_LEVEL: 'warn',
    });
    this.#leaving.defer(() => daemon.kill());
    return daemon;
  }

  /** Ends what still runs, and removes the state folder. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#leaving.disposeAsync();
  }
}
