import type { ResourceName } from '../model/resource.ts';

/** Which things of this desk the backend was told of just now: what was read of them before is out of date. */
export class SettledThings {
  #since = new Set<string>();

  /** Begins to count anew; what is asked of the answer counts from here on. */
  begin(): (name: ResourceName) => boolean {
    const since = new Set<string>();
    this.#since = since;
    return (name) => since.has(keyOf(name));
  }

  add(name: ResourceName): void {
    this.#since.add(keyOf(name));
  }
}

const keyOf = ({ kind, id }: ResourceName) => `${kind} ${id}`;
