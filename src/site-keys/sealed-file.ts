import { createCipheriv, createDecipheriv, createHash, randomBytes, scrypt } from 'node:crypto';
import { SiteKeysError } from './errors.ts';

/** "EDSK", and the version of the file. */
const MAGIC = Buffer.from('4544534B01', 'hex');
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CHECK_BYTES = 8;
const HEADER_BYTES = MAGIC.length + 1 + SALT_BYTES + NONCE_BYTES;

/** scrypt's work: 2^17 blocks of 1 KiB, 128 MiB for some tenths of a second. Others are read, within bounds that a damaged file cannot abuse. */
const WRITTEN_LOG_N = 17;
const LEAST_LOG_N = 14;
const GREATEST_LOG_N = 20;
const SCRYPT_R = 8;
const SCRYPT_P = 1;

/**
 * Seals a key file's text under a passphrase (NFC, UTF-8). docs/site-keys.md has it byte by byte: 45 44 53 4B 01, log2 of scrypt's N, salt (16),
 * nonce (12), the text under AES-256-GCM with all before it as additional data, its tag (16), the first 8 bytes of the SHA-256 of all before.
 */
export async function sealKeyFile(text: string, passphrase: string): Promise<Uint8Array> {
  const nonce = randomBytes(NONCE_BYTES);
  const salt = randomBytes(SALT_BYTES);
  const header = Buffer.concat([MAGIC, Uint8Array.of(WRITTEN_LOG_N), salt, nonce]);
  const cipher = createCipheriv('aes-256-gcm', await stretched(passphrase, salt, WRITTEN_LOG_N), nonce);
  cipher.setAAD(header);
  const sealed = Buffer.concat([header, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return Buffer.concat([sealed, checkOf(sealed)]);
}

/** Whether these bytes are meant to be a sealed key file. */
export function isSealed(bytes: Uint8Array): boolean {
  return Buffer.compare(bytes.subarray(0, MAGIC.length - 1), MAGIC.subarray(0, -1)) === 0;
}

/** The text that was sealed. `name` is what an error calls the file. Rejects with SiteKeysError `damaged` or `wrong_passphrase`. */
export async function openSealedKeyFile(
  bytes: Uint8Array,
  passphrase: string,
  name: string,
): Promise<string> {
  const body = bytes.subarray(0, -CHECK_BYTES);
  const logN = body[MAGIC.length] ?? 0;
  if (
    body.length < HEADER_BYTES + TAG_BYTES ||
    Buffer.compare(body.subarray(0, MAGIC.length), MAGIC) !== 0 ||
    logN < LEAST_LOG_N ||
    logN > GREATEST_LOG_N ||
    Buffer.compare(checkOf(body), bytes.subarray(-CHECK_BYTES)) !== 0
  ) {
    throw new SiteKeysError(
      'damaged',
      `${name} is damaged, cut short, or of a newer kind. Take another copy of it.`,
    );
  }
  const header = body.subarray(0, HEADER_BYTES);
  const salt = header.subarray(MAGIC.length + 1, HEADER_BYTES - NONCE_BYTES);
  const key = await stretched(passphrase, salt, logN);
  const decipher = createDecipheriv('aes-256-gcm', key, header.subarray(-NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(header).setAuthTag(body.subarray(-TAG_BYTES));
  try {
    const text = decipher.update(body.subarray(HEADER_BYTES, -TAG_BYTES));
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  } catch {
    throw new SiteKeysError('wrong_passphrase', `The passphrase does not open ${name}.`);
  }
}

function checkOf(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest().subarray(0, CHECK_BYTES);
}

function stretched(passphrase: string, salt: Uint8Array, logN: number): Promise<Uint8Array> {
  const N = 2 ** logN;
  const options = { N, r: SCRYPT_R, p: SCRYPT_P, maxmem: 256 * N * SCRYPT_R };
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFC'), salt, 32, options, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}
