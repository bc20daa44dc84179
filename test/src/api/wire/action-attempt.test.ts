import { describe, expect, test } from 'vitest';
import { actionAttempt, toActionAttempt } from '../../../../src/api/wire/action-attempt.ts';
import type { Attempt, AttemptProgress, AttemptResult, CardFindings } from '../../../../src/model/attempt.ts';
import type {
  CardContent,
  CardRecord,
  CardToken,
  RecordStanding,
  TokenStanding,
} from '../../../../src/model/card-record.ts';
import type { Credential } from '../../../../src/model/credential.ts';
import { NOT_ITS_CARD } from '../../../../src/site/scanned-card.ts';
import { FakeClock } from '../../../fake-clock.ts';
import { checkResource } from '../../../seam-schema.ts';
import { openTestSite } from '../../site/site-bed.ts';

const DAY_MS = 86_400_000;

const card = { uid: '04A1B2C3D4E5F6', technology: 'ntag215' } as const;

/** An attempt that has come so far, as the API gives it, once both schemas took it. */
function given(progress: AttemptProgress, action: 'SCAN_CREDENTIAL' | 'INSPECT_CARD' = 'SCAN_CREDENTIAL') {
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

const NOW = new FakeClock().now();

const record = (more: Partial<CardRecord> = {}): CardRecord => ({
  siteId: '3f0c35b5-7a4f-4a66-b5b3-0f5d35b1b7a1',
  credentialId: '9a2bd5ca-0f6b-4a9a-9b65-1f6f3b3b1c11',
  issueCounter: 4,
  startsAt: NOW - DAY_MS,
  endsAt: NOW + DAY_MS,
  entrances: [2, 7],
  replacesLostCard: false,
  ...more,
});

const findings = (content: CardContent): CardFindings => ({
  format: 'ntag',
  content,
  keyVersion: 3,
  capacityBytes: 204,
  facts: [['Memory', '224 bytes, 123 free']],
});

const written = (standing: RecordStanding, more: Partial<CardRecord> = {}) =>
  findings({ kind: 'record', standing, record: record(more) });

const credential = (more: Partial<Credential> = {}): Credential => ({
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

function scanned(more: Partial<Extract<AttemptResult, { kind: 'scanned' }>>) {
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

const iso = (at: number) => new Date(at).toISOString();

describe('a scan', () => {
  test('has the times of an authentic record, not those that the site wants', () => {
    const { acs_credential_on_encoder, warnings } = scanned({
      credential: credential(),
      findings: written('authentic'),
      differences: ['the start', 'the end'],
    });
    expect(acs_credential_on_encoder).toMatchObject({
      is_issued: true,
      starts_at: iso(NOW - DAY_MS),
      ends_at: iso(NOW + DAY_MS),
      record_standing: 'authentic',
      is_expired: false,
      issue_counter: 4,
      entrances: [2, 7],
    });
    expect(warnings).toEqual([
      {
        warning_code: 'acs_credential_on_encoder_out_of_sync',
        warning_message:
          'The card and the site differ: the start, the end. Encode the credential on the card again.',
      },
    ]);
  });

  test.each([
    ['This card was replaced: take it in and erase it.', true],
    [
      'No card carries this credential now: take this card in and erase it, or encode the credential on it again.',
      false,
    ],
  ])('says what to do with a card whose credential has left it: %s', (advice, isIssued) => {
    const { warnings } = scanned({
      credential: credential({ isIssued, cardUid: isIssued ? '04000000000001' : null }),
      findings: written('authentic'),
      differences: [NOT_ITS_CARD],
    });
    expect(warnings).toEqual([
      {
        warning_code: 'acs_credential_on_encoder_out_of_sync',
        warning_message: `The card and the site differ: ${NOT_ITS_CARD}. ${advice}`,
      },
    ]);
  });

  test('says that what is on the card is over', () => {
    const past = written('authentic', { endsAt: NOW });
    expect(scanned({ findings: past }).acs_credential_on_encoder.is_expired).toBe(true);
  });

  test('believes neither the times of a copy nor anything of an altered record', () => {
    const copied = scanned({ credential: credential(), findings: written('copied') });
    expect(copied.acs_credential_on_encoder).toMatchObject({
      ends_at: iso(NOW + 9 * DAY_MS),
      record_standing: 'copied',
      issue_counter: 4,
    });
    const altered = scanned({ findings: written('altered') });
    expect(altered.acs_credential_on_encoder).toMatchObject({
      is_issued: null,
      ends_at: null,
      record_standing: 'altered',
    });
    expect(altered.acs_credential_on_encoder).not.toHaveProperty('acs_credential_id');
  });

  test('tells a card of another site from one that nobody registered', () => {
    const other = scanned({ findings: written('other_site') });
    expect(other.acs_credential_on_encoder).not.toHaveProperty('entrances');
    expect(other.warnings).toMatchObject([
      {
        warning_code: 'acs_credential_on_seam_not_found',
        warning_message: expect.stringContaining('another site'),
      },
    ]);
    expect(scanned({}).warnings).toMatchObject([{ warning_message: 'This card is not registered here.' }]);
  });

  test.each([
    [{ kind: 'blank' }, 'none'],
    [{ kind: 'incomplete' }, 'incomplete'],
    [{ kind: 'foreign', description: 'a web address' }, 'foreign'],
    [{ kind: 'locked', description: 'keys of somebody else' }, 'locked'],
  ] as const)(
    'of a card with %j has the times of the credential that has its number',
    (content, standing) => {
      const { acs_credential_on_encoder } = scanned({
        credential: credential({ cardFormat: 'uid_only' }),
        findings: findings(content),
      });
      expect(acs_credential_on_encoder).toMatchObject({
        record_standing: standing,
        ends_at: iso(NOW + 9 * DAY_MS),
        is_issued: true,
      });
    },
  );
});

describe('a scan of a magnetic stripe', () => {
  const token = (standing: TokenStanding, more: Partial<CardToken> = {}) =>
    findings({ kind: 'token', standing, token: { cardNumber: '42', ...more } });

  test('has what its token says, and else what the site wants', () => {
    const found = (more: Partial<CardToken>) =>
      scanned({ cardNumber: '42', credential: credential(), findings: token('authentic', more) })
        .acs_credential_on_encoder;
    expect(found({ startsAt: null, endsAt: NOW, entrance: 7 })).toMatchObject({
      is_issued: true,
      card_number: '42',
      record_standing: 'authentic',
      starts_at: null,
      ends_at: iso(NOW),
      is_expired: true,
      entrances: [7],
    });
    const less = found({ entrance: null });
    expect(less).toMatchObject({ ends_at: iso(NOW + 9 * DAY_MS), entrances: [] });
    expect(less).not.toHaveProperty('is_expired');
    expect(found({})).not.toHaveProperty('entrances');
    expect(found({ issue: { value: 7, digits: 4 } })).not.toHaveProperty('issue_counter');
  });

  test('believes nothing of a token that does not verify', () => {
    const { acs_credential_on_encoder: found, warnings } = scanned({
      findings: token('other_site', { endsAt: NOW, entrance: 7 }),
    });
    expect(found).toMatchObject({ is_issued: null, ends_at: null, record_standing: 'other_site' });
    expect(found).not.toHaveProperty('entrances');
    expect(warnings).toMatchObject([
      {
        warning_message:
          'This card is not registered here: it carries a credential of another site, or one that was altered.',
      },
    ]);
  });

  test('without a number has none', () => {
    const { acs_credential_on_encoder } = scanned({ cardNumber: null });
    expect(acs_credential_on_encoder.card_number).toBeNull();
  });

  test('that is inspected shows the token field by field', () => {
    const shown = (more: Partial<CardToken>, standing: TokenStanding = 'authentic') => {
      const found = token(standing, more);
      const result = {
        kind: 'inspected',
        card,
        cardNumber: null,
        credential: null,
        findings: found,
      } as const;
      return Object(given({ phase: 'succeeded', result }, 'INSPECT_CARD').result);
    };
    const all = { startsAt: null, endsAt: NOW + 1, issue: { value: 7, digits: 4 }, entrance: null } as const;
    expect(shown(all, 'other_site')).toMatchObject({
      card: { card_number: null },
      record_standing: 'other_site',
      record: null,
      description: null,
      token: {
        card_number: '42',
        starts_at: null,
        ends_at: iso(NOW + 1),
        is_expired: false,
        issue: '0007',
        entrance: null,
      },
    });
    expect(shown({}).token).toEqual({ card_number: '42', is_expired: false });
    expect(shown({ endsAt: NOW }).token).toEqual({ card_number: '42', ends_at: iso(NOW), is_expired: true });
  });
});

describe('an inspection', () => {
  test('shows all that is on the card, believed or not, and no preimage', () => {
    const result: AttemptResult = {
      kind: 'inspected',
      card,
      cardNumber: '1303689068602870',
      credential: null,
      findings: written('altered', { endsAt: NOW - 1000, replacesLostCard: true }),
    };
    expect(given({ phase: 'succeeded', result }, 'INSPECT_CARD').result).toEqual({
      card: { ...card, card_number: '1303689068602870' },
      format: 'ntag',
      record_standing: 'altered',
      description: null,
      record: {
        acs_system_id: record().siteId,
        acs_credential_id: record().credentialId,
        issue_counter: 4,
        starts_at: iso(NOW - DAY_MS),
        ends_at: iso(NOW - 1000),
        is_expired: true,
        entrances: [2, 7],
        replaces_lost_card: true,
      },
      token: null,
      key_version: 3,
      capacity_bytes: 204,
      facts: [{ name: 'Memory', value: '224 bytes, 123 free' }],
      acs_credential_on_seam: null,
    });
  });

  test('says why a card cannot be opened', () => {
    const locked = findings({ kind: 'locked', description: 'keys of somebody else' });
    const result = { kind: 'inspected', card, cardNumber: '1', credential: null, findings: locked } as const;
    expect(given({ phase: 'succeeded', result }, 'INSPECT_CARD').result).toMatchObject({
      record_standing: 'locked',
      description: 'keys of somebody else',
      record: null,
    });
  });
});

describe('an attempt that writes', () => {
  const writing = { card, writeId: 'w', purpose: 'order', hint: 'keep_card_there' } as const;

  test('is pending, and says how far it has come once that is known', () => {
    expect(given({ phase: 'writing', ...writing, progress: null })).toMatchObject({
      status: 'pending',
      phase: 'writing',
      hint: expect.stringContaining('Leave it there'),
    });
    const counted = given({ phase: 'verifying', ...writing, progress: { done: 3, total: 9 } });
    expect(counted).toMatchObject({ phase: 'verifying', progress: { done: 3, total: 9 } });
    expect(JSON.stringify(counted)).not.toContain('"w"');
  });

  test('asks for the card back when it was lifted, or swiped too seldom', () => {
    const lifted = given({ phase: 'writing', ...writing, hint: 'put_card_back', progress: null });
    expect(lifted.hint).toMatch(/Put the same card back, or swipe it again/);
  });

  test('asks for a swipe', () => {
    const swiped = given({
      phase: 'verifying',
      ...writing,
      hint: 'swipe_again',
      progress: { done: 1, total: 2 },
    });
    expect(swiped).toMatchObject({ hint: 'Swipe the same card once more.', progress: { done: 1, total: 2 } });
  });
});
