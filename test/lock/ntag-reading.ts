import type { UltralightLink } from '../../src/card/link.ts';
import { joined } from './aes-keys.ts';
import { Shut } from './shut.ts';

const LAST_PAGE = 59;
const TYPE = 'encoderd.dev:c';
const LONG_LENGTH = 0xff;

/** The record's bytes (ntag.md, What a lock does); with READ alone, which all of the family know. */
export async function readNtag(link: UltralightLink): Promise<Uint8Array> {
  const [magic, version = 0, size = 0] = await link.readPages(3);
  if (magic !== 0xe1 || version >> 4 !== 1) throw new Shut('no_record');
  const pages = Math.min(size * 2, LAST_PAGE - 3);
  let memory: Uint8Array = new Uint8Array();
  while (memory.length < pages * 4) memory = joined(memory, await link.readPages(4 + memory.length / 4));
  return recordOf(messageIn(memory.subarray(0, pages * 4)));
}

/** The first NDEF message among the TLVs (Type 2 Tag Operation 1.1, section 2.3). */
function messageIn(memory: Uint8Array): Uint8Array {
  let at = 0;
  for (;;) {
    const [tag = 0xfe, short = 0, high = 0, low = 0] = memory.subarray(at);
    if (tag === 0xfe) throw new Shut('no_record');
    if (tag === 0x00) {
      at += 1;
      continue;
    }
    const isLong = short === LONG_LENGTH;
    const start = at + (isLong ? 4 : 2);
    const end = start + (isLong ? high * 256 + low : short);
    if (tag === 0x03) {
      if (isLong || short === 0 || end > memory.length) throw new Shut('no_record');
      return memory.subarray(start, end);
    }
    at = end;
  }
}

/** The payload of the record of our type (NDEF 1.0, section 3.2). */
function recordOf(message: Uint8Array): Uint8Array {
  let rest = message;
  const take = (length: number) => {
    if (length > rest.length) throw new Shut('no_record');
    const bytes = rest.subarray(0, length);
    rest = rest.subarray(length);
    return bytes;
  };
  const number = (length: number) => take(length).reduce((value, byte) => value * 256 + byte, 0);
  for (;;) {
    const head = number(1);
    const [isLast, isChunk, isShort, hasId] = [0x40, 0x20, 0x10, 0x08].map((bit) => (head & bit) !== 0);
    const typeLength = number(1);
    const payloadLength = number(isShort ? 1 : 4);
    const idLength = hasId ? number(1) : 0;
    const type = Buffer.from(take(typeLength)).toString('latin1').toLowerCase();
    take(idLength);
    const payload = take(payloadLength);
    if ((head & 7) === 4 && type === TYPE && !isChunk) return payload;
    if (isLast) throw new Shut('no_record');
  }
}
