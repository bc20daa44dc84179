import { describe, expect, test } from 'vitest';
import type { Card } from '../../../src/model/card.ts';
import { findCredential, unassignCredential } from '../../../src/site/credentials.ts';
import { assignScannedCard, recogniseCard } from '../../../src/site/scanned-card.ts';
import type { Site } from '../../../src/site/site.ts';
import { ANOTHER_CARD, addCardCredential, CARD, CARD_NUMBER, contentsWith, issue } from './card-bed.ts';
import { addUser, announced, contentsOf, lastTold, openTestSite } from './site-bed.ts';

const { preimage: _, ...blank } = contentsWith();

const give = (site: Site, acsUserId: string, card: Card = CARD) => {
  const outcome = assignScannedCard(site, card, { kind: 'acs_user', acsUserId }, false);
  return outcome.outcome === 'assigned' ? outcome.credential : outcome.reason;
};

const seen = (site: Site, card: Card = CARD) => recogniseCard(site, card, blank).credential;

describe('a card that was registered by its number', () => {
  test('is known when it is seen, and a scan alone issues nothing', () => {
    const site = openTestSite();
    const registered = addCardCredential(site, { code: CARD_NUMBER });
    const before = contentsOf(site);
    expect(recogniseCard(site, CARD, blank)).toMatchObject({ credential: registered, differences: [] });
    expect(contentsOf(site)).toEqual(before);
  });

  test.each([
    ['with the zeros that are printed on it', { uid: '00000ABC', technology: 'proximity' }, '0000002748'],
    ['by a uid that is digits', { uid: '12345678', technology: 'uid_only' }, '12345678'],
    ['by a magnetic stripe’s number', { uid: '014AE08C12', technology: 'magnetic_stripe' }, '5551197202'],
  ] as const)('is known %s', (_how, card, code) => {
    const site = openTestSite();
    const registered = addCardCredential(site, { code });
    expect(seen(site, card)).toEqual(registered);
    expect(seen(site, ANOTHER_CARD)).toBeNull();
  });

  test('is given to its user by a scan, which is its issue', () => {
    const site = openTestSite({ hasBackend: true });
    const registered = addCardCredential(site, { code: CARD_NUMBER });
    const given = give(site, registered.acsUserId ?? '');
    expect(given).toEqual({
      ...registered,
      cardNumber: CARD_NUMBER,
      cardUid: CARD.uid,
      cardTechnology: CARD.technology,
      isIssued: true,
      issuedAt: site.clock.now(),
    });
    expect(findCredential(site, registered.id)).toEqual(given);
    expect(announced(site).at(-1)).toBe('acs_credential.issued');
    expect(lastTold(site)).toMatchObject({
      ...{ kind: 'acs_credential', id: registered.id, action: 'updated', event: 'acs_credential.issued' },
      fields: {
        cardUid: { from: null, to: CARD.uid },
        cardNumber: { from: null, to: CARD_NUMBER },
        isIssued: { from: false, to: true },
        recordOnCard: { from: null, to: null },
      },
    });
    const before = contentsOf(site);
    expect(give(site, registered.acsUserId ?? '')).toEqual(given);
    expect(contentsOf(site)).toEqual(before);
  });

  test('is given to anybody while it is nobody’s, and never taken from its user', () => {
    const site = openTestSite();
    const registered = addCardCredential(site, { code: CARD_NUMBER });
    const grace = addUser(site, 'Grace');
    const before = contentsOf(site);
    expect(give(site, grace.id)).toBe('card_belongs_to_another_user');
    expect(contentsOf(site)).toEqual(before);
    unassignCredential(site, registered.id, registered.acsUserId ?? '');
    expect(give(site, grace.id)).toMatchObject({ id: registered.id, acsUserId: grace.id, isIssued: true });
  });

  test('is not this one when that carries another credential, and stays to be seen', () => {
    const site = openTestSite();
    const registered = addCardCredential(site, { code: CARD_NUMBER });
    const other = issue(site, addCardCredential(site).id);
    expect(findCredential(site, registered.id)).toEqual(registered);
    expect(announced(site)).not.toContain('acs_credential.invalidated');
    expect(seen(site)).toEqual(other);
  });

  test('may be written like any other', () => {
    const site = openTestSite();
    const { id } = addCardCredential(site, { code: CARD_NUMBER });
    expect(issue(site, id)).toMatchObject({ cardNumber: CARD_NUMBER, cardFormat: 'ntag', isIssued: true });
    const { id: elsewhere } = addCardCredential(site, { code: '77' });
    expect(issue(site, elsewhere, { card: ANOTHER_CARD })).toMatchObject({ code: '77', isIssued: true });
    expect(seen(site, { uid: '0000004D', technology: 'proximity' })).toBeNull();
  });

  test('is no PIN with the same digits', () => {
    const site = openTestSite();
    addCardCredential(site, { accessMethod: 'code', code: CARD_NUMBER });
    expect(seen(site)).toBeNull();
  });

  test('cannot be given while it is being deleted', () => {
    const site = openTestSite();
    const registered = addCardCredential(site, { code: CARD_NUMBER });
    site.store.credentials.update({ ...registered, deletionAskedAt: 1 });
    expect(give(site, registered.acsUserId ?? '')).toBe('credential_deleted');
  });
});
