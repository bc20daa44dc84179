import { describe, expect, test } from 'vitest';
import type { Card } from '../../../src/model/card.ts';
import { createUserIdentity } from '../../../src/site/identities.ts';
import { assignScannedCard, recogniseCard } from '../../../src/site/scanned-card.ts';
import type { Site } from '../../../src/site/site.ts';
import { addUser, announced, contentsOf, openTestSite, waitingForBackend } from './site-bed.ts';

const card: Card = { uid: '04A1B2C3D4E5F6', technology: 'ntag215' };
const CARD_NUMBER = '1303689068602870';

function give(site: Site, acsUserId: string, mayEnrol = true, given = card) {
  const outcome = assignScannedCard(site, given, { kind: 'acs_user', acsUserId }, mayEnrol);
  return outcome.outcome === 'assigned' ? outcome.credential : outcome.reason;
}

describe('a card that was scanned', () => {
  test('is recognised by its number, in the byte order that the site uses', () => {
    const site = openTestSite();
    const ada = addUser(site, 'Ada');
    expect(recogniseCard(site, card)).toEqual({ kind: 'scanned', cardNumber: CARD_NUMBER, credential: null });
    const credential = give(site, ada.id);
    expect(recogniseCard(site, card)).toEqual({ kind: 'scanned', cardNumber: CARD_NUMBER, credential });
    expect(recogniseCard(openTestSite({ cardNumberFormat: 'uid_lsb_first' }), card)).toMatchObject({
      cardNumber: '69495546249912580',
    });
  });

  test('is taken in for a user, with the times of that user', () => {
    const site = openTestSite({ hasBackend: true });
    const ada = addUser(site, 'Ada', { accessSchedule: { startsAt: 100, endsAt: 200 } });
    expect(give(site, ada.id)).toMatchObject({
      accessMethod: 'card',
      acsUserId: ada.id,
      cardNumber: CARD_NUMBER,
      cardUid: card.uid,
      cardTechnology: 'ntag215',
      startsAt: 100,
      endsAt: 200,
      isIssued: true,
      issuedAt: site.clock.now(),
    });
    expect(announced(site).at(-1)).toBe('acs_credential.issued');
    expect(waitingForBackend(site).at(-1)).toBe('acs_credential.enrolled');
  });

  test('that this user has already is the same credential again, and nothing is written', () => {
    const site = openTestSite({ hasBackend: true });
    const ada = addUser(site, 'Ada');
    const first = give(site, ada.id);
    const before = contentsOf(site);
    expect(give(site, ada.id)).toEqual(first);
    expect(give(site, ada.id, false)).toEqual(first);
    expect(contentsOf(site)).toEqual(before);
  });

  test('of another user is refused, and nothing is written', () => {
    const site = openTestSite({ hasBackend: true });
    const [ada, grace] = [addUser(site, 'Ada'), addUser(site, 'Grace')];
    give(site, ada.id);
    const before = contentsOf(site);
    expect(give(site, grace.id)).toBe('card_belongs_to_another_user');
    expect(contentsOf(site)).toEqual(before);
  });

  test('that nobody knows is refused where new cards are not taken in', () => {
    const site = openTestSite();
    expect(give(site, addUser(site, 'Ada').id, false)).toBe('card_unknown');
  });

  test('whose number changes is refused', () => {
    const site = openTestSite();
    const phone: Card = { uid: '08A1B2C3', technology: 'iso14443_4' };
    expect(give(site, addUser(site, 'Ada').id, true, phone)).toBe('card_number_changes');
  });

  test('makes a user of an identity only if it is accepted', () => {
    const site = openTestSite();
    const identity = createUserIdentity(site, {
      key: null,
      fullName: 'Ada',
      emailAddress: null,
      phoneNumber: null,
    });
    const beneficiary = { kind: 'user_identity', userIdentityId: identity.id } as const;
    expect(assignScannedCard(site, card, beneficiary, false)).toMatchObject({ reason: 'card_unknown' });
    expect(site.store.users.ofIdentity(identity.id)).toBeNull();
    const outcome = assignScannedCard(site, card, beneficiary, true);
    const user = site.store.users.ofIdentity(identity.id);
    expect(outcome).toMatchObject({
      outcome: 'assigned',
      acsUserId: user?.id,
      credential: { acsUserId: user?.id, userIdentityId: identity.id },
    });
  });

  test('for somebody who is not there is an error, and nothing is written', () => {
    const site = openTestSite();
    const before = contentsOf(site);
    expect(() => give(site, 'none')).toThrow(expect.objectContaining({ type: 'acs_user_not_found' }));
    expect(contentsOf(site)).toEqual(before);
  });
});
