import { describe, expect, test } from 'vitest';
import { acsCredential, toAcsCredential, toAcsCredentials } from '../../../../src/api/wire/acs-credential.ts';
import type { Credential } from '../../../../src/model/credential.ts';
import type { Site } from '../../../../src/site/site.ts';
import { checkResource } from '../../../seam-schema.ts';
import { ANOTHER_CARD, addCardCredential, encode, issue } from '../../site/card-bed.ts';
import { openTestSite } from '../../site/site-bed.ts';
import { iso, NOW } from './wire-bed.ts';

/** A credential as the API gives it, once both schemas took it. */
function shown(site: Site, credential: Credential) {
  const wire = acsCredential.parse(JSON.parse(JSON.stringify(toAcsCredential(credential, site))));
  checkResource('acs_credential', wire);
  return wire;
}

const warnings = (site: Site, credential: Credential) =>
  shown(site, credential).warnings.map(({ warning_code, created_at }) => [warning_code, created_at]);

describe('the warnings of a credential', () => {
  test('are none for a card that carries what the site wants', () => {
    const site = openTestSite();
    expect(warnings(site, issue(site, addCardCredential(site).id))).toEqual([]);
  });

  test.each(['mobile_key', 'cloud_key', 'code'] as const)(
    'are none for what no card carries: %s',
    (accessMethod) => {
      const site = openTestSite();
      expect(warnings(site, addCardCredential(site, { accessMethod }))).toEqual([]);
    },
  );

  test('each have the time of their own situation', () => {
    const site = openTestSite();
    const waiting = addCardCredential(site);
    expect(warnings(site, waiting)).toEqual([['waiting_to_be_issued', iso(NOW)]]);
    const times: Partial<Credential> = {
      isIssued: true,
      needsReissue: true,
      reissueNeededAt: NOW + 1,
      scheduleModifiedAt: NOW + 2,
      scheduleExternallyModifiedAt: NOW + 3,
      deletionAskedAt: NOW + 4,
    };
    expect(warnings(site, { ...waiting, ...times })).toEqual([
      ['needs_to_be_reissued', iso(NOW + 1)],
      ['schedule_modified', iso(NOW + 2)],
      ['schedule_externally_modified', iso(NOW + 3)],
      ['being_deleted', iso(NOW + 4)],
    ]);
  });

  test('tell of a card that may be half written, for one credential as for many', () => {
    const site = openTestSite();
    const [torn, whole] = [addCardCredential(site), issue(site, addCardCredential(site).id)];
    site.clock.advance(5_000);
    encode(site, torn.id, { card: ANOTHER_CARD });
    const expected = ['unknown_issue_with_acs_credential', iso(NOW + 5_000)];
    expect(warnings(site, torn)).toContainEqual(expected);
    const elsewhere = { ...whole, unfinishedWriteAt: NOW + 7_000 };
    expect(warnings(site, elsewhere)).toEqual([['unknown_issue_with_acs_credential', iso(NOW + 7_000)]]);
    const many = toAcsCredentials([torn, whole], site);
    expect(many).toEqual([toAcsCredential(torn, site), toAcsCredential(whole, site)]);
  });
});

describe('what a lock’s maker needs', () => {
  test('says that the credential opens doors as long as it does', () => {
    const site = openTestSite();
    const visionline_metadata = { card_format: 'rfid48', is_valid: false };
    const made = addCardCredential(site, { vendorMetadata: { visionline_metadata }, endsAt: NOW + 1_000 });
    const isValid = (credential: Credential) => {
      const { visionline_metadata: shownOne, ...others } = shown(site, credential);
      expect(shownOne).toEqual({ card_format: 'rfid48', is_valid: expect.any(Boolean) });
      expect(others).not.toHaveProperty('hotek_metadata');
      return shownOne?.is_valid;
    };
    expect(isValid(made)).toBe(false);
    const issued = issue(site, made.id);
    expect(isValid(issued)).toBe(true);
    expect(isValid({ ...issued, deletionAskedAt: NOW })).toBe(false);
    expect(isValid({ ...issued, acsUserId: null })).toBe(false);
    const user = site.store.users.get(issued.acsUserId ?? '');
    if (user === null) return expect.fail('there is no user');
    site.store.users.update({ ...user, isSuspended: true });
    expect(isValid(issued)).toBe(false);
    const over = (endsAt: number | null) => ({ ...user, accessSchedule: { startsAt: NOW - 2, endsAt } });
    site.store.users.update(over(NOW - 1));
    expect(isValid(issued)).toBe(false);
    site.store.users.update(over(null));
    expect(isValid(issued)).toBe(true);
    site.clock.advance(1_000);
    expect(isValid(issued)).toBe(false);
  });
});
