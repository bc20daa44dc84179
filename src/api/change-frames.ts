import type { Site } from '../site/site.ts';
import { toChange } from './wire/change.ts';

/** How many changes are read at once: somebody who wants many must not keep others waiting meanwhile. */
const BATCH = 25;

/** Changes that follow each other, as readers get them. */
export interface Frames {
  readonly texts: readonly string[];
  /** The sequence of the last one. */
  readonly upTo: number;
}

/**
 * The changes of the store as text. Readers mostly wait for the same ones and all wake in the same turn of the event loop: what was read last is
 * kept for the others until that turn is over.
 */
export class ChangeFrames {
  readonly #site: Site;
  #lastRead: { readonly after: number; readonly frames: Frames } | null = null;

  constructor(site: Site) {
    this.#site = site;
  }

  /** What comes after this sequence, some of it; null: nothing yet. */
  after(sequence: number): Frames | null {
    if (this.#lastRead?.after === sequence) return this.#lastRead.frames;
    const { changes } = this.#site.store;
    const last = changes.last();
    if (sequence === last) return null;
    // Older than what is kept, or from another store's future: either way changes are missing.
    if (sequence < changes.keptAfter() || sequence > last) {
      return { texts: [JSON.stringify({ type: 'resync_needed', sequence: last })], upTo: last };
    }
    const batch = changes.after(sequence, BATCH);
    const newest = batch.at(-1);
    if (newest === undefined) return null;
    const frames = {
      texts: batch.map((change) => JSON.stringify(toChange(change, this.#site))),
      upTo: newest.sequence,
    };
    if (this.#lastRead === null) setImmediate(() => this.#forget());
    this.#lastRead = { after: sequence, frames };
    return frames;
  }

  /** By the next turn, what is said of a change may be something else: it names things of the store. */
  #forget(): void {
    this.#lastRead = null;
  }
}
