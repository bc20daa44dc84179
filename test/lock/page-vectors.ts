import { z } from 'zod';
import { blockOf, bytes } from './card-format-page.ts';

const Hex = z.string().transform(bytes);
const Numbered = z.record(z.coerce.number(), Hex);

const Records = z.object({
  master_keys: z.array(
    z.object({
      version: z.number(),
      record: Hex,
      ntag_password: Hex,
      classic_read: Hex,
      classic_write: Hex,
      desfire_master: Hex,
      desfire_write: Hex,
      desfire_read: Hex,
      desfire_picc: Hex,
    }),
  ),
  card_keys: z.object({
    version: z.literal(1),
    uid: Hex,
    record: z.string(),
    ntag_password: z.string(),
    ntag_pack: z.string(),
    classic_sector_1_key_a: z.string(),
    classic_sector_1_key_b: z.string(),
    desfire_f48ef1_key_0: z.string(),
    desfire_f48ef1_key_1: z.string(),
    desfire_f48ef1_key_2: z.string(),
    desfire_picc: z.string(),
  }),
  records: z.array(
    z.object({
      name: z.string(),
      card_uid: Hex,
      bytes: Hex,
      standing: z.enum(['authentic', 'copied', 'altered', 'other_site']),
      key_version: z.number(),
      site_id: z.string(),
      credential_id: z.string(),
      issue_counter: z.number(),
      starts_at: z.number().nullable(),
      ends_at: z.number().nullable(),
      entrances: z.array(z.number()),
      replaces_lost_card: z.boolean(),
    }),
  ),
  no_records: z.array(z.object({ name: z.string(), card_uid: Hex, bytes: Hex })),
});

const Ntag = z.object({
  card_uid: Hex,
  cards: z.array(z.object({ technology: z.string(), pages: Numbered })),
});

const Classic = z.object({
  card_uid: Hex,
  sectors: z.array(z.number()),
  blocks: Numbered,
  blocks_with_directory: Numbered,
});

const Desfire = z.object({
  card_uid: Hex,
  key_0: z.string(),
  key_1: z.string(),
  key_2: z.string(),
  card_master_key: z.string(),
  rnd_a: Hex,
  rnd_b: Hex,
  transaction_id: Hex,
  file_begins_with: Hex,
});

const Tracks = z.tuple([z.string().nullable(), z.string().nullable(), z.string().nullable()]);

const Stripe = z.object({
  site_id: z.string(),
  tokens: z.array(
    z.object({
      name: z.string(),
      layout: Tracks,
      tracks: Tracks,
      standing: z.enum(['authentic', 'other_site']),
      card_number: z.string(),
      starts_at: z.number().nullish(),
      ends_at: z.number().nullish(),
    }),
  ),
  no_tokens: z.array(z.object({ name: z.string(), layout: Tracks, tracks: Tracks })),
});

/** The test vectors of docs/card-formats, hexadecimal read as bytes except where keys are compared. */
export const recordVectors = Records.parse(JSON.parse(blockOf('record.md', 'json')));
export const ntagVectors = Ntag.parse(JSON.parse(blockOf('ntag.md', 'json')));
export const classicVectors = Classic.parse(JSON.parse(blockOf('mifare-classic.md', 'json')));
export const stripeVectors = Stripe.parse(JSON.parse(blockOf('magstripe.md', 'json')));
export const desfireVectors = Desfire.parse(JSON.parse(blockOf('mifare-desfire.md', 'json')));
