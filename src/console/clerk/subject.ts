import type { Attempt } from '../../client/client.ts';
import type { DeskPicture } from '../live-desk.ts';
import { isCardScan, isGuestKey } from '../wire.ts';

/** What an attempt is about, as far as the page knows by now. */
export interface Subject {
  readonly guestId: string | null;
  /** Null: nobody, or not known yet. */
  readonly guestName: string | null;
  readonly cardNumber: string | null;
  /** What has to be asked for to know more. */
  readonly missing: { readonly guests: readonly string[]; readonly keys: readonly string[] };
}

/**
 * Whose card it is, and which. Whose it is says the result best, and before there is one the order; which card it was says the result
 * alone: the key that was ordered may be on another one.
 */
export function subjectOf(attempt: Attempt, picture: Pick<DeskPicture, 'guests' | 'keys'>): Subject {
  const { result } = attempt;
  const assigned = isGuestKey(result) ? result : null;
  const scan = isCardScan(result) ? result : null;
  const keyId = attempt.acs_credential_id;
  const key = assigned ?? scan?.acs_credential_on_seam ?? picture.keys.get(keyId ?? '') ?? null;
  const guestId = key?.acs_user_id ?? attempt.acs_user_id ?? null;
  const needsKey = key === null && keyId !== undefined && !picture.keys.has(keyId);
  const needsGuest = guestId !== null && !picture.guests.has(guestId);
  return {
    guestId,
    guestName: picture.guests.get(guestId ?? '')?.full_name ?? null,
    cardNumber:
      (assigned ?? scan?.acs_credential_on_seam ?? scan?.acs_credential_on_encoder)?.card_number ?? null,
    missing: { guests: needsGuest ? [guestId] : [], keys: needsKey ? [keyId] : [] },
  };
}
