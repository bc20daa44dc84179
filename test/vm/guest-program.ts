import type { Shell } from './shell.ts';

/** A program that runs in the guest. */
export class GuestProgram {
  /** Every whole line that it has written, errors too. */
  readonly lines: string[] = [];
  /** Called after lines have come. */
  onLine: () => void = () => {};
  /** Resolves with its exit code. */
  readonly ended: Promise<number>;
  readonly #shell: Shell;
  readonly #kill: (signal: NodeJS.Signals) => Promise<unknown>;
  #rest = '';
  #hasEnded = false;
  /** Those who wait for a line. */
  #listeners = new Set<() => void>();

  constructor(shell: Shell, command: string, kill: (signal: NodeJS.Signals) => Promise<unknown>) {
    this.#shell = shell;
    this.#kill = kill;
    this.ended = shell.run(command, true, (text) => this.#hear(text)).then(({ exitCode }) => exitCode);
    const end = () => {
      this.#hasEnded = true;
      this.#wake();
    };
    this.ended.then(end, end);
  }

  /** A line on its standard input. Throws when the program has ended, with what it wrote at last. */
  write(line: string): void {
    if (this.#hasEnded) throw new Error(`the program in the guest has ended:\n${this.lastLines}`);
    this.#shell.write(`${line}\n`);
  }

  /** Resolves with the first line from `from` on that fits. Rejects when the program ends, or none comes in time; with what it wrote. */
  async untilLine(fits: (line: string) => boolean, from = 0, timeoutMs = 60_000): Promise<string> {
    const late = AbortSignal.timeout(timeoutMs);
    for (let at = from; ; at += 1) {
      while (at >= this.lines.length) {
        if (this.#hasEnded || late.aborted) {
          const what = late.aborted ? `wrote no such line in ${timeoutMs} ms` : 'ended';
          throw new Error(`the program in the guest ${what}:\n${this.lines.slice(from).join('\n')}`);
        }
        await this.#news(late);
      }
      const line = this.lines[at] ?? '';
      if (fits(line)) return line;
    }
  }

  /** What tells why it ended. */
  get lastLines(): string {
    return this.lines.slice(-20).join('\n');
  }

  /** Sends a signal, and resolves with the exit code. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number> {
    if (!this.#hasEnded) await this.#kill(signal);
    return this.ended;
  }

  #hear(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    this.lines.push(...lines);
    this.onLine();
    this.#wake();
  }

  #wake(): void {
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener();
  }

  #news(late: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        late.removeEventListener('abort', wake);
        resolve();
      };
      this.#listeners.add(wake);
      late.addEventListener('abort', wake, { once: true });
    });
  }
}
