/**
 * What the site's master keys are for. From each, a key of its own is made for each card (NXP AN10922, src/card/diversification.ts);
 * a lock gets only those that it needs: `record`, and the key to read with.
 */
export const KEY_PURPOSES = [
  /** Authenticates the record. */
  'record',
  /** PWD and PACK of an NTAG or Ultralight EV1. */
  'ntag_password',
  /** Key A: reads the configured sectors. */
  'classic_read',
  /** Key B: writes them. */
  'classic_write',
  /** Key 0 of the application: changes keys and files. */
  'desfire_master',
  /** Key 1: writes the file. */
  'desfire_write',
  /** Key 2: reads it. */
  'desfire_read',
  /** The card's own master key, where the site takes it over. */
  'desfire_picc',
] as const;

export type KeyPurpose = (typeof KEY_PURPOSES)[number];

/** One generation of the site's master keys: 16 bytes each, for AES-128. */
export interface SiteKeyVersion {
  /** 1 to 255. */
  readonly version: number;
  readonly keys: Readonly<Record<KeyPurpose, Uint8Array>>;
}

/** The newest generation first; cards are written with that one, and read with any. Never empty. */
export type SiteKeys = readonly SiteKeyVersion[];
