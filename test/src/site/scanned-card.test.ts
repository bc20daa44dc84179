import { describe, expect, test } from 'vitest';
import type { CardFindings } from '../../../src/model/attempt.ts';
import type { Card } from '../../../src/model/card.ts';
import type { CardContent } from '../../../src/model/card-record.ts';
import type { Credential } from '../../../src/model/credential.ts';
import { noteWritten } from '../../../src/site/card-writes.ts';
import { deleteCredential } from '../../../src/site/credential-deletion.ts';
import { findCredential, updateCredential } from '../../../src/site/credentials.ts';
import { createEntrance } from '../../../src/site/entrances.ts';
import { createUserIdentity } from '../../../src/site/identities.ts';
import { wantedRecord } from '../../../src/site/reissue.ts';
import { assignScannedCard, recogniseCard } from '../../../src/site/scanned-card.ts';
import type { Site } from '../../../src/site/site.ts';
import {
  ANOTHER_CARD,
  addCardCredential,
  CARD_NUMBER,
  CARD as card,
  contentsWith,
  encode,
  issue,
  strangeRecord,
  writeOf,
} from './card-bed.ts';
import { addUser, announced, contentsOf, lastTold, openTestSite } from './site-bed.ts';

function give(site: Site, acsUserId: string, mayEnrol = true, given = card) {
  const outcome = assignScannedCard(site, given, { kind: 'acs_user', acsUserId }, mayEnrol);
  return outcome.outcome === 'assigned' ? outcome.credential : outcome.reason;
}

const { preimage: _, ...blank } = contentsWith();

