/** How bad it is, the mildest first. */
export const SEVERITIES = ['ok', 'note', 'warning', 'error'] as const;

/**
 * `ok`: as it should be. `note`: worth knowing, and the desk works. `warning`: something does not work, or will not for long. `error`: the desk cannot
 * work.
 */
export type Severity = (typeof SEVERITIES)[number];

/** One thing that was found out about the desk and its computer. */
export interface Finding {
  /** Of its kind, in lower case with hyphens: `pcscd-not-running`. Several findings may have the same. */
  readonly id: string;
  readonly severity: Severity;
  /** One sentence. */
  readonly summary: string;
  /** What was seen: the command or file, and what it said. */
  readonly evidence: readonly string[];
  /** What a person can do; empty where there is nothing to do. */
  readonly cure: string;
  /** Whether `encoderctl doctor --fix` does it, as root where it must. */
  readonly isFixable: boolean;
}

/** The worst that is among them; `ok` where there are none. */
export function worstOf(findings: readonly Finding[]): Severity {
  const found = findings.map(({ severity }) => SEVERITIES.indexOf(severity));
  return SEVERITIES[Math.max(0, ...found)] ?? 'ok';
}
