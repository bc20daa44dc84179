import type { Site } from '../site/site.ts';
import type { BackendLink } from '../store/sync-tables.ts';

/** A link to a backend that was never reached. */
const NEW_LINK = {
  isPaired: false,
  apiKey: null,
  identity: null,
  cursor: null,
  walk: null,
  walks: 0,
  walkedAt: null,
} as const;

/**
 * Makes the link what the configuration says, and returns it; null: the desk is its own backend. Where the configuration names an endpoint, that one
 * counts; whatever was followed before goes on from there, if it is the same backend. Where it names none, a link that was paired stays.
 */
export function linkByConfiguration({ store }: Site, endpoint: string | null): BackendLink | null {
  return store.transaction(() => {
    const known = store.backend.read();
    if (endpoint === null && (known === null || known.isPaired)) return known;
    const link: BackendLink | null =
      endpoint === null ? null : { ...NEW_LINK, ...known, endpoint, isPaired: false, apiKey: null };
    store.backend.write(link);
    return link;
  });
}

/** The link. Throws a plain Error: it went although the backend is still followed. */
export function readLink({ store }: Site): BackendLink {
  const link = store.backend.read();
  if (link === null) throw new Error('The link to the backend is gone.');
  return link;
}

/** Changes something of the link. */
export function updateLink(site: Site, change: Partial<BackendLink>): void {
  site.store.transaction(() => site.store.backend.write({ ...readLink(site), ...change }));
}

/**
 * Begins to walk through everything that the backend has. `cursor`: where its news went on just before. `isRestored`: what it lost is told to it
 * again at the end; absent: as it is with the walk that this one takes the place of.
 */
export function beginWalk(site: Site, cursor: string | null, isRestored?: boolean): void {
  site.store.transaction(() => {
    const { walks, walk } = readLink(site);
    const number = walks + 1;
    const lost = isRestored ?? walk?.isRestored ?? false;
    updateLink(site, { walks: number, walk: { number, position: null, cursor, isRestored: lost } });
  });
}
