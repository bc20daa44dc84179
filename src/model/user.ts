/** A person who may hold credentials in this site's access system (Seam: acs_user). Times are milliseconds since 1970. */
export interface User {
  readonly id: string;
  readonly fullName: string;
  readonly emailAddress: string | null;
  readonly phoneNumber: string | null;
  readonly accessSchedule: AccessSchedule | null;
  readonly userIdentityId: string | null;
  /** A suspended user may open nothing until that is lifted. */
  readonly isSuspended: boolean;
  /** The id that HID's system has for it; kept for whoever asks. */
  readonly hidAcsSystemId: string | null;
  readonly createdAt: number;
}

/** When a user's access begins and ends; `endsAt` null: it does not. Credentials are valid within it, whatever their own times. */
export interface AccessSchedule {
  readonly startsAt: number;
  readonly endsAt: number | null;
}

/** The same person across access systems (Seam: user_identity). */
export interface UserIdentity {
  readonly id: string;
  readonly key: string | null;
  readonly fullName: string | null;
  readonly emailAddress: string | null;
  readonly phoneNumber: string | null;
  readonly createdAt: number;
}

/** What to call an identity: the best of what is known. */
export function identityDisplayName(identity: UserIdentity): string {
  return (
    identity.fullName ?? identity.emailAddress ?? identity.phoneNumber ?? identity.key ?? 'Unnamed person'
  );
}
