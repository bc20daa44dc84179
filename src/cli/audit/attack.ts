import type { Target } from './target.ts';

/** The families of attacks, in the order of the scorecard, and what each is about. */
export const FAMILIES = {
  rebinding: 'DNS rebinding: another name that leads to this computer',
  origins: 'Web pages that nobody allowed, and those that look like one that is',
  'cross-site': 'Requests that any web page can make a browser send',
  sockets: 'WebSockets of strangers',
  frames: 'What is said on a socket before it is known who speaks',
  tokens: 'Guessed, forged and misplaced tokens',
  pairing: 'Pairing of web pages, and replay of a signed connect',
  smuggling: 'Requests that two programs read in two ways',
  paths: 'Ways out of the folder of the web files',
  oversize: 'Too much at once',
  slow: 'Connections that are held open',
  floods: 'More than one should ask for',
  listening: 'Reached from outside of this computer',
  'state-folder': 'What others can read on this computer',
} as const;

export type Family = keyof typeof FAMILIES;

/** What came of an attack. */
export type Finding =
  | { readonly outcome: 'held' }
  | {
      readonly outcome: 'hole';
      /** What was sent and what came back. */
      readonly evidence: string;
      /** What to do about it. */
      readonly advice: string;
    }
  | { readonly outcome: 'not_tried'; readonly why: string };

/**
 * One thing that a stranger may try. It leaves nothing behind, drives no encoder, and rejects only where the attack
 * itself is broken.
 */
export interface Attack {
  /** Unique; kebab-case, and begins with its family. */
  readonly id: string;
  /** What a stranger would do, in plain words. */
  readonly name: string;
  readonly family: Family;
  /**
   * `quick`: some milliseconds, one after the other. `slow`: seconds of waiting, side by side with everything else.
   * `flood`: takes places or rates from others for a moment, so alone and after the quick ones. `last`: looks at what the others left.
   */
  readonly pace: 'quick' | 'slow' | 'flood' | 'last';
  run(target: Target): Promise<Finding>;
}

export const HELD: Finding = { outcome: 'held' };

export const hole = (evidence: string, advice: string): Finding => ({ outcome: 'hole', evidence, advice });

export const notTried = (why: string): Finding => ({ outcome: 'not_tried', why });

/** The worst of several tries: every hole in one, else what was not tried, else held. */
export function worstOf(findings: readonly Finding[]): Finding {
  const holes = findings.filter((finding) => finding.outcome === 'hole');
  const [first] = holes;
  if (first !== undefined) return hole(holes.map(({ evidence }) => evidence).join('; '), first.advice);
  return findings.find(({ outcome }) => outcome === 'not_tried') ?? HELD;
}
