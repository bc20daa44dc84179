import { describe, expect, test } from 'vitest';
import { type Card, uidOfNumber } from '../../../src/model/card.ts';
import type { CardContent, CardRecord, TokenStanding } from '../../../src/model/card-record.ts';
import type { Credential } from '../../../src/model/credential.ts';
import type { StripeFieldName } from '../../../src/model/stripe-layout.ts';
import { tokenOf } from '../../../src/model/stripe-token.ts';
import { wantedRecord } from '../../../src/site/reissue.ts';
import { assignScannedCard, recogniseCard } from '../../../src/site/scanned-card.ts';
import type { Site } from '../../../src/site/site.ts';
import { addCardCredential, contentsWith, issue } from './card-bed.ts';
import { addUser, openTestSite } from './site-bed.ts';

const stripe: Card = { uid: uidOfNumber(5_550_001_234n), technology: 'magnetic_stripe' };
const onStripe = { card: stripe, contents: contentsWith({ kind: 'blank' }, { format: 'magstripe' }) };
const widths = new Map<StripeFieldName, number>([
  ['starts_at', 8],
  ['ends_at', 8],
  ['issue', 2],
  ['entrance', 5],
]);

/** A token of what the site wants on the stripe, but for what is said. */
const tokenWith = (
  site: Site,
  credential: Credential,
  more: Partial<CardRecord> = {},
  standing: TokenStanding = 'authentic',
): CardContent => ({
  kind: 'token',
  token: tokenOf({ ...wantedRecord(site, credential), ...more }, '5550001234', widths),
  standing,
});

const issued = (site: Site) =>
  issue(site, addCardCredential(site, { endsAt: 2_000_000_040_000 }).id, onStripe);

const { preimage: _, ...blank } = contentsWith({ kind: 'blank' }, { format: 'magstripe' });

/** What the site has for the stripe with this on it, and in what the two differ. */
const scan = (site: Site, content: CardContent) => {
  const { credential, differences } = recogniseCard(site, stripe, { ...blank, content });
  return { credential, differences };
};

describe('what is on a magnetic stripe', () => {
  test('is in sync as it was written, to the minute', () => {
    const site = openTestSite();
    const credential = issued(site);
    const found = scan(site, tokenWith(site, credential, { endsAt: 2_000_000_099_999 }));
    expect(found).toEqual({ credential, differences: [] });
  });

  test.each([
    ['the card was replaced or issued again since', { issueCounter: 8 }],
    ['the start', { startsAt: 1_800_000_000_000 }],
    ['the end', { endsAt: null }],
    ['the entrances', { entrances: [3] }],
  ])('differs in: %s', (difference, more) => {
    const site = openTestSite();
    const credential = issued(site);
    const found = scan(site, tokenWith(site, credential, more));
    expect(found).toEqual({ credential, differences: [difference] });
  });

  test('is not believed where it does not verify', () => {
    const site = openTestSite();
    const credential = issued(site);
    const differences = ['the card was altered, or written by another site'];
    expect(scan(site, tokenWith(site, credential, {}, 'other_site'))).toEqual({
      credential,
      differences,
    });
  });

  test('is nobody’s where the site does not know the number', () => {
    const site = openTestSite();
    const content = tokenWith(site, addCardCredential(site));
    expect(scan(site, content)).toEqual({ credential: null, differences: [] });
  });

  test('does not matter where the card is known by its number', () => {
    const site = openTestSite();
    const ada = { kind: 'acs_user', acsUserId: addUser(site, 'Ada').id } as const;
    const outcome = assignScannedCard(site, stripe, ada, true);
    const credential = outcome.outcome === 'assigned' ? outcome.credential : expect.fail(outcome.reason);
    for (const standing of ['authentic', 'other_site'] as const) {
      const content = tokenWith(site, credential, { endsAt: 1 }, standing);
      expect(scan(site, content)).toEqual({ credential, differences: [] });
    }
  });

  test('is missing', () => {
    const site = openTestSite();
    const credential = issued(site);
    expect(scan(site, { kind: 'foreign', description: 'track 2: 12 digits' })).toEqual({
      credential,
      differences: ['the credential is not on the card'],
    });
  });

  test('has no number where that was drawn', () => {
    const site = openTestSite();
    expect(recogniseCard(site, stripe, blank)).toMatchObject({ cardNumber: '5550001234' });
    expect(recogniseCard(site, stripe, { ...blank, isNumberDrawn: true })).toMatchObject({
      cardNumber: null,
    });
  });
});
