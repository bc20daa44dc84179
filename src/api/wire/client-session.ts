import { z } from 'zod';
import { SCOPES } from '../../model/api-key.ts';
import type { ClientSession } from '../../model/client-session.ts';
import { SiteError } from '../../site/errors.ts';
import type { NewClientSession } from '../../site/new-client-sessions.ts';
import type { Desk } from '../operation.ts';
import { idParameter, isoTime, timeParameter, toIsoTime, toOptionalIsoTime } from './fields.ts';

/** Stands for the token where that is not told again: only its hash is kept. */
const HIDDEN_TOKEN = 'seam_cst1_hidden';

/** Seam's client session, and what only this desk has: `scopes`, `allowed_origin`, `revoked_at`, and of a page that a person paired, its name and when it last came. */
export const clientSession = z
  .object({
    client_session_id: z.uuid(),
    workspace_id: z.uuid(),
    token: z.string(),
    user_identifier_key: z.string().nullable(),
    user_identity_id: z.uuid().optional(),
    user_identity_ids: z.array(z.uuid()),
    connected_account_ids: z.array(z.uuid()),
    connect_webview_ids: z.array(z.uuid()),
    device_count: z.number(),
    scopes: z.array(z.enum(SCOPES)),
    allowed_origin: z.string().optional(),
    created_at: isoTime,
    expires_at: isoTime,
    revoked_at: isoTime.optional(),
    is_paired: z.boolean(),
    page_name: z.string().optional(),
    last_used_at: isoTime.optional(),
  })
  .meta({ id: 'client_session' });

export function toClientSession(
  session: ClientSession,
  { site }: Desk,
  token: string = HIDDEN_TOKEN,
): z.input<typeof clientSession> {
  const [identityId, ...others] = session.userIdentityIds;
  return {
    client_session_id: session.id,
    workspace_id: site.identity.workspaceId,
    token,
    user_identifier_key: session.userIdentifierKey,
    user_identity_id: others.length === 0 ? identityId : undefined,
    user_identity_ids: [...session.userIdentityIds],
    connected_account_ids: [site.identity.connectedAccountId],
    connect_webview_ids: [],
    device_count: 0,
    scopes: [...session.scopes],
    allowed_origin: session.allowedOrigin ?? undefined,
    created_at: toIsoTime(session.createdAt),
    expires_at: toIsoTime(session.expiresAt),
    revoked_at: toOptionalIsoTime(session.revokedAt),
    is_paired: session.page !== null,
    page_name: session.page?.name ?? undefined,
    last_used_at: toOptionalIsoTime(session.page?.lastUsedAt ?? null),
  };
}

/** Whoever is meant by a session, in the app's own words; it is shown to whoever finds an encoder in use. */
export const userIdentifierKeyParameter = z
  .string()
  .regex(/^[^\p{Cc}]{1,200}$/u, 'Expected 1 to 200 characters, and no control characters');

/** For whom or what a session is: in Seam's words, most of which say little at a desk. */
export const accessParameters = {
  user_identifier_key: userIdentifierKeyParameter.optional(),
  user_identity_id: idParameter.optional(),
  user_identity_ids: z.array(idParameter).min(1).max(20).optional(),
  connected_account_ids: z.array(idParameter).optional(),
  connect_webview_ids: z.array(idParameter).optional(),
};

/** What a new session may be. */
export const sessionParameters = {
  ...accessParameters,
  customer_id: z.string().optional(),
  customer_key: z.string().optional(),
  expires_at: timeParameter.optional(),
  /** What it may do of what the API key may; to read, scan and encode unless it says so. */
  scopes: z.array(z.enum(SCOPES)).min(1).optional(),
  /** The one web origin whose pages may use it, as `https://pms.example.com`. */
  allowed_origin: z.string().max(300).optional(),
};

type AccessInput = z.output<z.ZodObject<typeof accessParameters>>;

/** The identities that a request names. Throws `invalid_input` for accounts and webviews that a desk does not have. */
export function identitiesIn(input: AccessInput, { site }: Desk): readonly string[] {
  const { connectedAccountId } = site.identity;
  const account = input.connected_account_ids?.find((id) => id !== connectedAccountId);
  if (account !== undefined) {
    throw new SiteError(
      'invalid_input',
      `There is no connected account ${account} here. A desk has one: ${connectedAccountId}.`,
    );
  }
  if ((input.connect_webview_ids ?? []).length > 0) {
    throw new SiteError('invalid_input', 'A desk has no Connect Webviews. Leave connect_webview_ids out.');
  }
  const { user_identity_id: one, user_identity_ids: several = [] } = input;
  return one === undefined ? several : [one, ...several];
}

/** What a request for a session asks of the site. Throws `invalid_input` for what a desk does not have, and for an origin that is not allowed here. */
export function toNewClientSession(
  input: z.output<z.ZodObject<typeof sessionParameters>>,
  desk: Desk,
): NewClientSession {
  if (input.customer_id !== undefined || input.customer_key !== undefined) {
    throw new SiteError(
      'invalid_input',
      'A desk has no customers. Leave customer_id and customer_key out, and bind the session with user_identity_id.',
    );
  }
  const { allowed_origin: origin } = input;
  if (origin !== undefined && !desk.allowsOrigin(origin)) {
    throw new SiteError(
      'invalid_input',
      `Web pages of ${origin} may not use the encoder. A technician can allow it: encoderctl origins allow ${origin}`,
    );
  }
  return {
    userIdentifierKey: input.user_identifier_key ?? null,
    userIdentityIds: identitiesIn(input, desk),
    scopes: input.scopes,
    allowedOrigin: origin ?? null,
    expiresAt: input.expires_at,
  };
}
