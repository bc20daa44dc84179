import { actionAttempt, toActionAttempt } from '../../../../src/api/wire/action-attempt.ts';
import type { Attempt, AttemptProgress, AttemptResult, CardFindings } from '../../../../src/model/attempt.ts';
import type { CardContent, CardRecord, RecordStanding } from '../../../../src/model/card-record.ts';
import { type Credential, PLAIN_CREDENTIAL } from '../../../../src/model/credential.ts';
import { FakeClock } from '../../../fake-clock.ts';
import { checkResource } from '../../../seam-schema.ts';
import { openTestSite } from '../../site/site-bed.ts';

/** A day in milliseconds. */
export const DAY_MS = 86_400_000;

/** The card of these attempts. */
export const card = { uid: '04A1B2C3D4E5F6', technology: 'ntag215' } as const;

/** An attempt that has come so far, as the API gives it, once both schemas took it. */
export function given(
  progress: AttemptProgress,
  action: 'SCAN_CREDENTIAL' | 'INSPECT_CARD' = 'SCAN_CREDENTIAL',
) {
  const site = openTestSite();
  const attempt: Attempt = {
    id: crypto.randomUUID(),
    encoderId: crypto.randomUUID(),
    client: { id: 'client', name: 'Front desk' },
    order: { action },
    createdAt: NOW,
    expiresAt: NOW + 60_000,
    ...progress,
  };
  const wire = toActionAttempt(attempt, site);
  checkResource('action_attempt', wire);
  return actionAttempt.parse(wire);
}

/** The time of every site here. */
export const NOW = new FakeClock().now();

/** What a card says that is valid from a day ago until a day from now. */
export const record = (more: Partial<CardRecord> = {}): CardRecord => ({
  siteId: '3f0c35b5-7a4f-4a66-b5b3-0f5d35b1b7a1',
  credentialId: '9a2bd5ca-0f6b-4a9a-9b65-1f6f3b3b1c11',
  issueCounter: 4,
  startsAt: NOW - DAY_MS,
  endsAt: NOW + DAY_MS,
  entrances: [2, 7],
  replacesLostCard: false,
  ...more,
});

/** What was found on a card with this content. */
export const findings = (content: CardContent): CardFindings => ({
  format: 'ntag',
  content,
  keyVersion: 3,
  capacityBytes: 204,
  facts: [['Memory', '224 bytes, 123 free']],
});

/** The same, with a record. */
export const written = (standing: RecordStanding, more: Partial<CardRecord> = {}) =>
  findings({ kind: 'record', standing, record: record(more) });

/** The credential of that record, as the site has it. */
export const credential = (more: Partial<Credential> = {}): Credential => ({
  id: '9a2bd5ca-0f6b-4a9a-9b65-1f6f3b3b1c11',
  accessMethod: 'card',
  acsUserId: null,
  userIdentityId: null,
  code: null,
  cardNumber: '1303689068602870',
  cardUid: card.uid,
  cardTechnology: card.technology,
  cardFormat: 'ntag',
  entranceIds: [],
  ...PLAIN_CREDENTIAL,
  hasLostCards: false,
  issueCounter: 5,
  needsReissue: true,
  startsAt: null,
  endsAt: NOW + 9 * DAY_MS,
  isIssued: true,
  issuedAt: NOW,
  createdAt: NOW,
  ...more,
});

/** The result of a scan, as the API gives it. */
export function scanned(more: Partial<Extract<AttemptResult, { kind: 'scanned' }>>) {
  const result: AttemptResult = {
    kind: 'scanned',
    cardNumber: '1303689068602870',
    credential: null,
    findings: findings({ kind: 'blank' }),
    differences: [],
    ...more,
  };
  return Object(given({ phase: 'succeeded', result }).result);
}

/** As on the wire. */
export const iso = (at: number) => new Date(at).toISOString();
