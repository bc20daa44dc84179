/** Why the site cannot do what was asked. Closed, and in Seam's words where Seam has them. */
export type SiteErrorType =
  | 'acs_access_group_not_found'
  | 'acs_credential_not_found'
  | 'acs_encoder_not_found'
  | 'acs_entrance_not_found'
  | 'acs_system_not_found'
  | 'acs_user_not_found'
  | 'action_attempt_not_found'
  | 'client_session_not_found'
  | 'event_not_found'
  | 'message_not_found'
  | 'user_identity_not_found'
  | 'webhook_delivery_not_found'
  | 'webhook_not_found'
  | 'duplicate_access_group'
  | 'duplicate_code'
  | 'duplicate_entrance'
  | 'duplicate_user_identity'
  | 'credential_belongs_to_another_user'
  | 'action_attempt_not_waiting'
  | 'not_undoable'
  | 'encoder_busy'
  | 'encoder_not_virtual'
  | 'desk_not_found'
  | 'duplicate_desk'
  | 'not_a_desk'
  | 'history_differs'
  | 'history_forgotten'
  | 'pairing_code_wrong'
  | 'pairing_not_found'
  | 'backend_exists'
  | 'backend_unavailable'
  | 'not_paired'
  | 'too_many_requests'
  | 'unsupported_operation'
  | 'invalid_input';

/** The site's answer to a request that makes no sense for it now. The message tells the caller what to do. */
export class SiteError extends Error {
  readonly type: SiteErrorType;
  /** Ids and names that help the caller; goes out as it is. */
  readonly data: Readonly<Record<string, unknown>>;

  constructor(type: SiteErrorType, message: string, data: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = 'SiteError';
    this.type = type;
    this.data = data;
  }
}
