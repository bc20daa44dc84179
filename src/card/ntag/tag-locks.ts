import type { TagPages } from './tag.ts';
import { CONTAINER_PAGE, pageAt, STATIC_LOCK_PAGE, type TagLayout } from './tag-layout.ts';

const FIRST_DYNAMIC_PAGE = 16;

/** Whether a page from 3 on that carries data is locked for ever, by a lock bit of page 2 (pages 3 to 15) or by a dynamic one (from page 16 on). */
export function isLocked(layout: TagLayout, pages: TagPages, page: number): boolean {
  if (page < FIRST_DYNAMIC_PAGE) {
    const [, , low = 0, high = 0] = pages.get(STATIC_LOCK_PAGE) ?? [];
    return (((low + high * 256) >> page) & 1) === 1;
  }
  if (layout.dynamicLocks === undefined) return false;
  const [low = 0, high = 0] = pages.get(layout.dynamicLocks.page) ?? [];
  return (((low + high * 256) >> dynamicBit(layout.dynamicLocks.pagesPerBit, page)) & 1) === 1;
}

/** All locked pages that carry data, as a technician reads them: `pages 4 to 7, 12`; undefined: none. */
export function describeLocks(layout: TagLayout, pages: TagPages): string | undefined {
  const spans: [number, number][] = [];
  for (let page = CONTAINER_PAGE; page < pageAt(layout.userBytes); page++) {
    if (!isLocked(layout, pages, page)) continue;
    const last = spans.at(-1);
    if (last?.[1] === page - 1) last[1] = page;
    else spans.push([page, page]);
  }
  if (spans.length === 0) return undefined;
  const [first] = spans;
  const word = spans.length === 1 && first?.[0] === first?.[1] ? 'page' : 'pages';
  return `${word} ${spans.map(([from, to]) => (from === to ? `${from}` : `${from} to ${to}`)).join(', ')}`;
}

/**
 * Lock byte 2 of an Ultralight C has block-lock bits at 0 and 4, each with the lock bits of four pages a bit after it: 16 to 27, 28 to 39
 * (MF0ICU2, section 7.5.3).
 */
function dynamicBit(pagesPerBit: number | 'c', page: number): number {
  if (pagesPerBit !== 'c') return Math.floor((page - FIRST_DYNAMIC_PAGE) / pagesPerBit);
  const group = Math.floor((page - FIRST_DYNAMIC_PAGE) / 4);
  return group + (group < 3 ? 1 : 2);
}
