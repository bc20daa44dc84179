import { describe, expect, test } from 'vitest';
import { cardBlock, scanBlock } from '../../../src/cli/card-block.ts';

const inspected = (more: Partial<Parameters<typeof cardBlock>[0]> = {}) =>
  linesOf(
    cardBlock({
      card: { uid: '04A1B2C3D4E5F6', card_number: '1303689068602870', technology: 'ntag215' },
      format: 'ntag',
      record_standing: 'none',
      description: null,
      record: null,
      token: null,
      key_version: null,
      capacity_bytes: 204,
      facts: [],
      acs_credential_on_seam: null,
      ...more,
    }),
  );

const blank = {
  card_number: '1303689068602870',
  format: 'ntag',
  record_standing: 'none',
  starts_at: null,
  ends_at: null,
};

const scanned = (more: Partial<Parameters<typeof scanBlock>[0]> = {}) =>
  linesOf(
    scanBlock({ acs_credential_on_encoder: blank, acs_credential_on_seam: null, warnings: [], ...more }),
  );

/** What stands beside each name. */
function linesOf(lines: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(lines.map((line) => line.split(/ {2,}/, 2)));
}

describe('a card that was inspected', () => {
  test('is blank, with keys as from the factory and room for a credential', () => {
    expect(inspected()).toMatchObject({
      'On it': 'nothing: the card is blank',
      Keys: 'as from the factory, or none',
      Room: '204 bytes for a credential',
    });
  });

  test('is locked with keys that are not of this site', () => {
    const locked = { record_standing: 'locked', description: 'sector 1', capacity_bytes: 0 };
    expect(inspected(locked)).toMatchObject({ 'On it': 'locked: sector 1', Keys: 'not of this site' });
    expect(inspected({ ...locked, key_version: 2 })).toMatchObject({ Keys: 'version 2' });
  });

  test('that is used by its number is not said to be blank, nor to have room or keys', () => {
    const lines = inspected({ format: 'uid_only', capacity_bytes: 0 });
    expect(lines).toMatchObject({
      Format: 'uid_only',
      'On it': 'not looked at: the card is used by its number',
    });
    expect(lines).not.toHaveProperty('Room');
    expect(lines).not.toHaveProperty('Keys');
  });

  test('that no format of the site fits was not looked at', () => {
    const lines = inspected({
      format: null,
      record_standing: 'foreign',
      description: 'none of the formats of this site fits this kind of card',
      capacity_bytes: 0,
    });
    expect(lines).toMatchObject({
      Format: 'none',
      'On it': "not looked at: none of this site's formats fits",
    });
    expect(lines).not.toHaveProperty('Room');
    expect(lines).not.toHaveProperty('Keys');
  });

  test('carries something else, which is named', () => {
    expect(inspected({ record_standing: 'foreign', description: 'a link' })).toMatchObject({
      'On it': 'something else: a link',
    });
  });
});

describe('a magnetic stripe', () => {
  const stripe = { format: 'magstripe', capacity_bytes: 37 } as const;

  test('without a number says that it gets one', () => {
    const card = { uid: '014ACF6DD2', card_number: null, technology: 'magnetic_stripe' };
    const line = 'none yet: it gets one when a credential is encoded on it';
    expect(inspected({ ...stripe, card })).toMatchObject({
      'Card number': line,
      Room: '37 characters for a credential',
    });
    expect(scanned({ acs_credential_on_encoder: { ...blank, card_number: null } })).toMatchObject({
      'Card number': line,
    });
  });

  test('with a token has its times, its issue and its entrance, as far as it says them', () => {
    const token = {
      is_expired: true,
      starts_at: null,
      ends_at: '2026-06-05T09:00:00.000Z',
      issue: '0007',
      entrance: 12,
    };
    expect(inspected({ ...stripe, record_standing: 'authentic', token })).toMatchObject({
      'On it': 'a credential of this site, authentic',
      Issue: '... 0007',
      Valid: 'from the beginning until 2026-06-05T09:00:00.000Z (expired)',
      Entrances: '12',
    });
    const less = inspected({ ...stripe, record_standing: 'authentic', token: { is_expired: false } });
    for (const name of ['Issue', 'Valid', 'Entrances']) expect(less).not.toHaveProperty(name);
    expect(inspected({ ...stripe, token: { is_expired: false, entrance: null } })).toMatchObject({
      Entrances: 'none',
    });
  });

  test('with a token that does not verify may be of another site or altered', () => {
    expect(inspected({ ...stripe, record_standing: 'other_site' })).toMatchObject({
      'On it': 'a credential of another site, or one that was altered',
    });
  });

  test('that was scanned has its times, though the site does not know it', () => {
    const found = { ...blank, ...stripe, record_standing: 'authentic', is_expired: false, entrances: [12] };
    expect(scanned({ acs_credential_on_encoder: found })).toMatchObject({
      Valid: 'from the beginning until further notice',
      Entrances: '12',
    });
  });
});

describe('a card that was scanned', () => {
  test('has no times when neither the card nor the site has a credential', () => {
    expect(scanned()).toEqual({
      'Card number': '1303689068602870',
      Format: 'ntag',
      'On it': 'nothing: the card is blank',
      Here: 'not registered',
    });
  });

  test('has the times of its credential, on the card or known by its number', () => {
    const forever = 'from the beginning until further notice';
    const known = { acs_credential_id: 'c1', display_name: 'Card 1' };
    expect(scanned({ acs_credential_on_seam: known })).toMatchObject({ Valid: forever });
    const carried = { ...blank, record_standing: 'authentic', acs_credential_id: 'c1' };
    expect(scanned({ acs_credential_on_encoder: carried })).toMatchObject({ Valid: forever });
  });

  test('says as an inspection does what was not looked at', () => {
    const unfit = { ...blank, format: null, record_standing: 'foreign' };
    expect(scanned({ acs_credential_on_encoder: unfit })).toMatchObject({
      'On it': "not looked at: none of this site's formats fits",
    });
    expect(scanned({ acs_credential_on_encoder: { ...blank, format: 'uid_only' } })).toMatchObject({
      'On it': 'not looked at: the card is used by its number',
    });
  });
});
