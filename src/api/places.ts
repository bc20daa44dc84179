import type { Operation } from './operation.ts';
import { CLIENT_PATH } from './web-files.ts';

/**
 * Who may come near a path at all, before anything is asked of it. `inner`: programs of this computer and web pages
 * that were let in. `door`: also every other web page, to ask to be let in. `public`: every web page may read it.
 * `console`: as inner, and the browser may be sent there by a link on any page.
 */
export type Place = 'inner' | 'door' | 'public' | 'console';

/** The page that the daemon serves, and its files. */
const CONSOLE = /^\/(console(\/.*)?)?$/;

/** The path of a request's target, which may be a whole URL (RFC 9112, section 3.2.2). */
export const pathOf = (target: string): string => URL.parse(target)?.pathname ?? target.split('?')[0] ?? '';

/** Finds what place a target is. */
export function placeFinder(operations: readonly Pick<Operation, 'path' | 'isForAnyOrigin'>[]) {
  const doors = new Set<string>(
    operations.filter(({ isForAnyOrigin }) => isForAnyOrigin === true).map(({ path }) => path),
  );
  return (target: string): Place => {
    const path = pathOf(target);
    if (doors.has(path)) return 'door';
    if (path === CLIENT_PATH) return 'public';
    return CONSOLE.test(path) ? 'console' : 'inner';
  };
}
