/** Exit codes, as in sysexits.h. */
export const EXIT = { failed: 1, usage: 64, unavailable: 69, configuration: 78 } as const;

/** A command cannot do what was asked. The message tells the technician what to do. */
export class CommandError extends Error {
  /** One of EXIT. */
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.failed) {
    super(message);
    this.name = 'CommandError';
    this.exitCode = exitCode;
  }
}

/** Where a command says what it has to say: to a person, or as JSON to a program. */
export interface Terminal {
  readonly isJson: boolean;
  /** The command's result, once: `value` for a program, `lines` for a person. */
  result(value: unknown, lines: readonly string[]): void;
  /** One of many things that happen while the command runs: a JSON object a line. */
  news(value: unknown, line: string): void;
  fail(error: CommandError): void;
}

export function terminal(isJson: boolean): Terminal {
  return {
    isJson,
    result(value, lines) {
      process.stdout.write(isJson ? `${JSON.stringify(value, null, 2)}\n` : `${lines.join('\n')}\n`);
    },
    news(value, line) {
      process.stdout.write(`${isJson ? JSON.stringify(value) : line}\n`);
    },
    fail(error) {
      process.stderr.write(isJson ? `${JSON.stringify({ error: error.message })}\n` : `${error.message}\n`);
    },
  };
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
