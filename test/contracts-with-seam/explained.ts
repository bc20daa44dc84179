import type { Difference } from './compare.ts';

/** Differences that are meant, and the one reason for all of them. */
export interface Explanation {
  readonly why: string;
  /** `[at, ours, theirs]`. */
  readonly differences: readonly (readonly [at: string, ours: string, theirs: string])[];
}

export interface Verdict {
  /** Found, and in no explanation. */
  readonly unexplained: readonly string[];
  /** In an explanation, and not found any more. */
  readonly stale: readonly string[];
}

/** Holds what was found against what is explained. Written so that a line can be moved into the table. */
export function judge(found: readonly Difference[], explanations: readonly Explanation[]): Verdict {
  const line = (words: readonly string[]) => `[${words.map((word) => `'${word}'`).join(', ')}],`;
  const explained = new Set(explanations.flatMap(({ differences }) => differences.map(line)));
  const lines = new Set(found.map(({ at, ours, theirs }) => line([at, ours, theirs])));
  return {
    unexplained: [...lines].filter((one) => !explained.has(one)),
    stale: [...explained].filter((one) => !lines.has(one)),
  };
}
