import { z } from 'zod';
import { CARD_FORMATS } from '../../model/card-format.ts';
import { ACCESS_METHODS, type Credential, credentialDisplayName } from '../../model/credential.ts';
import { isValid } from '../../site/credential-validity.ts';
import { type TornSince, tornWrites } from '../../site/live-writes.ts';
import type { Site } from '../../site/site.ts';
import { credentialWarning, toWarnings } from './credential-warnings.ts';
import { isoTime, toIsoTime, toOptionalIsoTime } from './fields.ts';
import { refusedAt, refusedOf, type Standing, standingOf, standingsOf } from './sync-standing.ts';
import { vendorFields, vendorMetadata } from './vendor-metadata.ts';

/** A PIN code in a request. */
export const codeParameter = z.string().regex(/^\d+$/, 'Expected digits only');

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
    /** Of a mobile key. */
    is_multi_phone_sync_credential: z.boolean().optional(),
    /** Of a code. */
    is_one_time_use: z.boolean().optional(),
    ...vendorMetadata,
    is_issued: z.boolean(),
    issued_at: isoTime.optional(),
    created_at: isoTime,
    errors: z.array(z.object({ error_code: z.string(), message: z.string(), created_at: isoTime })),
    warnings: z.array(credentialWarning),
    /** Whether the backend has it as it is here. Only where the desk has a backend. */
    is_latest_desired_state_synced_with_provider: z.boolean().optional(),
    /** When it was told to the backend or heard from it last; absent: the backend does not have it. */
    latest_desired_state_synced_with_provider_at: isoTime.optional(),
    is_managed: z.literal(true),
    /** How it was put on its card; absent: it was not, the card was only scanned. */
    card_format: z.enum(CARD_FORMATS).optional(),
    /** Of two cards that say that they carry it, the one with the greater number is the newer. */
    issue_counter: z.int().min(0).optional(),
  })
  .meta({ id: 'acs_credential' });

/** What Seam calls a credential that it only found; there are none here. */
export const unmanagedAcsCredential = acsCredential
  .extend({ is_managed: z.literal(false) })
  .meta({ id: 'unmanaged_acs_credential' });

type WireCredential = z.input<typeof acsCredential>;

/**
 * What is null inside is undefined here, and so absent on the wire: Seam's optional fields are never null. `torn` and `standing`: for
 * whoever shows many at once.
 */
export function toAcsCredential(
  credential: Credential,
  site: Site,
  torn: TornSince = tornWrites(site),
  standing: Standing | null = standingOf(site, { kind: 'acs_credential', id: credential.id }),
): WireCredential {
  const { identity } = site;
  const { accessMethod } = credential;
  return {
    acs_credential_id: credential.id,
    acs_system_id: identity.acsSystemId,
    connected_account_id: identity.connectedAccountId,
    workspace_id: identity.workspaceId,
    display_name: credentialDisplayName(credential),
    access_method: accessMethod,
    acs_user_id: credential.acsUserId ?? undefined,
    user_identity_id: credential.userIdentityId ?? undefined,
    code: credential.code ?? undefined,
    card_number: credential.cardNumber ?? undefined,
    starts_at: toOptionalIsoTime(credential.startsAt),
    ends_at: toOptionalIsoTime(credential.endsAt),
    issued_at: toOptionalIsoTime(credential.issuedAt),
    is_multi_phone_sync_credential: accessMethod === 'mobile_key' ? credential.isMultiPhoneSync : undefined,
    is_one_time_use: accessMethod === 'code' ? credential.isOneTimeUse : undefined,
    ...toVendorMetadata(credential, site),
    is_issued: credential.isIssued,
    created_at: toIsoTime(credential.createdAt),
    errors: [],
    warnings: [...toWarnings(credential, torn), ...refusalWarnings(standing)],
    is_latest_desired_state_synced_with_provider: standing?.isSynced,
    latest_desired_state_synced_with_provider_at: toOptionalIsoTime(standing?.syncedAt ?? null),
    is_managed: true,
    card_format: credential.cardFormat ?? undefined,
    issue_counter: accessMethod === 'card' ? credential.issueCounter : undefined,
  };
}

/** Several at once. */
export function toAcsCredentials(credentials: readonly Credential[], site: Site): WireCredential[] {
  const torn = tornWrites(site);
  const ofCredential = standingsOf(
    site,
    'acs_credential',
    credentials.map(({ id }) => id),
  );
  return credentials.map((credential) =>
    toAcsCredential(credential, site, torn, ofCredential(credential.id)),
  );
}

/** What the backend refused of it. */
function refusalWarnings(standing: Standing | null): z.input<typeof credentialWarning>[] {
  return refusedOf(standing).map((message) => ({
    warning_code: 'unknown_issue_with_acs_credential',
    message: message.refusal.message,
    created_at: toIsoTime(refusedAt(message)),
  }));
}

function toVendorMetadata(credential: Credential, site: Site): z.input<typeof vendorFields> {
  if (Object.keys(credential.vendorMetadata).length === 0) return {};
  const fields = vendorFields.parse(credential.vendorMetadata);
  const { visionline_metadata: visionline } = fields;
  if (visionline === undefined) return fields;
  return { ...fields, visionline_metadata: { ...visionline, is_valid: isValid(site, credential) } };
}
