import type { Attempt, Order } from '../model/attempt.ts';
import type { SeamErrorType } from './errors.ts';

/** What a rehearsed attempt is to be: an encode or a scan. */
export type RehearsedAction = 'ENCODE_CREDENTIAL' | 'SCAN_CREDENTIAL';

/** What a rehearsed scan is to find; Seam's names. */
export const SCAN_SCENARIOS = [
  'credential_exists_on_seam',
  'credential_on_encoder_needs_update',
  'credential_does_not_exist_on_seam',
  'credential_on_encoder_is_empty',
] as const;

export type ScanScenario = (typeof SCAN_SCENARIOS)[number];

/** How the next attempt on an encoder is to end, without anybody's hand. */
export type Rehearsal =
  | {
      readonly action: RehearsedAction;
      readonly ending: 'failure';
      readonly errorType: SeamErrorType;
      /** Only an encode of this credential; null: any. */
      readonly credentialId: string | null;
    }
  | { readonly action: 'ENCODE_CREDENTIAL'; readonly ending: 'success' }
  | {
      readonly action: 'SCAN_CREDENTIAL';
      readonly ending: 'success';
      readonly scenario: ScanScenario;
      /** The credential that is found; null: the first that is on a card. */
      readonly credentialId: string | null;
    };

/**
 * How the next attempts on virtual encoders are to end. Each is for one attempt; of two for the same encoder and action
 * the later counts. They are kept in memory: a restart forgets them.
 */
export class Rehearsals {
  readonly #next = new Map<string, Rehearsal>();

  set(encoderId: string, rehearsal: Rehearsal): void {
    this.#next.set(keyOf(encoderId, rehearsal.action), rehearsal);
  }

  /** The rehearsal for an attempt that begins now, which uses it up; null: the attempt takes its ordinary way. */
  take({ encoderId, order }: Attempt): Rehearsal | null {
    const key = keyOf(encoderId, order.action);
    const rehearsal = this.#next.get(key);
    if (rehearsal === undefined || !isMeant(rehearsal, order)) return null;
    this.#next.delete(key);
    return rehearsal;
  }
}

function keyOf(encoderId: string, action: Order['action']): string {
  return `${action} ${encoderId}`;
}

function isMeant(rehearsal: Rehearsal, order: Order): boolean {
  if (rehearsal.ending === 'success' || rehearsal.credentialId === null) return true;
  return order.action !== 'ENCODE_CREDENTIAL' || order.credentialId === rehearsal.credentialId;
}
