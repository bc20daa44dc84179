import { timingSafeEqual } from 'node:crypto';
import { encode } from 'cborg';
import type { CardRecord, RecordStanding } from '../model/card-record.ts';
import { aesCmac } from './cmac.ts';
import { recordKey } from './diversification.ts';
import { decodeItem, decodePayload, encodePayload, type RecordPayload } from './record-payload.ts';
import type { SiteKeys, SiteKeyVersion } from './site-keys.ts';

const TAG_BYTES = 16;

/** What was found on a card, and how far it can be believed. */
export interface OpenedRecord {
  readonly record: CardRecord;
  readonly standing: RecordStanding;
  /** The version of the site's keys that it says it was sealed with, 1 to 255. */
  readonly keyVersion: number;
}

/**
 * The record as it goes onto the card with this uid (hexadecimal): CBOR of [payload, tag], docs/card-formats/record.md.
 * 72 bytes without times and entrances, 105 with both times and 17 entrances of one byte. The same arguments give the same bytes.
 * Throws a plain Error where a field of the record is out of its range.
 */
export function sealRecord(record: CardRecord, uid: string, keys: SiteKeyVersion): Uint8Array {
  const payload = encodePayload({ record, keyVersion: keys.version, uid });
  return encode([payload, aesCmac(recordKey(keys, uid), payload)]);
}

/**
 * Reads what lies on the card with this uid, without anything before or behind it. `keys` are those of the site `siteId`.
 * Undefined: no record. A record has one way to be written, and fields within their ranges; all else is none, whatever its tag.
 */
export function openRecord(
  bytes: Uint8Array,
  uid: string,
  siteId: string,
  keys: SiteKeys,
): OpenedRecord | undefined {
  const parts = decodeItem(bytes);
  if (!Array.isArray(parts) || parts.length !== 2) return undefined;
  const [payloadBytes, tag]: readonly unknown[] = parts;
  if (!(payloadBytes instanceof Uint8Array) || !(tag instanceof Uint8Array)) return undefined;
  if (tag.length !== TAG_BYTES) return undefined;
  const payload = decodePayload(payloadBytes);
  if (payload === undefined) return undefined;
  const { record, keyVersion } = payload;
  return { record, keyVersion, standing: standingOf(payload, payloadBytes, tag, uid, siteId, keys) };
}

function standingOf(
  { record, keyVersion, uid: uidInside }: RecordPayload,
  payload: Uint8Array,
  tag: Uint8Array,
  uid: string,
  siteId: string,
  keys: SiteKeys,
): RecordStanding {
  if (record.siteId !== siteId.toLowerCase()) return 'other_site';
  const sealedWith = keys.find(({ version }) => version === keyVersion);
  if (sealedWith === undefined) return 'altered';
  if (!timingSafeEqual(aesCmac(recordKey(sealedWith, uidInside), payload), tag)) return 'altered';
  return uidInside === uid.toUpperCase() ? 'authentic' : 'copied';
}
