import { DeskError, wrongPort } from './errors.ts';

/** What a page may be allowed to do. */
export type Scope = 'read' | 'scan' | 'encode' | 'manage' | 'admin';

/** An encoder, as the daemon tells of it. */
export interface Encoder {
  readonly acs_encoder_id: string;
  readonly display_name: string;
  readonly state: 'online' | 'busy' | 'offline';
  readonly driver: string;
  readonly is_virtual: boolean;
  readonly capabilities: { readonly card_technologies: readonly string[] };
  readonly errors: readonly { readonly error_code: string; readonly message: string }[];
}

/** A credential, as the daemon tells of it; the fields of Seam's acs_credential that pages need. */
export interface Credential {
  readonly acs_credential_id: string;
  readonly display_name: string;
  readonly access_method: string;
  readonly acs_user_id?: string | undefined;
  readonly user_identity_id?: string | undefined;
  readonly card_number?: string | undefined;
  readonly is_issued: boolean;
  readonly errors: readonly { readonly error_code: string; readonly message: string }[];
  readonly warnings: readonly { readonly warning_code: string; readonly message: string }[];
}

/** What a scan found: what is on the card, and what the site has for it. */
export interface ScanResult {
  readonly acs_credential_on_encoder: Readonly<Record<string, unknown>> | null;
  readonly acs_credential_on_seam: Readonly<Record<string, unknown>> | null;
  readonly warnings: readonly { readonly warning_code: string; readonly warning_message: string }[];
}

/** Something that an encoder was asked to do, and how far it has come. */
export interface Attempt {
  readonly action_attempt_id: string;
  readonly action_type: string;
  readonly status: 'pending' | 'success' | 'error';
  readonly result: object | null;
  readonly error: { readonly type: string; readonly message: string; readonly reason: string } | null;
  readonly acs_encoder_id: string;
  readonly phase: 'queued' | 'awaiting_card' | 'reading' | 'writing' | 'verifying' | 'succeeded' | 'failed';
  /** What the person should do now, in a sentence. */
  readonly hint?: string | undefined;
  /** The same for a program. */
  readonly hint_code?: string | undefined;
  /** Steps of writing. */
  readonly progress?: { readonly done: number; readonly total: number } | undefined;
  readonly created_at: string;
  readonly expires_at: string;
  /** What the key or the page is called that asked for it. */
  readonly requested_by?: string | undefined;
  /** For whom the card is: one of the two, where it is assigned. */
  readonly acs_user_id?: string | undefined;
  readonly user_identity_id?: string | undefined;
  /** What is encoded. */
  readonly acs_credential_id?: string | undefined;
}

/** A page's request to be let in, while it waits for the code. */
export interface Pairing {
  readonly pairing_id: string;
  readonly origin: string;
  readonly name: string | null;
  readonly scopes: readonly Scope[];
  readonly expires_at: string;
  readonly tries_left: number;
}

/** A change at the desk, as the daemon tells it to everybody who may read. */
export interface DeskChange {
  readonly type: string;
  readonly sequence: number;
}

/** What came from outside as an object: a frame, or an empty one for what is no JSON object. */
export type Frame = Readonly<Record<string, unknown>>;

/** An object that came from outside, or an empty one in place of what is none. */
export const objectIn = (value: unknown): Frame => Object(value);

/** A text that came from outside, or an empty one. */
export const textIn = (value: unknown): string => (typeof value === 'string' ? value : '');

/** A frame of the WebSocket, or the body of an answer. */
export function frameIn(text: string): Frame {
  try {
    return objectIn(JSON.parse(text));
  } catch {
    return {};
  }
}

/** A part of what the daemon answered, which has this field wherever it is what was asked for. */
export function answered<T>(value: unknown, field: string): T {
  const part = Object(value);
  if (field in part) return part;
  throw wrongPort(field);
}

/** The attempt in what the daemon answered or told. */
export const attemptIn = ({ action_attempt }: Frame): Attempt =>
  answered(action_attempt, 'action_attempt_id');

/** An error of the daemon, in the client's words where these say more to a clerk. */
export function refusalIn(frame: Frame): DeskError {
  const { type, message, data } = objectIn(frame['error']);
  const [code, detail] = [textIn(type), textIn(message)];
  const isOver = /^(unauthorized|proof_required|client_session_(expired|revoked))$/.test(code);
  const own = isOver ? 'token_expired' : code === 'forbidden_origin' ? 'origin_not_allowed' : code;
  return new DeskError(own, detail, { ...objectIn(data), type });
}
