/** Exit codes, as in sysexits.h. */
export const EXIT = { failed: 1, usage: 64, unavailable: 69, configuration: 78 } as const;

/** What a program may want to know of a failure, as far as it is known; in the API's words. */
export interface FailureDetails {
  /** The type of the API's error, or of the attempt's. */
  readonly type?: string;
  /** Why the attempt failed, finely. */
  readonly reason?: string;
  readonly action_attempt_id?: string;
}

/** A command cannot do what was asked. The message tells the technician what to do. */
export class CommandError extends Error {
  /** One of EXIT. */
  readonly exitCode: number;
  readonly details: FailureDetails;

  constructor(message: string, exitCode: number = EXIT.failed, details: FailureDetails = {}) {
    super(message);
    this.name = 'CommandError';
    this.exitCode = exitCode;
    this.details = details;
  }
}

/** Where a command says what it has to say: to a person, or as JSON to a program. */
export interface Terminal {
  readonly isJson: boolean;
  /** The command's result, once: `value` for a program, `lines` for a person. */
  result(value: unknown, lines: readonly string[]): void;
  /** One of many things that happen while the command runs: a JSON object a line. */
  news(value: unknown, line: string): void;
  /** How far work has come, for a person: a bar that is drawn anew where the output is a terminal, else a line. */
  progress(text: string, done: number, total: number): void;
  fail(error: CommandError): void;
}

/** How long a bar is, in characters. */
const BAR_LENGTH = 24;

/** Back to the beginning of the line, and nothing left on it (ECMA-48, EL). */
const CLEAR_LINE = '\r\u001B[K';

export function terminal(isJson: boolean): Terminal {
  let isBarShown = false;
  const write = (text: string) => {
    process.stdout.write(isBarShown ? `${CLEAR_LINE}${text}` : text);
    isBarShown = false;
  };
  return {
    isJson,
    result(value, lines) {
      write(isJson ? `${JSON.stringify(value, null, 2)}\n` : `${lines.join('\n')}\n`);
    },
    news(value, line) {
      write(`${isJson ? JSON.stringify(value) : line}\n`);
    },
    progress(text, done, total) {
      if (!process.stdout.isTTY) return write(`${text} (${done} of ${total})\n`);
      // One that runs over the edge could not be cleared.
      write(`${bar(done, total)} ${text}`.slice(0, (process.stdout.columns || 80) - 1));
      isBarShown = true;
    },
    fail(error) {
      write('');
      const failure = { error: { message: error.message, ...error.details } };
      process.stderr.write(`${isJson ? JSON.stringify(failure) : error.message}\n`);
    },
  };
}

function bar(done: number, total: number): string {
  const full = total === 0 ? BAR_LENGTH : Math.round((BAR_LENGTH * Math.min(done, total)) / total);
  return `[${'#'.repeat(full)}${'-'.repeat(BAR_LENGTH - full)}] ${done}/${total}`;
}

/** Rows under headings, each column as wide as its widest cell. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** `1 change`, `2 changes`. */
export const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;
