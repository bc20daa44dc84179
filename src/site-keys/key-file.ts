import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { KEY_PURPOSES, type SiteKeyVersion } from '../card/site-keys.ts';
import { SiteKeysError } from './errors.ts';

/** How many versions are kept: cards of an older one cannot be read any more. */
export const KEPT_VERSIONS = 3;

const KEY_BYTES = 16;
const LAST_VERSION = 255;
const FORMAT = 'encoderd site keys 1';

/** A version of the keys as the file keeps it. */
export interface StoredVersion extends SiteKeyVersion {
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** Newest first, 1 to 3 of them. */
export type StoredKeys = readonly StoredVersion[];

const keySchema = z
  .string()
  .regex(/^[0-9A-Fa-f]{32}$/, 'a key is 32 hexadecimal digits')
  .transform((hex) => new Uint8Array(Buffer.from(hex, 'hex')));

const fileSchema = z.strictObject({
  format: z.literal(FORMAT),
  versions: z
    .array(
      z.strictObject({
        version: z.int().min(1).max(LAST_VERSION),
        created_at: z.iso.datetime(),
        keys: z.record(z.enum(KEY_PURPOSES), keySchema),
      }),
    )
    .min(1)
    .max(KEPT_VERSIONS)
    .refine(
      (versions) => versions.every(({ version }, at) => version < (versions[at - 1]?.version ?? Infinity)),
      'the newest version stands first, and none twice',
    ),
});

/** The keys in the text of a key file. `name` is what an error calls it. Throws SiteKeysError `damaged`. */
export function parseKeyFile(text: string, name: string): StoredKeys {
  const parsed = fileSchema.safeParse(fromJson(text));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      ({ path, message }) => `${path.join('.') || 'the file'}: ${message}`,
    );
    throw new SiteKeysError(
      'damaged',
      `${name} does not hold site keys as it should: ${problems.join('; ')}`,
    );
  }
  return parsed.data.versions.map(({ version, created_at, keys }) => ({
    version,
    keys,
    createdAt: Date.parse(created_at),
  }));
}

/** The text of a key file: JSON, keys in hexadecimal. */
export function formatKeyFile(keys: StoredKeys): string {
  const versions = keys.map((stored) => ({
    version: stored.version,
    created_at: new Date(stored.createdAt).toISOString(),
    keys: Object.fromEntries(
      KEY_PURPOSES.map((purpose) => [
        purpose,
        Buffer.from(stored.keys[purpose]).toString('hex').toUpperCase(),
      ]),
    ),
  }));
  return `${JSON.stringify({ format: FORMAT, versions }, null, 2)}\n`;
}

/** A site's first keys, at random. `now` is in milliseconds since 1970. */
export function firstKeys(now: number): StoredKeys {
  return [randomVersion(1, now)];
}

/** New keys on top of these; `dropped` are the oldest, where there would be more than are kept. Throws SiteKeysError `fixed` after version 255. */
export function rotateKeys(
  keys: StoredKeys,
  now: number,
): { readonly keys: StoredKeys; readonly dropped: StoredKeys } {
  const next = (keys[0]?.version ?? 0) + 1;
  if (next > LAST_VERSION) {
    throw new SiteKeysError(
      'fixed',
      `the keys are at version ${LAST_VERSION}, the last that a card can tell`,
    );
  }
  const all = [randomVersion(next, now), ...keys];
  return { keys: all.slice(0, KEPT_VERSIONS), dropped: all.slice(KEPT_VERSIONS) };
}

/** 8 hexadecimal digits to tell keys apart by, from which nothing of them can be found: the beginning of a SHA-256 over all of a version's keys. */
export function fingerprintOf({ version, keys }: SiteKeyVersion): string {
  const hash = createHash('sha256').update(`${FORMAT} fingerprint ${version}`);
  for (const purpose of KEY_PURPOSES) hash.update(keys[purpose]);
  return hash.digest('hex').slice(0, 8).toUpperCase();
}

function randomVersion(version: number, createdAt: number): StoredVersion {
  const key = (): Uint8Array => new Uint8Array(randomBytes(KEY_BYTES));
  return {
    version,
    createdAt,
    keys: {
      record: key(),
      ntag_password: key(),
      classic_read: key(),
      classic_write: key(),
      desfire_master: key(),
      desfire_write: key(),
      desfire_read: key(),
      desfire_picc: key(),
    },
  };
}

/** Undefined where it is no JSON: JSON.parse quotes what it could not read, which may be a key. */
function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
