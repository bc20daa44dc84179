/** Where in the console somebody is. The part after `#` says it, so that the daemon serves one page and nothing is asked for again. */
export type Route =
  | { readonly page: 'clerk' }
  /** `path`: what follows `#/technician/`, in its parts. */
  | { readonly page: 'technician'; readonly path: readonly string[] };

/** Reads `location.hash`. What names no page is the clerk's: nobody is left before an empty one. */
export function parseRoute(hash: string): Route {
  const [first, ...path] = hash.replace(/^#\/?/, '').split('/').filter(Boolean);
  return first === 'technician' ? { page: 'technician', path } : { page: 'clerk' };
}

/** The link to a place: `#/technician/log`. */
export function hrefOf(route: Route): string {
  return route.page === 'clerk' ? '#/' : `#/${['technician', ...route.path].join('/')}`;
}
