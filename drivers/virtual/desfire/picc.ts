import { z } from 'zod';
import { fromHex, toHex } from '../../../src/card/hex.ts';
import { DESFIRE_GENERATIONS, type DesfireGeneration } from '../../../src/encoder/contract.ts';

const bytes = z.codec(
  z.string(),
  z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  { decode: fromHex, encode: toHex },
);
const byte = z.int().min(0).max(0xff);

const cardKey = z.strictObject({
  /** `des`: DES or triple DES with two keys, 16 bytes (DES when both halves are the same); `3k3des` 24 bytes; `aes` 16. */
  kind: z.enum(['des', '3k3des', 'aes']),
  bytes,
  /** Of an AES key; those of DES keep theirs in the parity bits of their first eight bytes. */
  version: byte,
});

const fileHead = {
  number: byte,
  isoId: z.int().optional(),
  /** How its data travels, unless the way to it is free. */
  communication: z.enum(['plain', 'mac', 'full']),
  /** Four key numbers, from the highest digit on: read, write, both, change these settings; E is everybody, F nobody. */
  rights: z.int().min(0).max(0xffff),
};

const cardFile = z.discriminatedUnion('kind', [
  z.strictObject({ ...fileHead, kind: z.enum(['standard', 'backup']), data: bytes }),
  z.strictObject({
    ...fileHead,
    kind: z.literal('value'),
    lower: z.int(),
    upper: z.int(),
    value: z.int(),
    /** How much LimitedCredit may give back: what the last transaction with a debit took. */
    creditLimit: z.int(),
    isLimitedCreditOn: z.boolean(),
  }),
  z.strictObject({
    ...fileHead,
    kind: z.enum(['linear', 'cyclic']),
    recordBytes: z.int(),
    mostRecords: z.int(),
    /** The oldest first. */
    records: z.array(bytes),
  }),
]);

const application = z.strictObject({
  aid: z.int().min(1).max(0xffffff),
  /** Key settings 1: who may do what with the application (section "Application master key settings"). */
  settings: byte,
  keyKind: cardKey.shape.kind,
  keys: z.array(cardKey),
  /** Whether its files have ISO file identifiers. */
  hasIsoIds: z.boolean(),
  isoId: z.int().optional(),
  /** The DF name that ISO SELECT finds it by. */
  name: bytes.optional(),
  files: z.array(cardFile),
});

const picc = z.strictObject({
  uid: bytes,
  generation: z.enum(DESFIRE_GENERATIONS),
  storageBytes: z.literal([2048, 4096, 8192]),
  /** What applications and files took since the last format, those that were deleted too. */
  usedBytes: z.int().min(0),
  settings: byte,
  masterKey: cardKey,
  isFormatDisabled: z.boolean(),
  isUidRandom: z.boolean(),
  /** What the keys of a new application are: 24 bytes, as many as are needed. */
  newKey: z.strictObject({ bytes, version: byte }),
  applications: z.array(application),
});

/** Everything on a DESFire that outlives the field. */
export type Picc = z.infer<typeof picc>;
export type Application = z.infer<typeof application>;
export type CardKey = z.infer<typeof cardKey>;
export type KeyKind = CardKey['kind'];
export type CardFile = z.infer<typeof cardFile>;
export type DataFile = Extract<CardFile, { data: Uint8Array }>;
export type ValueFile = Extract<CardFile, { kind: 'value' }>;
export type RecordFile = Extract<CardFile, { records: unknown }>;
export type StorageBytes = Picc['storageBytes'];

/** A card as from the factory: the PICC master key is DES, all zeros, everything about it may be changed, and nobody needs it to create applications. */
export function factoryPicc(
  uid: Uint8Array,
  generation: DesfireGeneration,
  storageBytes: StorageBytes,
): Picc {
  return {
    uid: uid.slice(),
    generation,
    storageBytes,
    usedBytes: 0,
    settings: 0x0f,
    masterKey: { kind: 'des', bytes: new Uint8Array(16), version: 0 },
    isFormatDisabled: false,
    isUidRandom: false,
    newKey: { bytes: new Uint8Array(24), version: 0 },
    applications: [],
  };
}

/** The memory as bytes: JSON, with byte strings in hexadecimal. */
export function encodePicc(memory: Picc): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(z.encode(picc, memory)));
}

/** The memory from the bytes that `encodePicc` made. Throws a plain Error on anything else. */
export function decodePicc(memory: Uint8Array): Picc {
  const read = picc.safeDecode(JSON.parse(new TextDecoder().decode(memory)));
  if (!read.success) throw new Error(`this is no memory of a DESFire: ${z.prettifyError(read.error)}`);
  return read.data;
}
