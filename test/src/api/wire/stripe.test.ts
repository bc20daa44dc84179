import { describe, expect, test } from 'vitest';
import type { CardToken, TokenStanding } from '../../../../src/model/card-record.ts';
import { card, credential, DAY_MS, findings, given, iso, NOW, scanned } from './wire-bed.ts';

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
