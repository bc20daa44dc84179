import { z } from 'zod';
import { CARD_FORMATS } from '../../model/card-format.ts';
import { ACCESS_METHODS, type Credential, credentialDisplayName } from '../../model/credential.ts';
import type { Site } from '../../site/site.ts';
import { isoTime, toIsoTime, toOptionalIsoTime } from './fields.ts';

/** A PIN code in a request. */
export const codeParameter = z.string().regex(/^\d+$/, 'Expected digits only');

const remark = { message: z.string(), created_at: isoTime };

export const acsCredential = z
  .object({
    acs_credential_id: z.uuid(),
    acs_system_id: z.uuid(),
    connected_account_id: z.uuid(),
    workspace_id: z.uuid(),
    display_name: z.string().min(1),
    access_method: z.enum(ACCESS_METHODS),
    acs_user_id: z.uuid().optional(),
    user_identity_id: z.uuid().optional(),
    code: z.string().optional(),
    card_number: z.string().optional(),
    starts_at: isoTime.optional(),
    ends_at: isoTime.optional(),
    is_issued: z.boolean(),
    issued_at: isoTime.optional(),
    created_at: isoTime,
    errors: z.array(z.object({ error_code: z.string(), ...remark })),
    warnings: z.array(
      z.object({ warning_code: z.enum(['waiting_to_be_issued', 'needs_to_be_reissued']), ...remark }),
    ),
    is_managed: z.literal(true),
    /** How it was put on its card; absent: it was not, the card was only scanned. */
    card_format: z.enum(CARD_FORMATS).optional(),
    /** Of two cards that say that they carry it, the one with the greater number is the newer. */
    issue_counter: z.int().min(0).optional(),
  })
  .meta({ id: 'acs_credential' });

/** What is null inside is undefined here, and so absent on the wire: Seam's optional fields are never null. */
export function toAcsCredential(credential: Credential, { identity }: Site): z.input<typeof acsCredential> {
  const createdAt = toIsoTime(credential.createdAt);
  return {
    acs_credential_id: credential.id,
    acs_system_id: identity.acsSystemId,
    connected_account_id: identity.connectedAccountId,
    workspace_id: identity.workspaceId,
    display_name: credentialDisplayName(credential),
    access_method: credential.accessMethod,
    acs_user_id: credential.acsUserId ?? undefined,
    user_identity_id: credential.userIdentityId ?? undefined,
    code: credential.code ?? undefined,
    card_number: credential.cardNumber ?? undefined,
    starts_at: toOptionalIsoTime(credential.startsAt),
    ends_at: toOptionalIsoTime(credential.endsAt),
    issued_at: toOptionalIsoTime(credential.issuedAt),
    is_issued: credential.isIssued,
    created_at: createdAt,
    errors: [],
    warnings: warningsOf(credential, createdAt),
    is_managed: true,
    card_format: credential.cardFormat ?? undefined,
    issue_counter: credential.accessMethod === 'card' ? credential.issueCounter : undefined,
  };
}

function warningsOf(
  { isIssued, needsReissue }: Credential,
  created_at: string,
): z.input<typeof acsCredential>['warnings'] {
  if (!isIssued) {
    const message = 'No card carries this credential yet. Encode it on a card.';
    return [{ warning_code: 'waiting_to_be_issued', message, created_at }];
  }
  if (!needsReissue) return [];
  const message = 'The card says something else than the site by now. Encode the credential on it again.';
  return [{ warning_code: 'needs_to_be_reissued', message, created_at }];
}
