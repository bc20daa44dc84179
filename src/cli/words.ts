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
    throw new CommandError(error instanceof Error ? error.message : String(error), EXIT.usage);
  }
}
