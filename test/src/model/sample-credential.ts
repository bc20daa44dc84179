import { type Credential, PLAIN_CREDENTIAL } from '../../../src/model/credential.ts';

/** A card of Ada's that is still to be issued, but for what is said. */
export const credentialWith = (more: Partial<Credential> = {}): Credential => ({
  id: 'credential-1',
  accessMethod: 'card',
  acsUserId: 'ada',
  userIdentityId: null,
  code: null,
  cardNumber: null,
  cardUid: null,
  cardTechnology: null,
  cardFormat: null,
  entranceIds: [],
  hasLostCards: false,
  issueCounter: 0,
  needsReissue: false,
  startsAt: null,
  endsAt: null,
  isIssued: false,
  issuedAt: null,
  createdAt: 1,
  ...PLAIN_CREDENTIAL,
  ...more,
});

/** The same, written on the card with this uid. */
export const issuedCredential = (cardUid: string, more: Partial<Credential> = {}): Credential =>
  credentialWith({
    cardUid,
    cardNumber: '1303689068602870',
    cardTechnology: 'ntag215',
    cardFormat: 'ntag',
    hasLostCards: false,
    issueCounter: 1,
    isIssued: true,
    issuedAt: 1,
    ...more,
  });
