import { EncoderError } from '../../encoder/errors.ts';
import type { CardWork } from '../program.ts';
import { Tag, type TagPages } from './tag.ts';
import { areaOf, containerFault, type FoundContent, recognise } from './tag-area.ts';
import {
  CONTAINER_PAGE,
  PAGE_BYTES,
  pageAt,
  pagesFrom,
  STATIC_LOCK_PAGE,
  settingPagesOf,
  type TagLayout,
  tagLayoutOf,
} from './tag-layout.ts';
import { isLocked } from './tag-locks.ts';
import { openProtection, type TagProtection } from './tag-protection.ts';

/** A card that was read, and opened where that was possible. */
export interface ReadTag {
  readonly tag: Tag;
  readonly layout: TagLayout;
  readonly pages: TagPages;
  /** The bytes from page 4 on that a credential may use. */
  readonly area: Uint8Array;
  readonly found: FoundContent;
  readonly protection: TagProtection;
}

/** Rejects with an EncoderError `card_unsupported` when the reader has no way to the pages. */
export function tagOf({ link, card }: CardWork<'ntag'>): { readonly tag: Tag; readonly layout: TagLayout } {
  if (link.ultralight === undefined) {
    throw new EncoderError('card_unsupported', `this reader cannot read the pages of a ${card.technology}`);
  }
  const layout = tagLayoutOf(card.technology);
  return { tag: new Tag(link.ultralight, layout), layout };
}

/**
 * Reads pages 2 and 3, `userBytes` from page 4 on and the pages with the settings, then sends the password where the card asks for one.
 * One exchange on NTAG213 and Ultralight EV1, two on NTAG215 and 216, and one for the password; without native commands one for each four pages.
 * Rejects with `card_refused` when a page needs a password to be read.
 */
export async function readTag(work: CardWork<'ntag'>, userBytes: number): Promise<ReadTag> {
  const { card, siteId, keys } = work;
  const { tag, layout } = tagOf(work);
  const user = pagesFrom(pageAt(0), Math.ceil(userBytes / PAGE_BYTES));
  const pages = await tag.read([STATIC_LOCK_PAGE, CONTAINER_PAGE, ...user, ...settingPagesOf(layout)]);
  const area = areaOf(layout, pages);
  const found = recognise(area, card.uid, siteId, keys);
  const protection = await openProtection(tag, layout, pages, card.uid, keys, found.keyVersion);
  return { tag, layout, pages, area, found, protection };
}

/** Why this page cannot be written, for a technician; undefined: it can. */
export function whyNotWritable({ layout, pages, protection }: ReadTag, page: number): string | undefined {
  if (isLocked(layout, pages, page)) return `page ${page} is locked for ever by its lock bit`;
  if (protection.kind === 'closed' && page >= protection.firstPage) {
    return `page ${page} cannot be written: ${protection.reason}`;
  }
  return undefined;
}

/** Why nothing can be written between these offsets of the area; undefined: it can. */
export function whyAreaNotWritable(read: ReadTag, from: number, to: number): string | undefined {
  const fault = containerFault(read.layout, read.pages);
  if (fault !== undefined) return fault;
  for (let page = pageAt(from); page < pageAt(to + PAGE_BYTES - 1); page++) {
    const reason = whyNotWritable(read, page);
    if (reason !== undefined) return reason;
  }
  return undefined;
}
