import { cpSync, existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { SiteKeysError } from '../../site-keys/errors.ts';
import { formatKeyFile, parseKeyFile } from '../../site-keys/key-file.ts';
import { createPrivateFile, keepAs, replacePrivateFile } from '../../site-keys/private-file.ts';
import { openSealedKeyFile } from '../../site-keys/sealed-file.ts';
import { siteKeysPlace } from '../../site-keys.ts';
import { CommandError } from '../terminal.ts';
import { CONFIG_FILE, SITE_KEYS_FILE } from './manifest.ts';

/**
 * Puts the site's keys of an unpacked backup in place, if there is a passphrase; those that are there are kept beside. Resolves with what
 * there is to say. Rejects with CommandError, and then nothing was changed.
 */
export async function putBackKeys(
  stateDir: string,
  folder: string,
  passphrase: string | null,
  isBackup: boolean,
): Promise<readonly string[]> {
  const sealed = join(folder, SITE_KEYS_FILE);
  const { path, isReadOnly } = siteKeysPlace(stateDir, process.env);
  if (passphrase === null) {
    if (!isBackup) return [];
    if (existsSync(path)) {
      if (!existsSync(sealed)) return [];
      return [
        'The keys of the site stay as they are. The backup has keys, too, and they were not used: to take those, restore it once more with --with-keys.',
      ];
    }
    return [
      existsSync(sealed)
        ? 'There are no keys of the site here, and the backup has them: restore it once more with --with-keys, or cards cannot be read.'
        : 'There are no keys of the site here, and none in the backup. Import them (encoderctl site-keys import), or cards that were written cannot be read.',
    ];
  }
  if (!existsSync(sealed))
    throw new CommandError('There are no keys of the site in this backup. Leave --with-keys out.');
  if (isReadOnly) {
    throw new CommandError(
      `The site's keys come from the service manager (${path}). Change the credential there.`,
    );
  }
  try {
    const text = await openSealedKeyFile(readFileSync(sealed), passphrase, 'the backup');
    const keys = formatKeyFile(parseKeyFile(text, 'the backup'));
    if (!existsSync(path)) {
      createPrivateFile(path, keys);
      return ['The keys of the site are those of the backup.'];
    }
    if (readFileSync(path, 'utf8') === keys) return ['The keys of the site are those of the backup already.'];
    const before = `${path}.until-${new Date().toISOString().replaceAll(':', '')}`;
    keepAs(path, before);
    replacePrivateFile(path, keys);
    return [`The keys of the site are those of the backup. Those before are kept in ${before}.`];
  } catch (error) {
    if (error instanceof SiteKeysError) throw new CommandError(`${error.message} Nothing was changed.`);
    throw error;
  }
}

/** Drivers know their devices better now than then: only what is not there is put back. */
export function putBackDriverFiles(stateDir: string, folder: string): readonly string[] {
  const from = join(folder, 'drivers');
  if (existsSync(from)) cpSync(from, join(stateDir, 'drivers'), { recursive: true, force: false });
  return [];
}

/** The configuration belongs to root and to this computer: it is laid beside, for a person to compare. */
export function saysOfConfig(folder: string, keptAs: string): readonly string[] {
  const from = join(folder, CONFIG_FILE);
  if (!existsSync(from)) return [];
  const there = join(keptAs, `${CONFIG_FILE}.from-backup`);
  renameSync(from, there);
  return [`The configuration stays as it is. That of the backup is in ${there}.`];
}
