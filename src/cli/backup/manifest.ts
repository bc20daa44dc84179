import { z } from 'zod';

/** The name of the list in a backup; it is the first file. */
export const MANIFEST = 'MANIFEST.json';

/** How this encoderd writes backups. */
export const FORMAT = 'encoderd backup 1';

/** The files that a backup may have, by their names in it. */
export const DATABASE_FILE = 'encoderd.db';
export const CONFIG_FILE = 'encoderd.yaml';
export const SITE_KEYS_FILE = 'site-keys.edsk';

/** State of drivers: `drivers/pcprox/....json`. No name leads out of the folder that it is unpacked in. */
const DRIVER_FILE = /^drivers\/[a-z0-9-]+\/[A-Za-z0-9_-][A-Za-z0-9._-]*$/;

export const isDriverFile = (name: string): boolean => DRIVER_FILE.test(name);

const name = z
  .string()
  .refine((text) => [DATABASE_FILE, CONFIG_FILE, SITE_KEYS_FILE].includes(text) || isDriverFile(text));

/** What a backup says that it holds. */
export const manifest = z.strictObject({
  format: z.literal(FORMAT),
  /** ISO 8601. */
  created_at: z.iso.datetime(),
  /** The version of the encoderd that wrote it. */
  encoderd: z.string(),
  desk_id: z.string(),
  database_version: z.int().min(1),
  files: z.array(z.strictObject({ name, size: z.int().min(0), sha256: z.string().regex(/^[\da-f]{64}$/) })),
});

export type Manifest = z.output<typeof manifest>;
