/**
 * NDEF messages (NFC Forum NDEF 1.0, section 3), as far as a credential on a tag needs them.
 *
 * A record begins with a byte of flags: MB 80 (first of the message), ME 40 (last), CF 20 (chunk), SR 10 (payload length is one byte, else
 * four), IL 08 (there is an id length), TNF 07 (what kind of type it has). Then come type length, payload length, id length, type, id, payload.
 */

/**
 * The type of the record that carries a credential: an external type of NFC Forum RTD, section 3.10, TNF 4. Its whole name is
 * `urn:nfc:ext:encoderd.dev:c`; only what is here stands on the card.
 */
export const CREDENTIAL_TYPE = 'encoderd.dev:c';

/** TNF values (NDEF 1.0, table 1). */
const TNF = { empty: 0, wellKnown: 1, media: 2, uri: 3, external: 4 } as const;

const FLAG = { first: 0x80, last: 0x40, chunk: 0x20, short: 0x10, id: 0x08 } as const;

const LONGEST_SHORT_PAYLOAD = 0xff;

export interface NdefRecord {
  /** 0 to 7. */
  readonly tnf: number;
  /** A part of a payload that goes on in the next record. */
  readonly isChunk: boolean;
  /** As on the card: one byte a character. */
  readonly type: string;
  readonly payload: Uint8Array;
}

/**
 * A message of one external record with this type and payload: `D4`, type length, payload length, type, payload; from 256 bytes on `C4`
 * and a payload length of four bytes.
 */
export function encodeExternalMessage(type: string, payload: Uint8Array): Uint8Array {
  const name = Buffer.from(type, 'latin1');
  const length = payload.length;
  if (length <= LONGEST_SHORT_PAYLOAD) {
    const flags = FLAG.first | FLAG.last | FLAG.short | TNF.external;
    return Uint8Array.of(flags, name.length, length, ...name, ...payload);
  }
  const flags = FLAG.first | FLAG.last | TNF.external;
  const lengthBytes = [24, 16, 8, 0].map((shift) => (length >>> shift) & 0xff);
  return Uint8Array.of(flags, name.length, ...lengthBytes, ...name, ...payload);
}

/**
 * The records of a message, up to the one that says that it is the last. What does not follow the standard ends the list, so that it is
 * empty for bytes that are no message. Never throws.
 */
export function decodeMessage(bytes: Uint8Array): readonly NdefRecord[] {
  const records: NdefRecord[] = [];
  for (let at = 0; at < bytes.length; ) {
    const flags = bytes[at] ?? 0;
    if (((flags & FLAG.first) !== 0) !== (at === 0)) return records;
    const read = readRecord(bytes, at);
    if (read === undefined) return records;
    records.push(read.record);
    if ((flags & FLAG.last) !== 0) return records;
    at = read.end;
  }
  return records;
}

/** The payload of the first credential record among them; undefined: there is none. Type names are compared as RTD says, whatever their case. */
export function credentialPayload(records: readonly NdefRecord[]): Uint8Array | undefined {
  return records.find(
    ({ tnf, isChunk, type }) => tnf === TNF.external && !isChunk && type.toLowerCase() === CREDENTIAL_TYPE,
  )?.payload;
}

/** What the first record is, for a technician: `a web address`. */
export function describeMessage(records: readonly NdefRecord[]): string {
  const [first] = records;
  if (first === undefined) return 'it follows no standard';
  const name = first.type.replaceAll(/[^\x20-\x7e]/g, '?');
  switch (first.tnf) {
    case TNF.empty:
      return 'empty';
    case TNF.wellKnown:
      return describeWellKnown(first, name);
    case TNF.media:
      return `data of type ${name}`;
    case TNF.uri:
      return 'data whose type is an address';
    case TNF.external:
      return `a record of type ${name}`;
    default:
      return 'a record of unknown type';
  }
}

/** The prefixes of RTD URI, section 3.2.2, that stand for http and https. */
const WEB_PREFIXES: readonly (number | undefined)[] = [0x01, 0x02, 0x03, 0x04];

function describeWellKnown({ payload }: NdefRecord, type: string): string {
  switch (type) {
    case 'U':
      return WEB_PREFIXES.includes(payload[0]) ? 'a web address' : 'an address';
    case 'T':
      return 'a text';
    case 'Sp':
      return 'a smart poster';
    default:
      return `a record of type ${type}`;
  }
}

/** Undefined: the bytes end before the record does. */
function readRecord(
  bytes: Uint8Array,
  start: number,
): { readonly record: NdefRecord; readonly end: number } | undefined {
  const flags = bytes[start] ?? 0;
  const typeLength = bytes[start + 1];
  const isShort = (flags & FLAG.short) !== 0;
  const lengthEnd = start + 2 + (isShort ? 1 : 4);
  const hasId = (flags & FLAG.id) !== 0;
  const typeAt = lengthEnd + (hasId ? 1 : 0);
  if (typeLength === undefined || typeAt > bytes.length) return undefined;
  const payloadLength = bytes.subarray(start + 2, lengthEnd).reduce((sum, byte) => sum * 256 + byte, 0);
  const payloadAt = typeAt + typeLength + (hasId ? (bytes[lengthEnd] ?? 0) : 0);
  const end = payloadAt + payloadLength;
  if (end > bytes.length) return undefined;
  const record: NdefRecord = {
    tnf: flags & 0x07,
    isChunk: (flags & FLAG.chunk) !== 0,
    type: Buffer.from(bytes.subarray(typeAt, typeAt + typeLength)).toString('latin1'),
    payload: bytes.slice(payloadAt, end),
  };
  return { record, end };
}
