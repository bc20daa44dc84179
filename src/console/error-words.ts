import type { DeskError } from '../client/client.ts';
import { isMessageKey, type MessageKey, type Words } from './i18n.ts';

/** Error types of the daemon that mean the same to a clerk, and what is said then. Every other one has words of its own. */
const SAME: Readonly<Record<string, MessageKey>> = {
  ...said('error.input', ['invalid_input', 'bad_request', 'request_timeout']),
  ...said('error.session', ['unauthorized', 'client_session_expired', 'proof_required']),
  ...said('error.revoked', ['client_session_revoked']),
  ...said('error.missing_scope', ['forbidden_for_client_session']),
  ...said('error.gone', [
    'acs_access_group_not_found',
    'acs_credential_not_found',
    'acs_encoder_not_found',
    'acs_entrance_not_found',
    'acs_system_not_found',
    'acs_user_not_found',
    'action_attempt_not_found',
    'client_session_not_found',
    'event_not_found',
    'pairing_not_found',
    'user_identity_not_found',
  ]),
  ...said('error.duplicate', [
    'duplicate_access_group',
    'duplicate_code',
    'duplicate_entrance',
    'duplicate_user_identity',
  ]),
  ...said('error.too_late', ['not_undoable']),
  ...said('error.origin_not_allowed', ['forbidden_origin', 'forbidden_peer', 'misdirected_request']),
  ...said('error.technician', [
    'desk_not_found',
    'message_not_found',
    'webhook_delivery_not_found',
    'webhook_not_found',
    'not_found',
    'method_not_allowed',
    'invalid_json',
    'invalid_content_type',
    'payload_too_large',
    'idempotency_key_reused',
    'not_a_desk',
    'duplicate_desk',
    'backend_exists',
    'history_differs',
    'history_forgotten',
    'not_paired',
    'encoder_not_virtual',
    'unsupported_operation',
    'internal_server_error',
  ]),
  ...said('error.not_paired', ['page_not_paired']),
  ...said('failure.encoder_offline', ['no_encoder_online', 'encoder_not_online']),
  ...said('encoder.choose', ['several_encoders']),
  ...said('failure.unknown', ['uncategorized_error']),
};

function said(key: MessageKey, codes: readonly string[]): Readonly<Record<string, MessageKey>> {
  return Object.fromEntries(codes.map((code) => [code, key]));
}

/** What there is to say of a code: of the client, of the daemon, or of why an attempt failed. Null: nobody foresaw it. */
export function keyOfCode(code: string): MessageKey | null {
  const same = Object.hasOwn(SAME, code) ? SAME[code] : undefined;
  if (same !== undefined) return same;
  for (const key of [`failure.${code}`, `error.${code}`]) if (isMessageKey(key)) return key;
  return null;
}

/** An error in the clerk's words. */
export function wordsOfError({ code, data }: Pick<DeskError, 'code' | 'data'>, { t }: Words): string {
  const heldBy = data['held_by'];
  // The client has one code for a session that is over, and the daemon's word for why beside it.
  const why = code === 'token_expired' && data['type'] === 'client_session_revoked' ? data['type'] : code;
  return t(keyOfCode(why) ?? 'error.unknown', typeof heldBy === 'string' ? { name: heldBy } : {});
}
