import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, ConfigError, readConfig } from '../config.ts';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import { CommandError, EXIT } from './terminal.ts';

/** Where the words of a command say that the state folder is. */
export interface StateWords {
  readonly 'state-dir'?: string | undefined;
  readonly config?: string | undefined;
}

/** The state folder that the daemon uses, by flag, environment and file. A mistake elsewhere in the configuration does not matter then. */
export function stateDir(words: StateWords): string {
  return words['state-dir'] || process.env['ENCODERD_STATE_DIR'] || configOf(words).state_dir;
}

/** The configuration as the daemon would read it. */
export function configOf(words: StateWords): Config {
  try {
    return readConfig(
      [
        ...(words['state-dir'] === undefined ? [] : ['--state-dir', words['state-dir']]),
        ...(words.config === undefined ? [] : ['--config', words.config]),
      ],
      process.env,
    );
  } catch (error) {
    if (error instanceof ConfigError) throw new CommandError(error.message, EXIT.configuration);
    throw error;
  }
}

/** A person waits, and nothing else does: the daemon may write for some time, as when it reads in a large property. */
const PATIENCE_MS = 10_000;

/** Opens the store of the state folder, whether or not a daemon runs on it. */
export function openState(words: StateWords): Store {
  const dir = stateDir(words);
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    return openSqliteStore(join(dir, 'encoderd.db'), { patienceMs: PATIENCE_MS });
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    const cure = /EACCES|EPERM|CANTOPEN|READONLY/.test(detail)
      ? ' Run this as the user that the daemon runs as.'
      : '';
    throw new CommandError(`The state folder ${dir} cannot be used: ${detail}.${cure}`, EXIT.unavailable);
  }
}
