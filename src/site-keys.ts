import { join } from 'node:path';
import type { SiteKeys } from './card/site-keys.ts';
import { SiteKeysError } from './site-keys/errors.ts';
import { firstKeys, formatKeyFile, parseKeyFile, type StoredKeys } from './site-keys/key-file.ts';
import {
  createPrivateFile,
  makePrivateFolder,
  readHandedFile,
  readPrivateFile,
  stampOf,
} from './site-keys/private-file.ts';

/** Where a site's keys are kept. */
export interface SiteKeysPlace {
  readonly path: string;
  /** They come from the service manager, and are changed there (systemd.exec(5), LoadCredential=). */
  readonly isReadOnly: boolean;
}

/** The keys of the site, as they are at the time of asking. */
export interface SiteKeyring extends SiteKeysPlace {
  /**
   * Looks whether the file has changed, and reads it anew if so: a rotation is in use at once.
   * Throws SiteKeysError when it cannot be used any more; a file that has gone is not made anew.
   */
  current(): SiteKeys;
}

/** `$CREDENTIALS_DIRECTORY/site-keys` where there is one, else `site-keys.json` in the state folder. */
export function siteKeysPlace(stateDir: string, env: NodeJS.ProcessEnv): SiteKeysPlace {
  const handed = env['CREDENTIALS_DIRECTORY'];
  if (handed !== undefined && handed !== '') {
    const path = join(handed, 'site-keys');
    if (stampOf(path) !== undefined) return { path, isReadOnly: true };
  }
  return { path: join(stateDir, 'site-keys.json'), isReadOnly: false };
}

/** The keys that are kept there, and their file's stamp. Throws SiteKeysError. */
export function readSiteKeys({ path, isReadOnly }: SiteKeysPlace): {
  readonly keys: StoredKeys;
  readonly stamp: string;
} {
  // A credential belongs to root and carries an access list, whose mask looks like a mode that is too open.
  const { text, stamp } = isReadOnly ? readHandedFile(path) : readPrivateFile(path);
  return { keys: parseKeyFile(text, path), stamp };
}

/**
 * Opens the site's keys; makes the first ones where there are none, in a file that only its owner can read, but not when cards were
 * written before: those need the keys that they were written with, and `current` says so until they are imported.
 * Throws SiteKeysError when they cannot be used: then nothing was changed.
 */
export function openSiteKeys(
  stateDir: string,
  env: NodeJS.ProcessEnv,
  wereCardsWritten = false,
): SiteKeyring & { readonly areNew: boolean; readonly areMissing: boolean } {
  const place = siteKeysPlace(stateDir, env);
  const isThere = stampOf(place.path) !== undefined;
  if (!isThere && !wereCardsWritten) makeFirst(place, stateDir);
  const areMissing = !isThere && wereCardsWritten;
  let read = areMissing ? undefined : readSiteKeys(place);
  return {
    ...place,
    areNew: !isThere && !wereCardsWritten,
    areMissing,
    current() {
      if (read === undefined || stampOf(place.path) !== read.stamp) read = readSiteKeys(place);
      return read.keys;
    },
  };
}

function makeFirst({ path }: SiteKeysPlace, stateDir: string): void {
  try {
    makePrivateFolder(stateDir);
    createPrivateFile(path, formatKeyFile(firstKeys(Date.now())));
  } catch (error) {
    // Somebody else made them in the same moment: theirs are as good.
    if (error instanceof SiteKeysError && error.code === 'exists') return;
    throw error;
  }
}
