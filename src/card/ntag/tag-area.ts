import type { CardContent } from '../../model/card-record.ts';
import {
  CREDENTIAL_TYPE,
  credentialPayload,
  decodeMessage,
  describeMessage,
  encodeExternalMessage,
} from '../ndef.ts';
import { openRecord } from '../record.ts';
import type { SiteKeys } from '../site-keys.ts';
import type { TagPages } from './tag.ts';
import { areaBytesOf, CONTAINER_PAGE, PAGE_BYTES, pageAt, pagesFrom, type TagLayout } from './tag-layout.ts';
import { controlTlvBytes, findNdefTlv, ndefTlv, TLV_OVERHEAD_BYTES } from './tlv.ts';

/** Bytes around a record in the area: T, L, the NDEF record's head with its type, and the terminator; 20. */
export const RECORD_OVERHEAD_BYTES =
  TLV_OVERHEAD_BYTES + encodeExternalMessage(CREDENTIAL_TYPE, new Uint8Array(0)).length;

/** `blank` and `foreign` may be written over; `keyVersion` is what a record says that it was sealed with. */
export interface FoundContent {
  readonly content: CardContent;
  readonly keyVersion: number | null;
}

/** The bytes from page 4 on that a credential may use, as the capability container and the chip have it. Pages that were not read are zeros. */
export function areaOf(layout: TagLayout, pages: TagPages): Uint8Array {
  const area = new Uint8Array(areaBytes(layout, pages));
  for (const page of pagesFrom(pageAt(0), area.length / PAGE_BYTES)) {
    area.set(pages.get(page) ?? [], (page - pageAt(0)) * PAGE_BYTES);
  }
  return area;
}

/** What stands in the way of NDEF on page 3, for a technician; undefined: nothing, or what can be put right by adding bits to it. */
export function containerFault(layout: TagLayout, pages: TagPages): string | undefined {
  const container = pages.get(CONTAINER_PAGE) ?? new Uint8Array(PAGE_BYTES);
  if (isContainerUnfinished(layout, container)) return undefined;
  const [magic, version = 0, , access = 0] = container;
  if (magic !== 0xe1 || version >> 4 !== 1) {
    return 'page 3 holds no capability container for NDEF, and its bits cannot be taken back';
  }
  return access === 0 ? undefined : 'the capability container on page 3 says that the card is read-only';
}

/** Whether page 3 has yet to become the layout's container: all zeros, or a write of it that did not end. Bits are only ever added there. */
export function isContainerUnfinished({ container }: TagLayout, found: Uint8Array): boolean {
  const isPart = container.every((byte, at) => ((found[at] ?? 0) & ~byte) === 0);
  const magic = found[0];
  return isPart && !(magic === 0xe1 && found[1] === container[1] && found[2] !== 0);
}

/** Where the site's NDEF TLV begins: behind lock control and memory control TLVs. */
export function recordOffset(area: Uint8Array): number {
  return controlTlvBytes(area);
}

/** A sealed record without times and entrances. */
const SMALLEST_RECORD_BYTES = 72;

/** The area's bytes that must be writable for any record to fit. */
export function leastBytes(area: Uint8Array): number {
  return Math.min(area.length, recordOffset(area) + RECORD_OVERHEAD_BYTES + SMALLEST_RECORD_BYTES);
}

/** The area with this sealed record in it, and zeros to the end of its last page: what comes after it is not looked at. */
export function areaWithRecord(layout: TagLayout, area: Uint8Array, sealed: Uint8Array): Uint8Array {
  const tlv = ndefTlv(encodeExternalMessage(CREDENTIAL_TYPE, sealed));
  const at = recordOffset(area);
  const next = new Uint8Array(Math.ceil((at + tlv.length) / PAGE_BYTES) * PAGE_BYTES);
  next.set(prefix(layout, area));
  next.set(tlv, at);
  return next;
}

/** The area with an empty message in it, and zeros behind; as it is where there is no room for that. */
export function blankArea(layout: TagLayout, area: Uint8Array): Uint8Array {
  if (recordOffset(area) + TLV_OVERHEAD_BYTES > area.length) return area;
  const next = new Uint8Array(area.length);
  next.set(prefix(layout, area));
  next.set(ndefTlv(new Uint8Array(0)), recordOffset(area));
  return next;
}

/** Says what is in the area. */
export function recognise(area: Uint8Array, uid: string, siteId: string, keys: SiteKeys): FoundContent {
  const none = (content: CardContent): FoundContent => ({ content, keyVersion: null });
  const tlv = findNdefTlv(area);
  const records = tlv ? decodeMessage(area.subarray(tlv.valueAt, tlv.valueAt + tlv.length)) : [];
  const payload = credentialPayload(records);
  const opened = payload && openRecord(payload, uid, siteId, keys);
  if (opened) {
    const { record, standing, keyVersion } = opened;
    return { content: { kind: 'record', record, standing }, keyVersion };
  }
  if (payload || hasTraces(area)) return none({ kind: 'incomplete' });
  if (tlv === undefined) {
    const isEmpty = area.subarray(recordOffset(area)).every((byte) => byte === 0x00);
    if (isEmpty || area[recordOffset(area)] === 0xfe) return none({ kind: 'blank' });
    return none({ kind: 'foreign', description: 'data that is no NDEF message' });
  }
  if (tlv.length === 0) return none({ kind: 'blank' });
  const description = `an NDEF message of ${tlv.length} bytes: ${describeMessage(records)}`;
  return none({ kind: 'foreign', description });
}

function areaBytes(layout: TagLayout, pages: TagPages): number {
  const container = pages.get(CONTAINER_PAGE) ?? new Uint8Array(PAGE_BYTES);
  const told = isContainerUnfinished(layout, container) ? layout.container[2] : (container[2] ?? 0);
  return Math.min(told * 8, areaBytesOf(layout));
}

/** The control TLVs in front. That of an NTAG213 shares its last byte with a page that is written: a torn write may have spoilt it. */
function prefix(layout: TagLayout, area: Uint8Array): Uint8Array {
  const found = area.subarray(0, recordOffset(area));
  const isFactory =
    found.length === 5 && layout.factoryMessage.slice(0, PAGE_BYTES).every((byte, at) => found[at] === byte);
  return isFactory ? Uint8Array.from(layout.factoryMessage.slice(0, found.length)) : found;
}

/** Whether any page holds its part of the credential record's type where a record would have it: left by a write, or an erasure, that did not end. */
function hasTraces(area: Uint8Array): boolean {
  const head = encodeExternalMessage(CREDENTIAL_TYPE, new Uint8Array(0));
  const messageAt = recordOffset(area) + 2;
  const typeAt = messageAt + 3;
  const typeEnd = messageAt + head.length;
  for (let start = typeAt; start < typeEnd; start = (Math.floor(start / PAGE_BYTES) + 1) * PAGE_BYTES) {
    const end = Math.min((Math.floor(start / PAGE_BYTES) + 1) * PAGE_BYTES, typeEnd);
    if (end - start < 2) continue;
    const part = head.subarray(start - messageAt, end - messageAt);
    if (part.every((byte, at) => area[start + at] === byte)) return true;
  }
  return false;
}
