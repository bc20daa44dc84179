import type { Logger } from '../log.ts';
import type { ResourceKind, ResourceName } from '../model/resource.ts';
import type { MirrorItem } from '../model/sync.ts';
import { applyMirrored, kindsInDoubt } from '../site/mirror.ts';
import type { Site } from '../site/site.ts';
import { StorageError } from '../store/errors.ts';
import { onDisk } from './on-disk.ts';
import { Turns } from './turns.ts';

/** How many things one transaction takes over: the desk waits for it for a few milliseconds. */
const SLICE = 50;

/** What the backend said it has. */
export interface MirrorPage {
  readonly items: readonly MirrorItem[];
  /** The walk in which they were met; null: they are news. */
  readonly walk: number | null;
  /** Whether a thing of this desk was told to the backend since it was asked. */
  readonly isOutdated: (name: ResourceName) => boolean;
  /** Is committed with the last of the items. */
  readonly last?: () => void;
}

export interface WriterParts {
  readonly site: Site;
  readonly log: Logger;
  /** Whether the backend gives ids of its own to what it is told of. */
  readonly givesOwnIds: boolean;
}

/** Takes over what the backend has, a little at a time, so that the desk, and whoever else uses its file, works on in between. */
export class MirrorWriter {
  readonly #site: Site;
  readonly #log: Logger;
  readonly #givesOwnIds: boolean;
  readonly #turns = new Turns();
  /** What could not be taken over, and was said to be so. */
  readonly #complainedOf = new Set<string>();

  constructor({ site, log, givesOwnIds }: WriterParts) {
    this.#site = site;
    this.#log = log;
    this.#givesOwnIds = givesOwnIds;
  }

  /** Of these kinds, what is new here cannot be taken over yet. */
  get kindsInDoubt(): ReadonlySet<ResourceKind> {
    return this.#givesOwnIds ? kindsInDoubt(this.#site) : new Set();
  }

  /** Rejects with `signal.reason`, and what `last` throws. */
  async write({ items, walk, isOutdated, last = () => {} }: MirrorPage, signal: AbortSignal): Promise<void> {
    for (let at = 0; at === 0 || at < items.length; at += SLICE) {
      const slice = items.slice(at, at + SLICE);
      const isLast = at + SLICE >= items.length;
      const work = () =>
        this.#site.store.transaction(() => {
          this.#apply({ items: slice, walk, isOutdated });
          if (isLast) last();
        });
      const parts = { clock: this.#site.clock, log: this.#log };
      await this.#turns.take(() => onDisk(parts, signal, work), signal);
    }
  }

  /** One thing that cannot be taken over must not keep away all others: it is held, and somebody hears of it. */
  #apply({ items, walk, isOutdated }: MirrorPage): void {
    if (items.length === 0) return;
    try {
      applyMirrored(this.#site, items, walk, isOutdated, this.kindsInDoubt);
    } catch (error) {
      if (error instanceof StorageError) throw error;
      const [item] = items;
      if (items.length > 1) for (const one of items) this.#apply({ items: [one], walk, isOutdated });
      else if (item !== undefined) this.#hold(item, error);
    }
  }

  #hold({ kind, id }: MirrorItem, error: unknown): void {
    const detail = error instanceof Error ? error.message : String(error);
    const name = `${kind} ${id}`;
    if (!this.#complainedOf.has(name)) {
      this.#complainedOf.add(name);
      this.#log.error(
        { err: error, kind, backend_id: id },
        'something that the backend has cannot be taken over',
      );
    }
    this.#site.store.heldItems.hold(
      { kind, id },
      `This desk cannot take it over: ${detail}`,
      this.#site.clock.now(),
    );
  }
}
