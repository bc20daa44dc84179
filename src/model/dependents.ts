import { type ResourceChange, referencesOf } from './resource-change.ts';

/** Whatever depends on certain changes: later changes of the same things, those that name them, and those that depend on these. */
export class Dependents {
  readonly #ids = new Set<string>();

  /** From here on, what comes later about the thing of this change depends on it. */
  add({ id }: Pick<ResourceChange, 'id'>): void {
    this.#ids.add(id);
  }

  /** Whether a later change depends on one of these; what depends on it does, too, from here on. */
  take(change: ResourceChange): boolean {
    if (this.#ids.size === 0) return false;
    const isOne = this.#ids.has(change.id) || referencesOf(change).some((id) => this.#ids.has(id));
    if (isOne) this.add(change);
    return isOne;
  }
}
