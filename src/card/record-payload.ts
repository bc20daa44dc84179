import { decode, encode } from 'cborg';
import type { CardRecord } from '../model/card-record.ts';
import { fromHex, toHex } from './hex.ts';

/** What the tag of a record covers: the record, and what tells which key checks it. */
export interface RecordPayload {
  readonly record: CardRecord;
  /** Version of the site's keys, 1 to 255. */
  readonly keyVersion: number;
  /** Of the card that it was written for: upper-case hexadecimal of 4, 7 or 10 bytes. */
  readonly uid: string;
}

/** The map's keys. A layout that adds one gets a version of its own. */
const FIELD = {
  layout: 1,
  keyVersion: 2,
  siteId: 3,
  credentialId: 4,
  uid: 5,
  issueCounter: 6,
  startsAt: 7,
  endsAt: 8,
  entrances: 9,
  flags: 10,
} as const;

const LAYOUT = 1;
const REPLACES_LOST_CARD = 1;

const UUID_BYTES = 16;
const UUID = /^([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/i;
const UID_BYTES: readonly number[] = [4, 7, 10];
const GREATEST_UINT32 = 0xffff_ffff;
const GREATEST_KEY_VERSION = 255;
const GREATEST_ENTRANCE = 65_535;

/** Deterministic CBOR (RFC 8949 section 4.2.1) of docs/card-formats/record.md. Throws a plain Error where a field is out of its range. */
export function encodePayload({ record, keyVersion, uid }: RecordPayload): Uint8Array {
  const bytes = encode(
    new Map<number, number | Uint8Array | readonly number[]>([
      [FIELD.layout, LAYOUT],
      [FIELD.keyVersion, keyVersion],
      [FIELD.siteId, uuidBytes(record.siteId)],
      [FIELD.credentialId, uuidBytes(record.credentialId)],
      [FIELD.uid, fromHex(uid)],
      [FIELD.issueCounter, record.issueCounter],
      ...(record.startsAt === null ? [] : [[FIELD.startsAt, record.startsAt / 1000] as const]),
      ...(record.endsAt === null ? [] : [[FIELD.endsAt, record.endsAt / 1000] as const]),
      ...(record.entrances.length === 0 ? [] : [[FIELD.entrances, record.entrances] as const]),
      ...(record.replacesLostCard ? [[FIELD.flags, REPLACES_LOST_CARD] as const] : []),
    ]),
  );
  if (fieldsOf(bytes) === undefined) throw new Error('a field of the card record is out of its range');
  return bytes;
}

/** Undefined: not the one way to write a payload of this layout, by its encoding or by a field that is missing, unknown or out of its range. */
export function decodePayload(bytes: Uint8Array): RecordPayload | undefined {
  const payload = fieldsOf(bytes);
  // One test for order, duplicates, unknown fields, empty lists and every number that could be shorter.
  return payload !== undefined && Buffer.compare(encodePayload(payload), bytes) === 0 ? payload : undefined;
}

/** Any CBOR item that fills `bytes`; undefined where there is none. */
export function decodeItem(bytes: Uint8Array): unknown {
  try {
    return decode(bytes, {
      strict: true,
      allowIndefinite: false,
      allowUndefined: false,
      allowBigInt: false,
      rejectDuplicateMapKeys: true,
      useMaps: true,
    });
  } catch {
    return undefined;
  }
}

function fieldsOf(bytes: Uint8Array): RecordPayload | undefined {
  const fields = decodeItem(bytes);
  if (!(fields instanceof Map) || fields.get(FIELD.layout) !== LAYOUT) return undefined;
  const keyVersion = uint(fields.get(FIELD.keyVersion), 1, GREATEST_KEY_VERSION);
  const siteId = byteString(fields.get(FIELD.siteId), [UUID_BYTES]);
  const credentialId = byteString(fields.get(FIELD.credentialId), [UUID_BYTES]);
  const uid = byteString(fields.get(FIELD.uid), UID_BYTES);
  const issueCounter = uint(fields.get(FIELD.issueCounter), 1, GREATEST_UINT32);
  const startsAt = time(fields.get(FIELD.startsAt));
  const endsAt = time(fields.get(FIELD.endsAt));
  const entrances = ascending(fields.get(FIELD.entrances));
  const flags = fields.get(FIELD.flags) ?? 0;
  if (
    keyVersion === undefined ||
    siteId === undefined ||
    credentialId === undefined ||
    uid === undefined ||
    issueCounter === undefined ||
    startsAt === undefined ||
    endsAt === undefined ||
    entrances === undefined ||
    (flags !== 0 && flags !== REPLACES_LOST_CARD)
  ) {
    return undefined;
  }
  return {
    record: {
      siteId: uuidText(siteId),
      credentialId: uuidText(credentialId),
      issueCounter,
      startsAt,
      endsAt,
      entrances,
      replacesLostCard: flags === REPLACES_LOST_CARD,
    },
    keyVersion,
    uid: toHex(uid),
  };
}

function uint(value: unknown, least: number, greatest: number): number | undefined {
  if (typeof value !== 'number' || !Number.isInteger(value)) return undefined;
  return value >= least && value <= greatest ? value : undefined;
}

/** Milliseconds since 1970; null where the field is absent. */
function time(value: unknown): number | null | undefined {
  if (value === undefined) return null;
  const seconds = uint(value, 0, GREATEST_UINT32);
  return seconds === undefined ? undefined : seconds * 1000;
}

function byteString(value: unknown, lengths: readonly number[]): Uint8Array | undefined {
  return value instanceof Uint8Array && lengths.includes(value.length) ? value : undefined;
}

function ascending(value: unknown): readonly number[] | undefined {
  if (value === undefined) return [];
  if (!Array.isArray(value)) return undefined;
  const numbers: number[] = [];
  for (const one of value) {
    const number = uint(one, (numbers.at(-1) ?? 0) + 1, GREATEST_ENTRANCE);
    if (number === undefined) return undefined;
    numbers.push(number);
  }
  return numbers;
}

function uuidBytes(uuid: string): Uint8Array {
  if (!UUID.test(uuid)) throw new Error(`"${uuid}" is no UUID`);
  return fromHex(uuid.replaceAll('-', ''));
}

function uuidText(bytes: Uint8Array): string {
  return toHex(bytes).toLowerCase().replace(UUID, '$1-$2-$3-$4-$5');
}
