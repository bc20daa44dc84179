import { EncoderError } from '../../src/encoder/errors.ts';
import { type Candidate, PortTrouble, type TroubleKind } from './contract.ts';
import { said } from './line-end.ts';

/** A trouble of one port, in a sentence for a technician. */
export interface PortComplaint {
  readonly kind: TroubleKind;
  readonly reason: string;
}

/** What a look around has to complain of. */
export function complaintOf({ kind, message }: PortTrouble): PortComplaint {
  return { kind, reason: sentence(message) };
}

/** What trying a candidate came to: its path is named, but where all ports have the same trouble. */
export function complaintAt(candidate: Candidate, error: unknown): PortComplaint {
  const kind = error instanceof PortTrouble ? error.kind : 'no_answer';
  const message = said(error);
  const isWhole = message.includes(candidate.path) || kind === 'unloadable';
  return { kind, reason: sentence(isWhole ? message : `${candidate.path}: ${message}`) };
}

/** Whether it is a failure that a greeting may have; any other is a mistake in the code. */
export function isExpected(error: unknown): boolean {
  return error instanceof PortTrouble || error instanceof EncoderError;
}

function sentence(text: string): string {
  const begun = text.slice(0, 1).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
