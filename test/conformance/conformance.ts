import type { Stand } from './stand.ts';

/** An operation's URL path, such as `/acs/users/list`. */
export type Path = `/${string}`;

const registered = new Map<string, (stand: Stand) => void>();

/**
 * Registers the cases of one operation. Called once, by the file that is named after the path: the cases of
 * `/acs/users/list` stand in test/conformance/acs/users/list.ts.
 *
 * `define` calls vitest's `test`. It runs once for each generation of Seam's client; all operations of a generation
 * share one daemon (stand.ts), so a case makes what it needs, looks only at that, and leaves no card on an encoder. The daemon runs
 * only inside of a `test`.
 */
export function operation(path: Path, define: (stand: Stand) => void): void {
  if (registered.has(path)) throw new Error(`${path} has two files of cases.`);
  registered.set(path, define);
}

/** What was registered so far, by path. */
export function registeredCases(): ReadonlyMap<string, (stand: Stand) => void> {
  return registered;
}
