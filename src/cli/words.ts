import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { CommandError, EXIT } from './terminal.ts';

/** What every command understands. */
const COMMON = {
  json: { type: 'boolean' },
  'state-dir': { type: 'string' },
  config: { type: 'string' },
  url: { type: 'string' },
  'api-key': { type: 'string' },
} as const satisfies ParseArgsOptionsConfig;

/** Reads a command's words. Throws CommandError for one that it does not understand. */
export function readWords<T extends ParseArgsOptionsConfig>(words: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...words], options: { ...COMMON, ...options }, allowPositionals: true });
  } catch (error) {
    throw new CommandError(inOwnWords(error), EXIT.usage);
  }
}

/** What is wrong, of an error of parseArgs: each names the option between quotes, as `--out` or `-o, --out <value>`. */
function inOwnWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const option = /'(?:-\w, )?(-[^' ]*)/.exec(error.message)?.[1] ?? '';
  if ('code' in error && error.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
    return `There is no option ${option} here. See: encoderctl help`;
  }
  if (error.message.includes('does not take an argument')) return `The option ${option} takes no value.`;
  return `The option ${option} wants a value behind it: ${option} VALUE, or ${option}=VALUE if that begins with a dash.`;
}
