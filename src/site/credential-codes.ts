import { randomInt } from 'node:crypto';
import type { Credential } from '../model/credential.ts';
import { pinProblem } from '../model/credential-code.ts';
import { SiteError } from './errors.ts';
import type { Site } from './site.ts';

/** Whose code it is to be; `id` null: a credential that is still to be made. */
type CodeOwner = Pick<Credential, 'accessMethod'> & { readonly id: string | null };

/**
 * Checks that a credential of this kind may get this code: a PIN, or the number that a card is registered with.
 * Throws `duplicate_code` when it is taken, `invalid_input` for a code that the access system does not take, or a key in a phone.
 */
export function checkCode(site: Site, { id, accessMethod }: CodeOwner, code: string): void {
  switch (accessMethod) {
    case 'code': {
      const problem = pinProblem(code, site.settings.externalType);
      if (problem !== null) throw new SiteError('invalid_input', problem);
      break;
    }
    case 'card': {
      const onCard = site.store.credentials.withCardNumber(code);
      if (onCard === null || onCard.id === id) break;
      throw new SiteError(
        'duplicate_code',
        'A card with that number is registered here already. Use its credential, or another card.',
      );
    }
    default:
      throw new SiteError(
        'invalid_input',
        'Only a credential with access_method "code" or "card" has a code.',
      );
  }
  if (site.store.credentials.withCode(code) === null) return;
  throw new SiteError(
    'duplicate_code',
    'Another credential of this system has that code. Choose another code.',
  );
}

const FEWEST_DIGITS = 6;

/** How many codes of one length are tried before a longer one. */
const TRIES = 20;

/** A PIN that no other credential has: six digits, more where those are nearly all taken; the first one is not 0. */
export function drawCode(site: Site): string {
  for (let digits = FEWEST_DIGITS; ; digits += 1) {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const code = String(randomInt(10 ** (digits - 1), 10 ** digits));
      if (site.store.credentials.withCode(code) === null) return code;
    }
  }
}
