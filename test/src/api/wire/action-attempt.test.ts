import { describe, expect, test } from 'vitest';
import type { AttemptResult } from '../../../../src/model/attempt.ts';
import { NOT_ITS_CARD } from '../../../../src/site/scanned-card.ts';
import { card, credential, DAY_MS, findings, given, iso, NOW, record, scanned, written } from './wire-bed.ts';

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
    expect(swiped).toMatchObject({
      hint: 'Swipe the same card again.',
      hint_code: 'swipe_again',
      progress: { done: 1, total: 2 },
    });
  });
});