describe('a card that was scanned', () => {
  test('is recognised by its number, in the byte order that the site uses', () => {
    const site = openTestSite();
    const ada = addUser(site, 'Ada');
    const unknown = { kind: 'scanned', cardNumber: CARD_NUMBER, findings: blank, differences: [] };
    expect(recogniseCard(site, card, blank)).toEqual({ ...unknown, credential: null });
    const credential = give(site, ada.id);
    expect(recogniseCard(site, card, blank)).toEqual({ ...unknown, credential });
    expect(recogniseCard(openTestSite({ cardNumberFormat: 'uid_lsb_first' }), card, blank)).toMatchObject({
      cardNumber: '69495546249912580',
    });
  });

  test('is taken in for a user, with the times of that user', () => {
    const site = openTestSite({ hasBackend: true });
    const ada = addUser(site, 'Ada', { accessSchedule: { startsAt: 100, endsAt: LATER } });
    expect(give(site, ada.id)).toMatchObject({
      accessMethod: 'card',
      acsUserId: ada.id,
      cardNumber: CARD_NUMBER,
      cardUid: card.uid,
      cardTechnology: 'ntag215',
      startsAt: 100,
      endsAt: LATER,
      isIssued: true,
      issuedAt: site.clock.now(),
    });
    expect(announced(site).at(-1)).toBe('acs_credential.issued');
    expect(lastTold(site)).toMatchObject({
      ...{ kind: 'acs_credential', action: 'created', event: 'acs_credential.issued' },
      fields: {
        cardNumber: { from: null, to: CARD_NUMBER },
        cardUid: { from: null, to: card.uid },
        acsUserId: { from: null, to: ada.id },
        endsAt: { from: null, to: LATER },
      },
    });
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

/** After everything here, in whole seconds. */
const LATER = 4_000_000_000_000;

const findingsWith = (content: CardContent): CardFindings => ({ ...blank, content });

/** What lies on a card that carries the credential as the site wants it. */
const asWanted = (site: Site, credential: Credential): CardContent => ({
  kind: 'record',
  record: wantedRecord(site, credential),
  standing: 'authentic',
});

const scan = (site: Site, content: CardContent, scanned: Card = card) => {
  const { credential, differences } = recogniseCard(site, scanned, findingsWith(content));
  return { credential, differences };
};

describe('what is on a card', () => {
  test('is in sync as it was written', () => {
    const site = openTestSite();
    const pool = createEntrance(site, 'Pool');
    const order = { endsAt: LATER + 500, entranceIds: [pool.id] };
    const credential = issue(site, addCardCredential(site, order).id);
    expect(scan(site, asWanted(site, credential))).toEqual({ credential, differences: [] });
  });

  test('is in sync in place of a lost card, too', () => {
    const site = openTestSite();
    const { id } = issue(site, addCardCredential(site).id);
    const plan = encode(site, id, { card: ANOTHER_CARD, replacesLostCard: true });
    const { image } = writeOf(site, plan);
    noteWritten(site, writeOf(site, plan).id, 'order', false);
    if (image.kind !== 'record') throw new Error('a card is erased');
    const content: CardContent = { kind: 'record', record: image.record, standing: 'authentic' };
    expect(scan(site, content, ANOTHER_CARD)).toEqual({
      credential: findCredential(site, id),
      differences: [],
    });
  });

  test.each([
    ['the card was replaced or issued again since', { issueCounter: 0 }],
    ['the card was issued again elsewhere', { issueCounter: 7 }],
    ['the start', { startsAt: 1_000 }],
    ['the end', { endsAt: null }],
    ['the entrances', { entrances: [1, 2] }],
  ])('differs in: %s', (difference, more) => {
    const site = openTestSite();
    const credential = issue(site, addCardCredential(site, { endsAt: LATER }).id);
    const record = { ...wantedRecord(site, credential), ...more };
    const found = scan(site, { kind: 'record', record, standing: 'authentic' });
    expect(found).toEqual({ credential, differences: [difference] });
  });

  test.each([
    ['what is on the card was altered', 'altered'],
    ['what is on the card was copied from another card', 'copied'],
    ['the card was written by another site', 'other_site'],
  ] as const)('is not believed: %s', (difference, standing) => {
    const site = openTestSite();
    const credential = issue(site, addCardCredential(site).id);
    const other = issue(site, addCardCredential(site).id, { card: ANOTHER_CARD });
    const record = wantedRecord(site, other);
    const found = scan(site, { kind: 'record', record, standing });
    expect(found).toEqual({ credential, differences: [difference] });
    const unknown = { uid: '04000000000001', technology: 'ntag215' } as const;
    expect(scan(site, { kind: 'record', record, standing }, unknown)).toEqual({
      credential: null,
      differences: [],
    });
  });

  test.each([
    ['the card was lifted while it was written', { kind: 'incomplete' }],
    ['the credential is not on the card', { kind: 'blank' }],
    ['the credential is not on the card', { kind: 'foreign', description: 'a link' }],
    ['the credential is not on the card', { kind: 'locked', description: 'keys of another site' }],
  ] as const)('is missing: %s (%o)', (difference, content) => {
    const site = openTestSite();
    const credential = issue(site, addCardCredential(site).id);
    expect(scan(site, content)).toEqual({ credential, differences: [difference] });
  });

  test('is a credential that another card has by now', () => {
    const site = openTestSite();
    const { id } = addCardCredential(site);
    const onLostCard = asWanted(site, issue(site, id));
    const credential = issue(site, id, { card: ANOTHER_CARD, replacesLostCard: true });
    const differences = ['another card carries the credential now, or none'];
    expect(scan(site, onLostCard)).toEqual({ credential, differences });
    expect(scan(site, asWanted(site, credential), ANOTHER_CARD).differences).toEqual([]);
  });

  test('is a credential whose card was given to another guest', () => {
    const site = openTestSite();
    const first = addCardCredential(site);
    const onCard = asWanted(site, issue(site, first.id));
    issue(site, addCardCredential(site).id, { mayOverwrite: true });
    expect(scan(site, onCard)).toEqual({
      credential: findCredential(site, first.id),
      differences: ['another card carries the credential now, or none'],
    });
  });

  test('is no credential once that is deleted, though all else on the card is as for the one that it should carry', () => {
    const site = openTestSite();
    const deleted = addCardCredential(site);
    const onCard = asWanted(site, issue(site, deleted.id));
    deleteCredential(site, deleted.id);
    expect(scan(site, onCard)).toEqual({ credential: null, differences: [] });
    const credential = issue(site, addCardCredential(site).id);
    expect(scan(site, onCard)).toEqual({
      credential,
      differences: ['the credential is not on the card'],
    });
  });

  test('does not matter where the card is known by its number', () => {
    const site = openTestSite();
    const former = addCardCredential(site);
    const onCard = asWanted(site, issue(site, former.id));
    deleteCredential(site, former.id);
    const credential = give(site, addUser(site, 'Grace').id);
    const record = strangeRecord();
    const contents: readonly CardContent[] = [
      { kind: 'blank' },
      { kind: 'incomplete' },
      { kind: 'locked', description: 'keys of another site' },
      { kind: 'record', record, standing: 'altered' },
      { kind: 'record', record, standing: 'other_site' },
      onCard,
    ];
    for (const content of contents) expect(scan(site, content)).toEqual({ credential, differences: [] });
  });

  test('is older than the site, once the credential was changed', () => {
    const site = openTestSite();
    const { id } = issue(site, addCardCredential(site).id);
    const onCard = asWanted(site, findCredential(site, id));
    const credential = updateCredential(site, id, { endsAt: site.clock.now() + 1_000 });
    expect(scan(site, onCard)).toEqual({ credential, differences: ['the end'] });
  });

  test('changes nothing when it is looked at', () => {
    const site = openTestSite({ hasBackend: true });
    issue(site, addCardCredential(site).id);
    const before = contentsOf(site);
    scan(site, { kind: 'incomplete' });
    expect(contentsOf(site)).toEqual(before);
  });
});
