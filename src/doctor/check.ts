import type { Finding } from '../model/finding.ts';
import type { Desk } from './desk.ts';

/** Looks for one kind of trouble. What it finds out about the computer, it finds out through the desk that it is given. */
export interface Check {
  /** In lower case with hyphens, after the file that it is in. */
  readonly id: string;
  /** Never touches an encoder, and changes nothing. What it throws becomes a finding. Empty: there is nothing to look at here. */
  look(desk: Desk): Promise<readonly Finding[]>;
  /**
   * Cures one of its findings that is fixable. Says everything that it does, by `say`, before it does it. Throws when that fails; the doctor
   * looks again afterwards in either case.
   */
  fix?(desk: Desk, finding: Finding, say: (deed: string) => void): Promise<void>;
}

type Told = Omit<Finding, 'severity' | 'isFixable'> & { readonly isFixable?: boolean };

const finding =
  (severity: Finding['severity']) =>
  (told: Told): Finding => ({ severity, isFixable: false, ...told });

export const error = finding('error');
export const warning = finding('warning');
export const note = finding('note');

/** Something that is as it should be. */
export function fine(id: string, summary: string, evidence: readonly string[] = []): Finding {
  return { id, severity: 'ok', summary, evidence, cure: '', isFixable: false };
}
