import { EncoderError, type EncoderErrorCode } from '../encoder/errors.ts';
import { SiteError, type SiteErrorType } from '../site/errors.ts';
import { StorageError } from '../store/errors.ts';

/** Every error type that the API answers with, and its HTTP status. */
export const ERROR_STATUS = {
  invalid_input: 400,
  invalid_json: 400,
  invalid_content_type: 400,
  bad_request: 400,
  unauthorized: 401,
  client_session_expired: 401,
  client_session_revoked: 401,
  proof_required: 401,
  forbidden_origin: 403,
  forbidden_peer: 403,
  forbidden_for_client_session: 403,
  missing_scope: 403,
  not_a_desk: 403,
  pairing_code_wrong: 403,
  not_found: 404,
  acs_access_group_not_found: 404,
  acs_credential_not_found: 404,
  acs_encoder_not_found: 404,
  acs_entrance_not_found: 404,
  acs_system_not_found: 404,
  acs_user_not_found: 404,
  action_attempt_not_found: 404,
  client_session_not_found: 404,
  desk_not_found: 404,
  event_not_found: 404,
  message_not_found: 404,
  pairing_not_found: 404,
  user_identity_not_found: 404,
  webhook_delivery_not_found: 404,
  webhook_not_found: 404,
  method_not_allowed: 405,
  request_timeout: 408,
  action_attempt_not_waiting: 409,
  backend_exists: 409,
  card_refused: 409,
  credential_belongs_to_another_user: 409,
  duplicate_access_group: 409,
  duplicate_code: 409,
  duplicate_desk: 409,
  duplicate_entrance: 409,
  duplicate_user_identity: 409,
  encoder_busy: 409,
  encoder_offline: 409,
  history_differs: 409,
  history_forgotten: 409,
  idempotency_key_reused: 409,
  not_paired: 409,
  not_undoable: 409,
  payload_too_large: 413,
  misdirected_request: 421,
  too_many_requests: 429,
  encoder_not_virtual: 400,
  unsupported_operation: 400,
  internal_server_error: 500,
  backend_unavailable: 502,
  storage_unavailable: 503,
} as const satisfies Readonly<Record<SiteErrorType, number>> & Readonly<Record<string, number>>;

export type ApiErrorType = keyof typeof ERROR_STATUS;

export interface ApiErrorDetails {
  readonly data?: Readonly<Record<string, unknown>>;
  /** As zod's `formatError` makes them: `{_errors: [], <parameter>: {_errors: ["..."]}}`. */
  readonly validationErrors?: unknown;
}

/** Whatever begins as the tokens do that are made here, and by Seam, and is as long. */
const TOKEN = /\bseam_[\w-]{20,}/g;

/** A text that may be shown and kept: what somebody sent in the wrong place is in many a message, and may be a secret. */
const withoutTokens = (text: string): string => text.replaceAll(TOKEN, 'seam_...');

/** An answer that is not what the caller hoped for. The message tells what to do. */
export class ApiError extends Error {
  readonly type: ApiErrorType;
  readonly details: ApiErrorDetails;

  constructor(type: ApiErrorType, message: string, details: ApiErrorDetails = {}) {
    // It is an answer, and no fault to be traced: where it was made is never looked at, and takes longer to note than all the rest of a refusal.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(withoutTokens(message));
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'ApiError';
    this.type = type;
    this.details = details;
  }

  get status(): number {
    return ERROR_STATUS[this.type];
  }
}

/** The refusal of a path that is none of ours. */
export function notFound(path: string): ApiError {
  return new ApiError('not_found', `There is no ${path} here. See /openapi.json for what there is.`);
}

/** The JSON body of an error, as Seam's clients read it. */
export interface ErrorBody {
  readonly error: {
    readonly type: ApiErrorType;
    readonly message: string;
    readonly request_id: string;
    readonly data?: Readonly<Record<string, unknown>>;
    readonly validation_errors?: unknown;
  };
  readonly ok: false;
}

/** An invalid input always has validation errors, as Seam's have: what no single parameter is to blame for is of the whole. */
export function errorBody(error: ApiError, requestId: string): ErrorBody {
  const { data } = error.details;
  const ofTheWhole = error.type === 'invalid_input' ? { _errors: [error.message] } : undefined;
  const validationErrors = error.details.validationErrors ?? ofTheWhole;
  const body: ErrorBody = {
    error: {
      type: error.type,
      message: error.message,
      request_id: requestId,
      ...(data === undefined ? {} : { data }),
      ...(validationErrors === undefined ? {} : { validation_errors: validationErrors }),
    },
    ok: false,
  };
  if (data === undefined && validationErrors === undefined) return body;
  const text = JSON.stringify(body);
  const safe = withoutTokens(text);
  return safe === text ? body : JSON.parse(safe);
}

/** What an encoder's refusal is to somebody who asked over the API. */
const ENCODER_ERRORS: Partial<Record<EncoderErrorCode, ApiErrorType>> = {
  card_refused: 'card_refused',
  card_unsupported: 'invalid_input',
  device_lost: 'encoder_offline',
};

/** Turns whatever an operation threw into an answer; null for what nobody foresaw. */
export function toApiError(error: unknown): ApiError | null {
  if (error instanceof ApiError) return error;
  if (error instanceof SiteError) {
    return new ApiError(
      error.type,
      error.message,
      Object.keys(error.data).length === 0 ? {} : { data: error.data },
    );
  }
  if (error instanceof EncoderError) {
    const type = ENCODER_ERRORS[error.code];
    if (type !== undefined) return new ApiError(type, error.message);
  }
  if (error instanceof StorageError) {
    const cure = /SQLITE_FULL|ENOSPC|EDQUOT/.test(error.message)
      ? 'Make room on it, then try again.'
      : 'A technician finds out why: encoderctl doctor';
    return new ApiError(
      'storage_unavailable',
      `The disk of the desk's computer does not take this: ${error.message}. ${cure}`,
    );
  }
  return null;
}

/** There is nobody to tell anything. */
export const noBackend = () =>
  new ApiError(
    'bad_request',
    'This desk has no backend: it is its own. Name one in the configuration (backend), or pair the desk with one: encoderctl pair URL.',
  );
