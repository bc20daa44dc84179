import { EncoderError } from '../../encoder/errors.ts';
import type { CardContent, CardContents } from '../../model/card-record.ts';
import type { CardWork } from '../program.ts';
import { encodePreimage } from './preimage.ts';
import { type ReadTag, readTag, tagOf, whyAreaNotWritable } from './read-tag.ts';
import { leastBytes, RECORD_OVERHEAD_BYTES, recordOffset } from './tag-area.ts';
import { areaBytesOf, PAGE_BYTES, tagLayoutOf } from './tag-layout.ts';
import { describeLocks } from './tag-locks.ts';
import { isPasswordOurs } from './tag-protection.ts';
import { findNdefTlv } from './tlv.ts';

/** Says what is on the card: `inspect` of the format. A record is told as such also where the card cannot be written any more. */
export async function inspectTag(work: CardWork<'ntag'>): Promise<Omit<CardContents, 'format'>> {
  let read: ReadTag;
  try {
    read = await readTag(work, areaBytesOf(tagLayoutOf(work.card.technology)));
  } catch (error) {
    if (error instanceof EncoderError && error.code === 'card_refused') return unreadable(work, error);
    throw error;
  }
  const { found, protection, layout, pages, area } = read;
  return {
    content: contentOf(read),
    keyVersion: protection.kind === 'opened' ? protection.keyVersion : null,
    capacityBytes: capacityOf(read),
    preimage: encodePreimage(layout, pages, area),
    facts: [
      ['Memory', `${area.length} bytes, ${area.length - usedBytes(area)} free`],
      ['Locks', describeLocks(layout, pages) ?? 'none'],
      ['Password', describePassword(read)],
      ...(found.keyVersion === null
        ? []
        : [['Key version of the record', String(found.keyVersion)] as const]),
    ],
  };
}

/** A record, or else what stands in the way of writing one. */
function contentOf(read: ReadTag): CardContent {
  const { area, found } = read;
  if (found.content.kind === 'record') return found.content;
  const reason = whyAreaNotWritable(read, recordOffset(area), leastBytes(area));
  if (reason === undefined) return found.content;
  const what = found.content.kind === 'foreign' ? `; it holds ${found.content.description}` : '';
  return { kind: 'locked', description: `${reason}${what}` };
}

/** The longest record that fits before the first page that cannot be written. */
function capacityOf(read: ReadTag): number {
  const { area } = read;
  const start = recordOffset(area);
  let end = start;
  while (end < area.length && whyAreaNotWritable(read, start, end + 1) === undefined) {
    end = Math.min((Math.floor(end / PAGE_BYTES) + 1) * PAGE_BYTES, area.length);
  }
  return Math.max(end - start - RECORD_OVERHEAD_BYTES, 0);
}

/** Everything up to the end of the message and its terminator. */
function usedBytes(area: Uint8Array): number {
  const tlv = findNdefTlv(area);
  if (tlv === undefined) return recordOffset(area);
  return tlv.length === 0 ? tlv.at : Math.min(tlv.valueAt + tlv.length + 1, area.length);
}

function describePassword({ tag, layout, pages, protection }: ReadTag): string {
  switch (protection.kind) {
    case 'opened':
      return protection.keyVersion === null
        ? "on, the factory's"
        : `on, of this site, key version ${protection.keyVersion}`;
    case 'closed':
      return `on from page ${protection.firstPage}: ${protection.reason}`;
    case 'off':
      break;
  }
  if (layout.configPage === undefined) return 'none: this kind of card has no password';
  if (!tag.canAuthenticate) return 'off; this reader cannot pass a password on, so that cards stay without';
  return isPasswordOurs(layout, pages) ? 'off' : 'off, and locked by somebody else';
}

/** A card with PROT set: its configuration cannot be read either, so that no password is tried. */
function unreadable(work: CardWork<'ntag'>, error: EncoderError): Omit<CardContents, 'format'> {
  const description = `its pages cannot be read without a password that is not this site's (${error.message})`;
  return {
    content: { kind: 'locked', description },
    keyVersion: null,
    capacityBytes: 0,
    preimage: new Uint8Array(0),
    facts: [['Pages', String(tagOf(work).layout.pages)]],
  };
}
