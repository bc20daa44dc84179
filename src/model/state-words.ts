import type { ResourceKind } from './resource.ts';

/** What people call a thing of each kind. */
export const KIND_WORDS: Readonly<Record<ResourceKind, string>> = {
  acs_entrance: 'entrance',
  acs_access_group: 'access group',
  user_identity: 'user identity',
  acs_user: 'user',
  acs_credential: 'credential',
};

/** What people call the names of a thing's state. */
const WORDS: Readonly<Record<string, string>> = {
  accessGroupIds: 'the access groups',
  accessMethod: 'the kind of credential',
  accessSchedule: 'the access schedule',
  acsUserId: 'the user who holds it',
  cardNumber: 'the card',
  cardUid: 'the card',
  code: 'the code',
  emailAddress: 'the e-mail address',
  endsAt: 'the end',
  entranceIds: 'the entrances',
  fullName: 'the name',
  grantedEntranceIds: 'the entrances that were granted',
  hotekMetadata: 'what the lock system calls it',
  isMadeByReport: 'who made it',
  isMultiPhoneSync: 'whether it is for every phone',
  isOneTimeUse: 'whether it is for one time',
  isSuspended: 'whether the user is suspended',
  key: 'the key',
  name: 'the name',
  number: 'the number',
  phoneNumber: 'the phone number',
  startsAt: 'the start',
  userIdentityId: 'the user identity',
  vendorMetadata: 'what the lock system must know',
};

/** A name of a state in a person's words: `the e-mail address`. */
export function nameInWords(name: string): string {
  return WORDS[name] ?? name;
}
