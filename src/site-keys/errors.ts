/** What can be wrong with the site's keys. The list is closed. */
export const SITE_KEYS_ERROR_CODES = [
  /** Others than its owner can read the file. */
  'too_open',
  /** The file belongs to another user. */
  'wrong_owner',
  /** There is a file, and it does not hold keys as it should. */
  'damaged',
  /** There is no file. */
  'missing',
  /** There is one already, which would be lost. */
  'exists',
  /** The disk would not give or take it: no permission, full, failing. */
  'unusable',
  /** They come from the service manager, or have come to their last version: nothing can be changed here. */
  'fixed',
  /** It does not open the sealed file. */
  'wrong_passphrase',
] as const;

export type SiteKeysErrorCode = (typeof SITE_KEYS_ERROR_CODES)[number];

/** The site's keys cannot be used, or not so. The message says why and what cures it; neither it nor a `cause` ever holds a part of a key. */
export class SiteKeysError extends Error {
  readonly code: SiteKeysErrorCode;

  constructor(code: SiteKeysErrorCode, message: string) {
    super(message);
    this.name = 'SiteKeysError';
    this.code = code;
  }
}
