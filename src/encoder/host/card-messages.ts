import { z } from 'zod';
import { CARD_FORMATS } from '../../model/card-format.ts';

/** What is said of cards and their contents between the daemon and a driver host: src/model/card-record.ts and src/card/program.ts as schemas. */

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'these are no bytes');
const format = z.enum(CARD_FORMATS);

const cardRecord = z.object({
  siteId: z.string(),
  credentialId: z.string(),
  issueCounter: z.int(),
  startsAt: z.number().nullable(),
  endsAt: z.number().nullable(),
  entrances: z.array(z.int()).readonly(),
  replacesLostCard: z.boolean(),
});

const cardToken = z.object({
  cardNumber: z.string(),
  startsAt: z.number().nullable().exactOptional(),
  endsAt: z.number().nullable().exactOptional(),
  issue: z.object({ value: z.int(), digits: z.int() }).exactOptional(),
  entrance: z.int().nullable().exactOptional(),
});

const cardContent = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('blank') }),
  z.object({
    kind: z.literal('record'),
    record: cardRecord,
    standing: z.enum(['authentic', 'altered', 'copied', 'other_site']),
  }),
  z.object({ kind: z.literal('token'), token: cardToken, standing: z.enum(['authentic', 'other_site']) }),
  z.object({ kind: z.literal('incomplete') }),
  z.object({ kind: z.literal('foreign'), description: z.string() }),
  z.object({ kind: z.literal('locked'), description: z.string() }),
]);

/** `CardContents`. */
export const cardContents = z.object({
  isNumberDrawn: z.boolean().exactOptional(),
  format: format.nullable(),
  content: cardContent,
  keyVersion: z.int().nullable(),
  capacityBytes: z.int(),
  preimage: bytes,
  facts: z.array(z.tuple([z.string(), z.string()]).readonly()).readonly(),
});

/** `CardImage`. */
export const cardImage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('record'), format, record: cardRecord }),
  z.object({ kind: z.literal('blank'), format }),
  z.object({ kind: z.literal('previous'), format, preimage: bytes }),
]);

/** `WriteProgress`. */
export const writeProgress = z.object({
  phase: z.enum(['writing', 'verifying']),
  done: z.int(),
  total: z.int(),
  awaitsSwipe: z.boolean().exactOptional(),
});

/** `FormatSettings`. */
export const formatSettings = z.discriminatedUnion('format', [
  z.object({ format: z.literal('ntag'), isPasswordProtected: z.boolean() }),
  z.object({
    format: z.literal('mifare_classic'),
    sectors: z.array(z.int()).readonly(),
    hasDirectory: z.boolean(),
  }),
  z.object({
    format: z.literal('mifare_desfire'),
    applicationId: z.int(),
    piccMasterKey: z.enum(['leave', 'own']),
  }),
  z.object({
    format: z.literal('magstripe'),
    layout: z.tuple([z.string().nullable(), z.string().nullable(), z.string().nullable()]).readonly(),
  }),
  z.object({ format: z.literal('uid_only') }),
]);

const keysByPurpose = z.object({
  record: bytes,
  ntag_password: bytes,
  classic_read: bytes,
  classic_write: bytes,
  desfire_master: bytes,
  desfire_write: bytes,
  desfire_read: bytes,
  desfire_picc: bytes,
});

/** `CardSite`, keys and all: it crosses for one call, and is wiped at its end. */
export const cardSite = z.object({
  siteId: z.string(),
  formats: z.array(formatSettings).readonly(),
  keys: z.array(z.object({ version: z.int(), keys: keysByPurpose })).readonly(),
});
