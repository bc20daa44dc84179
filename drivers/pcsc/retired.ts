const retired = new Set<object>();

const RETIRED_MS = 10_000;

/**
 * Keeps an object of the package that has been closed from the garbage collector for as long as the package's threads may still write into it:
 * they have bare pointers, which the collector does not see.
 */
export function retire(closed: object): void {
  retired.add(closed);
  setTimeout(() => retired.delete(closed), RETIRED_MS).unref();
}
