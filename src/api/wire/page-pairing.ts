import { z } from 'zod';
import { SCOPES, type Scope } from '../../model/api-key.ts';
import type { PagePairing } from '../../model/page-pairing.ts';
import { isPageKey } from '../../site/page-keys.ts';
import { ApiError } from '../errors.ts';
import { isoTime, toIsoTime } from './fields.ts';

/** A web page that asks to be paired, as everybody may see it. */
export const pagePairing = z
  .object({
    pairing_id: z.uuid(),
    /** As the page's browser says, which no page can change. */
    origin: z.string(),
    /** What the page calls itself, which proves nothing. */
    name: z.string().nullable(),
    scopes: z.array(z.enum(SCOPES)),
    created_at: isoTime,
    expires_at: isoTime,
    /** How many wrong codes may still be typed. */
    tries_left: z.int(),
  })
  .meta({ id: 'page_pairing' });

export function toPagePairing(pairing: PagePairing): z.input<typeof pagePairing> {
  return {
    pairing_id: pairing.id,
    origin: pairing.origin,
    name: pairing.name,
    scopes: [...pairing.scopes],
    created_at: toIsoTime(pairing.createdAt),
    expires_at: toIsoTime(pairing.expiresAt),
    tries_left: pairing.triesLeft,
  };
}

/** What a page may ask to do; `bridge` is for desks only. */
const PAGE_SCOPES = SCOPES.filter((scope): scope is Exclude<Scope, 'bridge'> => scope !== 'bridge');

export const pageScopesParameter = z
  .array(z.enum(PAGE_SCOPES))
  .min(1)
  .max(20)
  .transform((scopes): readonly Scope[] => [...new Set(scopes)]);

/** SPKI as base64url without padding. */
export const pageKeyParameter = z
  .string()
  .max(200)
  .regex(/^[\w-]+$/, 'Expected base64url without padding')
  .transform((text): Uint8Array => Buffer.from(text, 'base64url'))
  .refine(isPageKey, 'Expected the SPKI of a P-256 key, 91 bytes, as base64url without padding');

/** The origin of the page that asks. Throws `invalid_input` when no page does. */
export function pageOrigin(origin: string | null): string {
  if (origin !== null) return origin;
  throw new ApiError(
    'invalid_input',
    'Only a web page can be paired: the request names no Origin. A program uses an API key: encoderctl keys create --name NAME',
  );
}
