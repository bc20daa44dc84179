import type { WrittenEntry } from '../model/audit-entry.ts';
import type { Store } from '../store/store.ts';

/** How many entries are read at once. */
const PAGE = 1000;

/** Every entry of the audit log that is kept, read page by page, so that a daemon can go on writing meanwhile. */
export function* everyEntry({ auditLog }: Pick<Store, 'auditLog'>): Generator<WrittenEntry> {
  let page = auditLog.after(0, PAGE);
  while (page.length > 0) {
    yield* page;
    page = auditLog.after(page.at(-1)?.sequence ?? 0, PAGE);
  }
}
