import type { Attempt, AttemptProgress } from '../../../src/model/attempt.ts';
import { type Credential, PLAIN_CREDENTIAL } from '../../../src/model/credential.ts';
import type { Encoder } from '../../../src/model/encoder.ts';
import type { User, UserIdentity } from '../../../src/model/user.ts';
import type { Page, PageRequest } from '../../../src/store/paging.ts';

/** Records as the store's contract puts them in: complete, and all alike but for what a test is about. */

export const ALL: PageRequest = { after: 0, limit: 1000 };

export const encoder = (id: string, more: Partial<Encoder> = {}): Encoder => ({
  id,
  driver: 'virtual',
  name: `Encoder ${id}`,
  technologies: ['ntag215', 'mifare_classic_1k'],
  isVirtual: true,
  isOnline: true,
  isBusy: false,
  createdAt: 1000,
  removedAt: null,
  ...more,
});

export const attempt = (
  id: string,
  encoderId: string,
  progress: AttemptProgress = { phase: 'queued' },
): Attempt => ({
  id,
  encoderId,
  client: { id: 'client-1', name: 'Reception' },
  order: {
    action: 'SCAN_TO_ASSIGN_CREDENTIAL',
    beneficiary: { kind: 'acs_user', acsUserId: 'ada' },
    mayEnrol: true,
  },
  createdAt: 1000,
  expiresAt: 61_000,
  ...progress,
});

export const ENDED = { phase: 'failed', reason: 'cancelled', detail: null } as const;

export const identity = (id: string, more: Partial<UserIdentity> = {}): UserIdentity => ({
  id,
  key: null,
  fullName: null,
  emailAddress: null,
  phoneNumber: null,
  createdAt: 1000,
  ...more,
});

export const user = (id: string, more: Partial<User> = {}): User => ({
  id,
  fullName: `User ${id}`,
  emailAddress: null,
  phoneNumber: null,
  accessSchedule: null,
  userIdentityId: null,
  isSuspended: false,
  hidAcsSystemId: null,
  createdAt: 1000,
  ...more,
});

export const cardOf = (id: string, acsUserId: string | null, cardNumber: string): Credential => ({
  id,
  accessMethod: 'card',
  acsUserId,
  userIdentityId: null,
  code: null,
  cardNumber,
  cardUid: '04A1B2C3D4E5F6',
  cardTechnology: 'ntag215',
  cardFormat: null,
  entranceIds: [],
  ...PLAIN_CREDENTIAL,
  hasLostCards: false,
  issueCounter: 0,
  needsReissue: false,
  startsAt: 5000,
  endsAt: 6000,
  isIssued: true,
  issuedAt: 2000,
  createdAt: 1000,
});

export const codeOf = (id: string, acsUserId: string | null, code: string | null): Credential => ({
  ...cardOf(id, acsUserId, ''),
  accessMethod: 'code',
  code,
  cardNumber: null,
  cardUid: null,
  cardTechnology: null,
  startsAt: null,
  endsAt: null,
});

export const ids = (page: Page<{ readonly id: string }>) => page.rows.map(({ id }) => id);

export const bytes = (first: number) => Uint8Array.from({ length: 32 }, (_, at) => (first + at) % 256);
