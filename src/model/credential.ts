import type { CardTechnology } from './card.ts';

export type AccessMethod = 'card' | 'code';

/** What opens doors for a user: a card or a PIN code (Seam: acs_credential). Times are milliseconds since 1970. */
export interface Credential {
  readonly id: string;
  readonly accessMethod: AccessMethod;
  readonly acsUserId: string | null;
  /** The identity of the user who holds it. */
  readonly userIdentityId: string | null;
  /** Digits; only on a code. */
  readonly code: string | null;
  /** Canonical decimal digits; only on a card, once it is known which. */
  readonly cardNumber: string | null;
  /** As on Card.uid. */
  readonly cardUid: string | null;
  readonly cardTechnology: CardTechnology | null;
  readonly startsAt: number | null;
  readonly endsAt: number | null;
  readonly isIssued: boolean;
  readonly issuedAt: number | null;
  readonly createdAt: number;
}

/** What to call a credential without giving away its number: `Card 123***`, `Code 82****`. */
export function credentialDisplayName(
  credential: Pick<Credential, 'accessMethod' | 'cardNumber' | 'code'>,
): string {
  if (credential.accessMethod === 'card') {
    return credential.cardNumber === null ? 'Card' : `Card ${credential.cardNumber.slice(0, 3)}***`;
  }
  const code = credential.code ?? '';
  return `Code ${code.slice(0, 2)}${'*'.repeat(Math.max(0, code.length - 2))}`;
}
