import { randomBytes } from 'node:crypto';
import { RESOURCE_KINDS, type ResourceKind, type ResourceName } from '../model/resource.ts';
import type { MirrorItem } from '../model/sync.ts';
import type { Cursor } from '../store/paging.ts';
import { SiteError } from './errors.ts';
import { listResources, readResource } from './resources.ts';
import type { Site } from './site.ts';

/** What the feed is kept in. */
type FeedKeeper = Pick<Site, 'store'> & { readonly clock: Pick<Site['clock'], 'now'> };

/** How many things one part of the news, or of a walk through everything, has. */
export const FEED_PAGE = 200;

/** Groups may each name every entrance of a large house. */
const GROUPS_PAGE = 50;

export interface FeedPage {
  readonly items: readonly MirrorItem[];
  /** Where the news go on. */
  readonly cursor: string;
  readonly hasMore: boolean;
}

export interface SitePage {
  readonly items: readonly MirrorItem[];
  /** Where the next part begins; null: this was the last. */
  readonly position: string | null;
}

/**
 * Begins an epoch of the feed, at each start of the daemon: a file that was restored from a backup does not know the epochs that came after
 * it, and so whoever has followed those is told apart. Nothing happens while no desk is paired: nothing is noted then.
 */
export function continueFeed(site: FeedKeeper): void {
  site.store.transaction(() => {
    if (site.store.pairedDesks.any()) beginEpoch(site, seriesOf(site.store.feed.currentEpoch()));
  });
}

/** Begins the feed when the first desk is paired. What changed while there was none was not noted: no older place holds. */
export function beginFeed(site: FeedKeeper): void {
  beginEpoch(site, null);
}

/** The place behind everything that has changed so far. */
export function feedCursor(site: Site): string {
  const { feed } = site.store;
  return toCursor(feed.currentEpoch() ?? beginEpoch(site, null), feed.last());
}

/**
 * What changed behind a place, each thing as it is now. Throws `history_differs` when this site's history has no such place, or not the place
 * `seen`, which the desk heard of since (null: it did not): this site was restored from an older backup, or is another site. Throws
 * `history_forgotten` when things were gone behind that place which nobody here knows of any more.
 */
export function newsAfter(
  site: Site,
  cursor: string,
  seen: string | null = null,
  limit: number = FEED_PAGE,
): FeedPage {
  const after = placeIn(site, cursor);
  if (after === null || (seen !== null && !isInHistory(site, seen))) {
    throw new SiteError(
      'history_differs',
      'This site has another history than the desk has seen: it was restored from an older backup, or is another site. The desk walks through everything again.',
    );
  }
  if (after < site.store.feed.lastForgotten()) {
    throw new SiteError(
      'history_forgotten',
      'This site has forgotten what was deleted since the desk asked last, so long ago is that. The desk walks through everything again.',
    );
  }
  const changed = site.store.feed.after(after, limit);
  const epoch = site.store.feed.currentEpoch() ?? '';
  return {
    items: changed.map((item) => (item.isGone ? toItem(item, null) : readItem(site, item))),
    cursor: toCursor(epoch, changed.at(-1)?.sequence ?? after),
    hasMore: changed.length === limit,
  };
}

/** Whether a place is in this site's history. */
export function isInHistory(site: FeedKeeper, cursor: string): boolean {
  return placeIn(site, cursor) !== null;
}

/** These things as they are now, in this order. */
export function readItems(site: Site, names: readonly ResourceName[]): readonly MirrorItem[] {
  return names.map((name) => readItem(site, name));
}

/**
 * A part of everything that the site has, from `position` on; null: from the beginning. Things come after those that they name. Throws
 * `invalid_input` for a position that no part ended with.
 */
export function walkPage(site: Site, position: string | null): SitePage {
  const { kind, after } = position === null ? BEGINNING : positionIn(position);
  const limit = kind === 'acs_access_group' ? GROUPS_PAGE : FEED_PAGE;
  const { rows, nextAfter } = listResources(site, kind, { after, limit });
  const next = RESOURCE_KINDS[RESOURCE_KINDS.indexOf(kind) + 1];
  return {
    items: rows.map(({ id, state }) => ({ kind, id, state })),
    position:
      nextAfter !== null ? toPosition(kind, nextAfter) : next === undefined ? null : toPosition(next, 0),
  };
}

const toItem = ({ kind, id }: ResourceName, state: MirrorItem['state']): MirrorItem => ({ kind, id, state });

const readItem = (site: Site, name: ResourceName): MirrorItem => toItem(name, readResource(site, name));

/** An epoch is called `series.start`: a series ends when no desk is left, since nothing is noted from then on. */
function beginEpoch(site: FeedKeeper, series: string | null): string {
  const epoch = `${series ?? randomWord()}.${randomWord()}`;
  site.store.feed.beginEpoch(epoch, site.clock.now());
  return epoch;
}

const randomWord = (): string => randomBytes(12).toString('hex');

const seriesOf = (epoch: string | null): string | null => epoch?.split('.')[0] ?? null;

const toCursor = (epoch: string, sequence: number): string => `${epoch}:${sequence}`;

/**
 * The sequence of a place; null: there is no such place in this site's history. It may lie before the epoch that it names: whoever was behind
 * when that began is told of it with the next part of the news, and a file that knows an epoch knows all that came before.
 */
function placeIn({ store: { feed } }: FeedKeeper, cursor: string): number | null {
  const parts = /^([\da-f]+\.[\da-f]+):(\d{1,15})$/.exec(cursor);
  const [, epochName = '', digits = ''] = parts ?? [];
  const epoch = feed.epoch(epochName);
  const sequence = Number(digits);
  const isOurs =
    epoch !== null &&
    seriesOf(epochName) === seriesOf(feed.currentEpoch()) &&
    sequence <= (epoch.endedAt ?? feed.last());
  return isOurs ? sequence : null;
}

const BEGINNING = { kind: 'acs_entrance', after: 0 } as const;

const toPosition = (kind: ResourceKind, after: Cursor): string =>
  `${kind}:${typeof after === 'number' ? after : `${after.sequence}@${after.at}`}`;

/** Throws `invalid_input`. */
function positionIn(position: string): { readonly kind: ResourceKind; readonly after: Cursor } {
  const parts = /^(\w+):(\d{1,15})(?:@(\d{1,15}))?$/.exec(position);
  const kind = RESOURCE_KINDS.find((one) => one === parts?.[1]);
  if (parts === null || kind === undefined) {
    throw new SiteError('invalid_input', 'position must be one that a part of this walk ended with.');
  }
  const [, , sequence, at] = parts;
  return {
    kind,
    after: at === undefined ? Number(sequence) : { at: Number(at), sequence: Number(sequence) },
  };
}
