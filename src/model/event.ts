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

/** Seam's other names for what happens to the kinds of thing that a site has; this site never tells of them. */
const OTHER_EVENT_TYPES: readonly string[] = ['acs_system.connected', 'acs_system.disconnected'];

/** Kinds of thing that Seam tells of and a site has none of: how their events are called does not matter here. */
const KINDS_ELSEWHERE: readonly string[] = [
  ...['access_code', 'access_grant', 'access_method', 'action_attempt', 'camera', 'connect_webview'],
  ...['connected_account', 'device', 'enrollment_automation', 'lock', 'noise_sensor', 'phone', 'space'],
  'thermostat',
];

/** Whether this site ever tells of such events. */
export function isSiteEventType(name: string): name is SiteEventType {
  return SITE_EVENT_TYPES.some((type) => type === name);
}

/** Whether it can be one of Seam's names for a kind of event; one that is misspelt cannot, as far as it is about what a site has. */
export function isEventName(name: string): boolean {
  return (
    isSiteEventType(name) ||
    OTHER_EVENT_TYPES.includes(name) ||
    KINDS_ELSEWHERE.some((kind) => name.startsWith(`${kind}.`) && /^[a-z_]+(\.[a-z_]+)+$/.test(name))
  );
}

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
