import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { SiteKeysError, type SiteKeysErrorCode } from '../site-keys/errors.ts';
import {
  fingerprintOf,
  firstKeys,
  formatKeyFile,
  parseKeyFile,
  rotateKeys,
  type StoredKeys,
} from '../site-keys/key-file.ts';
import {
  createPrivateFile,
  keepAs,
  makePrivateFolder,
  replacePrivateFile,
  stampOf,
  writeNewFile,
} from '../site-keys/private-file.ts';
import { isSealed, openSealedKeyFile, sealKeyFile } from '../site-keys/sealed-file.ts';
import { readSiteKeys, type SiteKeysPlace, siteKeysPlace } from '../site-keys.ts';
import { auditByHand } from './by-hand.ts';
import { readNewPassphrase, readPassphrase } from './passphrase.ts';
import { openState, type StateWords, stateDir } from './state.ts';
import { CommandError, EXIT, type Terminal, table } from './terminal.ts';
import { readWords } from './words.ts';

const USAGE =
  'site-keys list | site-keys generate [--force] | site-keys rotate | site-keys import FILE [--passphrase-file FILE] [--force] | site-keys export --sealed --out FILE [--passphrase-file FILE]';

const EXIT_CODES: Readonly<Record<SiteKeysErrorCode, number>> = {
  too_open: EXIT.configuration,
  wrong_owner: EXIT.configuration,
  damaged: EXIT.configuration,
  fixed: EXIT.configuration,
  missing: EXIT.failed,
  exists: EXIT.failed,
  wrong_passphrase: EXIT.failed,
  unusable: EXIT.unavailable,
};

/** Makes, takes over, hands out, renews and lists the keys that cards are written with; works on the state folder, with the daemon running or not. Shows none of them. */
export const siteKeysCommand = {
  usage: USAGE,
  async run(words: readonly string[], terminal: Terminal): Promise<void> {
    const { values, positionals } = readWords(words, {
      force: { type: 'boolean' },
      sealed: { type: 'boolean' },
      out: { type: 'string' },
      'passphrase-file': { type: 'string' },
    });
    const [verb, file, ...more] = positionals;
    const passphraseFile = values['passphrase-file'];
    if (more.length > 0 || (verb === 'import') !== (file !== undefined)) throw misused();
    try {
      const place = siteKeysPlace(stateDir(values), process.env);
      const noting =
        (action: string): Note =>
        (keys) =>
          note(values, action, keys);
      switch (verb) {
        case 'list':
          return list(place, terminal);
        case 'generate':
          return put(
            place,
            firstKeys(Date.now()),
            values.force === true,
            noting('site_keys_generated'),
            terminal,
          );
        case 'rotate':
          return rotate(place, noting('site_keys_rotated'), terminal);
        case 'import':
          return put(
            place,
            await keysIn(file ?? '', passphraseFile),
            values.force === true,
            noting('site_keys_imported'),
            terminal,
          );
        case 'export':
          if (values.out === undefined || values.sealed !== true) throw misused();
          return await exportSealed(
            place,
            values.out,
            passphraseFile,
            noting('site_keys_exported'),
            terminal,
          );
        default:
          throw misused();
      }
    } catch (error) {
      if (error instanceof SiteKeysError) throw new CommandError(error.message, EXIT_CODES[error.code]);
      throw error;
    }
  },
};

/** Notes in the audit log what is about to be done with these keys: no key is handed out or replaced that the log does not tell of. */
type Note = (keys: StoredKeys) => void;

function note(words: StateWords, action: string, keys: StoredKeys): void {
  using store = openState(words);
  auditByHand(store, action, {
    versions: keys.map(({ version }) => version),
    fingerprints: keys.map(fingerprintOf),
  });
}

function list(place: SiteKeysPlace, terminal: Terminal): void {
  if (stampOf(place.path) === undefined) {
    terminal.result(
      [],
      [
        'There are no site keys yet. The daemon makes them when it first starts; or: encoderctl site-keys generate',
      ],
    );
    return;
  }
  const { keys } = readSiteKeys(place);
  const rows = keys.map((stored, at) => [
    String(stored.version),
    fingerprintOf(stored),
    new Date(stored.createdAt).toISOString(),
    at === 0 ? 'reads and writes' : 'reads',
  ]);
  terminal.result(keys.map(outlined), table(['VERSION', 'FINGERPRINT', 'CREATED', 'USE'], rows));
}

