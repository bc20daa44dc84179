import { createHash } from 'node:crypto';
import type { KeyPurpose, SiteKeyVersion } from '../../../src/card/site-keys.ts';

/** Site keys that are the same each time: the first 16 bytes of the SHA-256 of `VERSION PURPOSE`. */
export function siteKeyVersion(version: number): SiteKeyVersion {
  const key = (purpose: KeyPurpose): Uint8Array =>
    new Uint8Array(createHash('sha256').update(`${version} ${purpose}`).digest().subarray(0, 16));
  return {
    version,
    keys: {
      record: key('record'),
      ntag_password: key('ntag_password'),
      classic_read: key('classic_read'),
      classic_write: key('classic_write'),
      desfire_master: key('desfire_master'),
      desfire_write: key('desfire_write'),
      desfire_read: key('desfire_read'),
      desfire_picc: key('desfire_picc'),
    },
  };
}
