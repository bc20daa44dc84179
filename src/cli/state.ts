import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, ConfigError, readConfig } from '../config.ts';
import { DamagedError, NewerDatabaseError } from '../store/errors.ts';
import { DATABASE } from '../store/sqlite/copies.ts';
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

/** Throws CommandError for who may not look into the state folder: it is the daemon's alone, and nobody else's to find empty. */
export function requireAccess(dir: string): void {
  try {
    // Through its own entry: of a file nobody may do that, and it is another problem.
    accessSync(`${dir}/.`, constants.R_OK | constants.X_OK);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'EACCES') return;
    throw new CommandError(
      `You may not look into ${dir}, which is the daemon's. As root: sudo encoderctl ${ownWords()}`,
      EXIT.unavailable,
    );
  }
}

/** What was called, as far as it can be repeated as it stands and holds no secret. */
function ownWords(): string {
  const words = process.argv.slice(2);
  const end = words.findIndex((word) => !/^[\w/][\w./-]*$/.test(word));
  return end < 0 ? words.join(' ') : [...words.slice(0, end), '...'].join(' ');
}

/** A person waits, and nothing else does: the daemon may write for some time, as when it reads in a large property. */
const PATIENCE_MS = 10_000;

/** Opens the store of the state folder, whether or not a daemon runs on it; makes both where they are not there. */
export function openState(words: StateWords): Store {
  return opened(words, (dir) => {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  });
}

/** As openState, to read what is there: makes nothing. Throws CommandError where there is no folder, or no store in it. */
export function openKnownState(words: StateWords): Store {
  return opened(words, (dir) => {
    const cure = "Name the daemon's with --state-dir or ENCODERD_STATE_DIR.";
    const folder = statSync(dir, { throwIfNoEntry: false });
    if (folder === undefined)
      throw new CommandError(`There is no state folder ${dir}. ${cure}`, EXIT.unavailable);
    if (!folder.isDirectory()) throw new Error('it is no folder');
    if (statSync(join(dir, DATABASE), { throwIfNoEntry: false }) !== undefined) return;
    throw new CommandError(
      `There is no ${DATABASE} in ${dir}: no daemon has started on this folder. ${cure}`,
      EXIT.unavailable,
    );
  });
}

function opened(words: StateWords, prepare: (dir: string) => void): Store {
  const dir = stateDir(words);
  try {
    requireAccess(dir);
    prepare(dir);
    return openSqliteStore(join(dir, DATABASE), { patienceMs: PATIENCE_MS });
  } catch (error) {
    if (error instanceof CommandError) throw error;
    if (error instanceof DamagedError || error instanceof NewerDatabaseError) {
      throw new CommandError(error.message, EXIT.configuration);
    }
    const detail = error instanceof Error ? error.message : String(error);
    const cure = /EACCES|EPERM|CANTOPEN|READONLY/.test(detail)
      ? ' Run this as the user that the daemon runs as.'
      : '';
    throw new CommandError(`The state folder ${dir} cannot be used: ${detail}.${cure}`, EXIT.unavailable);
  }
}
