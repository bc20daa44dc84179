import type { Method } from '../operation.ts';

/** Operations of Seam's that a desk does not have, all for one reason. */
export interface UnsupportedGroup {
  /** What people call them. */
  readonly name: string;
  /** Why not, for a person, and what to do instead where there is something. */
  readonly reason: string;
  readonly operations: readonly UnsupportedPath[];
}

export interface UnsupportedPath {
  readonly path: `/${string}`;
  /** Those that Seam lists, and POST. */
  readonly methods: readonly Method[];
}

/** Methods of what Seam lets be changed in two ways. */
export const UPDATES: readonly Method[] = ['PATCH', 'PUT', 'POST'];

/** Paths that take the same methods. */
export function each(methods: readonly Method[], paths: readonly `/${string}`[]): readonly UnsupportedPath[] {
  return paths.map((path) => ({ path, methods }));
}
