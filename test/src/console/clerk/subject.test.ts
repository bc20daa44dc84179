import { describe, expect, test } from 'vitest';
import type { Attempt } from '../../../../src/client/client.ts';
import { subjectOf } from '../../../../src/console/clerk/subject.ts';
import type { GuestKey } from '../../../../src/console/wire.ts';

const KEY: GuestKey = {
  acs_credential_id: 'key-1',
  display_name: 'Card',
  access_method: 'card',
  acs_user_id: 'ada',
  card_number: '1971668184',
  is_issued: true,
  created_at: '2026-11-23T08:00:00.000Z',
  warnings: [],
};

const ADA = {
  acs_user_id: 'ada',
  full_name: 'Ada Lovelace',
  is_suspended: false,
  created_at: KEY.created_at,
};

const PICTURE = { guests: new Map([['ada', ADA]]), keys: new Map([['key-1', KEY]]) };

const ATTEMPT: Attempt = {
  action_attempt_id: 'attempt-1',
  action_type: 'ENCODE_CREDENTIAL',
  status: 'success',
  result: { ...KEY },
  error: null,
  acs_encoder_id: 'encoder-1',
  acs_credential_id: 'key-1',
  phase: 'succeeded',
  created_at: '2026-11-23T09:00:00.000Z',
  expires_at: '2026-11-23T09:01:00.000Z',
};

describe('a line of today', () => {
  test('names the card that was written, and whose it is', () => {
    expect(subjectOf(ATTEMPT, PICTURE)).toMatchObject({
      guestName: 'Ada Lovelace',
      cardNumber: '1971668184',
    });
  });

  test.each(['pending', 'error'] as const)('names no card where none was written: %s', (status) => {
    // The key has a card already: another one than that which lay on the encoder.
    expect(subjectOf({ ...ATTEMPT, status, result: null }, PICTURE)).toMatchObject({
      guestName: 'Ada Lovelace',
      cardNumber: null,
    });
  });

  test('names the card that was read, where the site knows it by another number, too', () => {
    const on = { card_number: '42', is_issued: true, acs_credential_id: 'key-1' };
    const scan = { acs_credential_on_encoder: on, acs_credential_on_seam: null, warnings: [] };
    const read = { ...ATTEMPT, action_type: 'SCAN_CREDENTIAL', result: scan };
    expect(subjectOf(read, PICTURE)).toMatchObject({ cardNumber: '42' });
  });
});
