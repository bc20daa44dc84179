import { existsSync, readFileSync } from 'node:fs';
import { SiteKeysError } from '../site-keys/errors.ts';
import { formatKeyFile } from '../site-keys/key-file.ts';
import { sealKeyFile } from '../site-keys/sealed-file.ts';
import { readSiteKeys, siteKeysPlace } from '../site-keys.ts';
import { DamagedError, StorageError } from '../store/errors.ts';
import { makeBackup } from './backup/make-backup.ts';
import type { Manifest } from './backup/manifest.ts';
import { auditByHand } from './by-hand.ts';
import { readNewPassphrase } from './passphrase.ts';
import { openKnownState, requireAccess, type StateWords, stateDir } from './state.ts';
import { asOwnerOf, fillNewFile } from './state-owner.ts';
import { CommandError, EXIT, type Terminal } from './terminal.ts';
import { wrongUseOf } from './verbs.ts';
import { readWords } from './words.ts';

const USAGE = 'backup FILE [--with-keys [--passphrase-file FILE]]';

/** Writes all that this desk is into one file, while the daemon runs or not (docs/backup.md). */
export const backupCommand = {
  usage: USAGE,
  async run(words: readonly string[], terminal: Terminal): Promise<void> {
    const { values, positionals } = readWords(words, {
      'with-keys': { type: 'boolean' },
      'passphrase-file': { type: 'string' },
    });
    const [path, ...more] = positionals;
    if (path === undefined || more.length > 0) throw wrongUseOf([USAGE]);
    const dir = stateDir(values);
    requireAccess(dir);
    const withKeys = values['with-keys'] === true;
    const passphrase = withKeys ? await readNewPassphrase(values['passphrase-file']) : null;
    const config = configFile(values);
    const list = await fillNewFile(path, (file) =>
      asOwnerOf(dir, () =>
        orCommandError(dir, async () =>
          makeBackup(file, {
            stateDir: dir,
            // After its entry in the audit log, so that the backup has that, too.
            deskId: noteBackup(values, withKeys),
            config,
            siteKeys: passphrase === null ? null : await sealedKeys(dir, passphrase),
          }),
        ),
      ),
    );
    terminal.result({ backup: path, ...list }, linesOf(path, list, withKeys));
  },
};

/** Of the configuration file that the daemon reads; null: there is none. */
function configFile(words: StateWords): Uint8Array | null {
  const path = words.config ?? process.env['ENCODERD_CONFIG'];
  if (path === undefined || path === '' || !existsSync(path)) return null;
  try {
    return readFileSync(path);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new CommandError(`The configuration file cannot be read: ${detail}.`, EXIT.unavailable);
  }
}

function noteBackup(words: StateWords, withKeys: boolean): string {
  using store = openKnownState(words);
  auditByHand(store, 'state_backed_up', { with_site_keys: withKeys });
  return store.site.read()?.deskId ?? '';
}

async function sealedKeys(dir: string, passphrase: string): Promise<Uint8Array> {
  const { keys } = readSiteKeys(siteKeysPlace(dir, process.env));
  return await sealKeyFile(formatKeyFile(keys), passphrase);
}

async function orCommandError<T>(dir: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DamagedError) throw new CommandError(error.message, EXIT.configuration);
    // A refusal without a path is that of the backup's own file.
    if (error instanceof StorageError || (error instanceof Error && 'syscall' in error && 'path' in error)) {
      throw new CommandError(
        `The state folder ${dir} cannot be used: ${error.message}. No backup was made.`,
        EXIT.unavailable,
      );
    }
    if (error instanceof SiteKeysError) throw new CommandError(error.message, EXIT.failed);
    throw error;
  }
}

function linesOf(path: string, { files }: Manifest, withKeys: boolean): readonly string[] {
  const others = files.length - 1;
  return [
    `The backup is in ${path}: the database, and ${others === 1 ? 'one more file' : `${others} more files`} of the configuration and the drivers${withKeys ? ', with the keys of the site under the passphrase' : ''}.`,
    'It holds the names of people and what is on cards: keep it as you keep the desk itself.',
    ...(withKeys
      ? []
      : [
          'The keys of the site are not in it: cards that were written cannot be read without them. Keep a copy: sudo encoderctl site-keys export --sealed --out FILE, or sudo encoderctl backup FILE --with-keys',
        ]),
    `To put it back: sudo encoderctl restore ${path}${withKeys ? ' --with-keys (asks for the passphrase; without it the keys that are here stay)' : ''}`,
  ];
}
