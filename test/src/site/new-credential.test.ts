import { describe, expect, test } from 'vitest';
import type { Credential } from '../../../src/model/credential.ts';
import { updateCredential } from '../../../src/site/credentials.ts';
import { createCredential, type NewCredential } from '../../../src/site/new-credential.ts';
import type { Site } from '../../../src/site/site.ts';
import { addCardCredential, CARD_NUMBER, issue } from './card-bed.ts';
import { addUser, announced, contentsOf, lastTold, openTestSite } from './site-bed.ts';

const make = (site: Site, more: Partial<NewCredential>): Credential =>
  createCredential(site, {
    accessMethod: 'code',
    acsUserId: more.acsUserId ?? addUser(site, 'Ada').id,
    code: null,
    startsAt: null,
    endsAt: null,
    entranceIds: [],
    ...more,
  });

const refusal = (type: string, words = '') =>
  expect.objectContaining({ type, message: expect.stringContaining(words) });

describe('a new code', () => {
  test('is issued at once', () => {
    const site = openTestSite({ hasBackend: true });
    const pin = make(site, { code: '0042' });
    expect(pin).toMatchObject({ code: '0042', isIssued: true, issuedAt: site.clock.now() });
    expect(announced(site).at(-1)).toBe('acs_credential.issued');
    expect(lastTold(site)).toMatchObject({
      ...{ kind: 'acs_credential', id: pin.id, action: 'created', event: 'acs_credential.issued' },
      fields: { code: { from: null, to: '0042' }, acsUserId: { from: null, to: pin.acsUserId } },
    });
  });

  test('is drawn where none is given: six digits that are no other’s', () => {
    const site = openTestSite({ externalType: 'pti_site' });
    const codes = Array.from({ length: 50 }, () => make(site, {}).code);
    expect(new Set(codes).size).toBe(50);
    for (const code of codes) expect(code).toMatch(/^[1-9]\d{5}$/);
  });

  test('is a whole number in range in a PTI access system, from the start and after a change', () => {
    const site = openTestSite({ externalType: 'pti_site' });
    const pin = make(site, { code: '4294967296' });
    const before = contentsOf(site);
    for (const code of ['0', '01', '4294967297']) {
      expect(() => make(site, { code, acsUserId: pin.acsUserId ?? '' })).toThrow(refusal('invalid_input'));
      expect(() => updateCredential(site, pin.id, { code })).toThrow(refusal('invalid_input'));
    }
    expect(contentsOf(site)).toEqual(before);
  });

  test('is unlike every other one, also that of a card', () => {
    const site = openTestSite();
    make(site, { code: '1234' });
    make(site, { accessMethod: 'card', code: '5678' });
    for (const accessMethod of ['code', 'card'] as const) {
      for (const code of ['1234', '5678']) {
        expect(() => make(site, { accessMethod, code })).toThrow(refusal('duplicate_code'));
      }
    }
  });

  test('may be for one use', () => {
    expect(make(openTestSite(), { isOneTimeUse: true }).isOneTimeUse).toBe(true);
  });
});

describe('a new card', () => {
  test('may have the number that it is registered with, and is still to be seen', () => {
    const site = openTestSite();
    expect(make(site, { accessMethod: 'card', code: '123456' })).toMatchObject({
      code: '123456',
      cardNumber: null,
      isIssued: false,
    });
    expect(announced(site)).not.toContain('acs_credential.issued');
  });

  test('is no card that is known here already', () => {
    const site = openTestSite();
    const known = issue(site, addCardCredential(site).id);
    expect(() => make(site, { accessMethod: 'card', code: CARD_NUMBER })).toThrow(
      refusal('duplicate_code', 'card with that number'),
    );
    expect(updateCredential(site, known.id, { code: CARD_NUMBER }).code).toBe(CARD_NUMBER);
  });
});

describe('a new key for a phone', () => {
  test('is not issued here, and may be meant for every phone of its holder', () => {
    const site = openTestSite();
    const key = make(site, { accessMethod: 'mobile_key', isMultiPhoneSync: true });
    expect(key).toMatchObject({ isMultiPhoneSync: true, isIssued: false, code: null });
    expect(make(site, { accessMethod: 'cloud_key' }).isMultiPhoneSync).toBe(false);
    for (const accessMethod of ['card', 'code', 'cloud_key'] as const) {
      expect(() => make(site, { accessMethod, isMultiPhoneSync: true })).toThrow(refusal('invalid_input'));
    }
  });

  test.each(['mobile_key', 'cloud_key'] as const)('has no code: %s', (accessMethod) => {
    expect(() => make(openTestSite(), { accessMethod, code: '1234' })).toThrow(refusal('invalid_input'));
  });

  test('keeps what a lock’s maker needs, and joins only credentials that are here', () => {
    const site = openTestSite();
    const vendorMetadata = { visionline_metadata: { cardFormat: 'rfid48', own: { deep: [1, null] } } };
    const key = make(site, { accessMethod: 'mobile_key', vendorMetadata });
    expect(site.store.credentials.get(key.id)?.vendorMetadata).toEqual(vendorMetadata);
    const before = contentsOf(site);
    const joining = { acsUserId: key.acsUserId ?? '', joinedIds: [key.id, 'none'] };
    expect(() => make(site, joining)).toThrow(refusal('acs_credential_not_found'));
    expect(contentsOf(site)).toEqual(before);
  });
});

describe('the times of a new credential', () => {
  test('begin now where they were to begin before, and say so', () => {
    const site = openTestSite();
    const now = site.clock.now();
    expect(make(site, { startsAt: now - 1 })).toMatchObject({ startsAt: now, scheduleModifiedAt: now });
    for (const startsAt of [now, now + 1, null]) {
      expect(make(site, { startsAt })).toMatchObject({ startsAt, scheduleModifiedAt: null });
    }
  });

  test('end in the future, and after they begin', () => {
    const site = openTestSite();
    const now = site.clock.now();
    for (const [startsAt, endsAt] of [
      [null, now],
      [now - 10, now - 5],
      [now + 10, now + 10],
      [now + 10, now + 5],
    ] as const) {
      expect(() => make(site, { startsAt, endsAt })).toThrow(refusal('invalid_input', 'ends_at'));
    }
    expect(make(site, { startsAt: now - 10, endsAt: now + 1 })).toMatchObject({
      startsAt: now,
      endsAt: now + 1,
    });
  });
});