/** Keys in place of those that are there, which are kept beside: without them their cards are lost for good. */
function put(
  place: SiteKeysPlace,
  keys: StoredKeys,
  isForced: boolean,
  noteFirst: Note,
  terminal: Terminal,
): void {
  requireOurs(place);
  makePrivateFolder(dirname(place.path));
  let keptAs: string | null = null;
  if (stampOf(place.path) === undefined) {
    noteFirst(keys);
    createPrivateFile(place.path, formatKeyFile(keys));
  } else {
    if (!isForced) {
      const loss = 'Cards that were written with them could not be read or written any more.';
      const cure = 'To put others in their place: --force. To renew them: encoderctl site-keys rotate';
      throw new CommandError(`There are site keys in ${place.path}. ${loss} ${cure}`);
    }
    keptAs = `${place.path}.until-${new Date().toISOString().replaceAll(':', '')}`;
    noteFirst(keys);
    keepAs(place.path, keptAs);
    replacePrivateFile(place.path, formatKeyFile(keys));
  }
  terminal.result({ versions: keys.map(outlined), previous_kept_as: keptAs }, [
    `The site's keys are ${keys.map(named).join(', ')}. A daemon that runs uses them from now on.`,
    ...(keptAs === null ? [] : [`Those before are kept in ${keptAs}.`]),
    'Keep a copy elsewhere: encoderctl site-keys export --sealed --out FILE',
  ]);
}

function rotate(place: SiteKeysPlace, noteFirst: Note, terminal: Terminal): void {
  requireOurs(place);
  const { keys, dropped } = rotateKeys(readSiteKeys(place).keys, Date.now());
  noteFirst(keys);
  replacePrivateFile(place.path, formatKeyFile(keys));
  const [newest, ...older] = keys;
  terminal.result({ versions: keys.map(outlined), dropped: dropped.map(outlined) }, [
    `Cards are written with ${newest === undefined ? 'no keys' : named(newest)} from now on: locks need it now.`,
    `Cards of ${older.map(named).join(', ')} are still read.`,
    ...dropped.map((gone) => `${named(gone)} is dropped: its cards cannot be read any more.`),
    'Keep a copy elsewhere: encoderctl site-keys export --sealed --out FILE',
  ]);
}

async function exportSealed(
  place: SiteKeysPlace,
  out: string,
  passphraseFile: string | undefined,
  noteFirst: Note,
  terminal: Terminal,
): Promise<void> {
  const { keys } = readSiteKeys(place);
  const passphrase = await readNewPassphrase(passphraseFile);
  const sealed = await sealKeyFile(formatKeyFile(keys), passphrase);
  noteFirst(keys);
  writeNewFile(out, sealed);
  terminal.result({ exported: out, versions: keys.map(outlined) }, [
    `${keys.map(named).join(', ')}: sealed in ${out}. It opens with the passphrase and with nothing else.`,
  ]);
}

async function keysIn(file: string, passphraseFile: string | undefined): Promise<StoredKeys> {
  const bytes = contentOf(file);
  if (!isSealed(bytes)) return parseKeyFile(new TextDecoder().decode(bytes), file);
  const passphrase = await readPassphrase(passphraseFile, false);
  return parseKeyFile(await openSealedKeyFile(bytes, passphrase, file), file);
}

function contentOf(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new CommandError(`The keys cannot be read: ${detail}.`, EXIT.unavailable);
  }
}

function requireOurs({ path, isReadOnly }: SiteKeysPlace): void {
  if (!isReadOnly) return;
  const message = `The site's keys come from the service manager (${path}). Change the credential there.`;
  throw new SiteKeysError('fixed', message);
}

function misused(): CommandError {
  return new CommandError(`usage: encoderctl ${USAGE}`, EXIT.usage);
}

const named = (stored: StoredKeys[number]): string => `version ${stored.version} (${fingerprintOf(stored)})`;

const outlined = (stored: StoredKeys[number]) => ({
  version: stored.version,
  fingerprint: fingerprintOf(stored),
  created_at: new Date(stored.createdAt).toISOString(),
});
