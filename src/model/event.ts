/** Kinds of event that this site tells of; a subset of Seam's own names. */
export const SITE_EVENT_TYPES = [
  'acs_system.added',
  'acs_encoder.added',
  'acs_encoder.removed',
  'acs_entrance.added',
  'acs_entrance.removed',
  'acs_access_group.deleted',
  'acs_user.created',
  'acs_user.deleted',
  'acs_credential.issued',
  'acs_credential.reissued',
  'acs_credential.deleted',
  'acs_credential.invalidated',
  'client_session.deleted',
] as const;

export type SiteEventType = (typeof SITE_EVENT_TYPES)[number];

/** Something that happened at this site, in Seam's vocabulary. Times are milliseconds since 1970. */
export interface SiteEvent {
  readonly id: string;
  readonly type: SiteEventType;
  readonly occurredAt: number;
  readonly subject: EventSubject;
}

/** What the event is about; absent parts do not concern it. */
export interface EventSubject {
  readonly acsEncoderId?: string;
  readonly acsEntranceId?: string;
  readonly acsUserId?: string;
  readonly acsCredentialId?: string;
  readonly acsAccessGroupId?: string;
  readonly clientSessionId?: string;
}
