import { describe, expect, test } from 'vitest';
import type { CardRecord } from '../../../src/model/card-record.ts';
import { findCredential, updateCredential } from '../../../src/site/credentials.ts';
import { wantedRecord } from '../../../src/site/reissue.ts';
import { recogniseCard, scanCard } from '../../../src/site/scanned-card.ts';
import type { Site } from '../../../src/site/site.ts';
import { ANOTHER_CARD, addCardCredential, CARD, contentsWith, issue } from './card-bed.ts';
import { contentsOf, openTestSite, waitingForBackend } from './site-bed.ts';

const LATER = 4_000_000_000_000;

const issued = (site: Site) => issue(site, addCardCredential(site, { endsAt: LATER }).id);

const findings = (record: CardRecord, standing: 'authentic' | 'altered' = 'authentic') => {
  const { preimage, ...rest } = contentsWith({ kind: 'record', record, standing });
  return rest;
};

describe('a card with other times than this site wrote', () => {
  test.each([
    ['end', { endsAt: LATER + 86_400_000 }],
    ['start', { startsAt: 1_000 }],
  ])('is noted on its credential: the %s', (_which, more) => {
    const site = openTestSite({ hasBackend: true });
    const { id, ...credential } = issued(site);
    const record = { ...wantedRecord(site, findCredential(site, id)), ...more };
    const at = site.clock.now();
    const marked = { id, ...credential, scheduleExternallyModifiedAt: at };
    expect(scanCard(site, CARD, findings(record)).credential).toEqual(marked);
    expect(findCredential(site, id)).toEqual(marked);
    expect(waitingForBackend(site).at(-1)).toBe('acs_credential.updated');
    site.clock.advance(1_000);
    expect(scanCard(site, CARD, findings(record)).credential).toEqual(marked);
    expect(issue(site, id).scheduleExternallyModifiedAt).toBeNull();
  });

  test('is none when the site changed its mind since', () => {
    const site = openTestSite();
    const { id } = issued(site);
    const record = wantedRecord(site, findCredential(site, id));
    updateCredential(site, id, { endsAt: LATER + 86_400_000 });
    const before = contentsOf(site);
    expect(scanCard(site, CARD, findings(record)).differences).toEqual(['the end']);
    expect(contentsOf(site)).toEqual(before);
  });

  test('is none by a record that cannot be believed, of an earlier issue, or on another card', () => {
    const site = openTestSite();
    const { id } = issued(site);
    const other = { ...wantedRecord(site, findCredential(site, id)), endsAt: 5_000 };
    issue(site, id);
    const current = { ...wantedRecord(site, findCredential(site, id)), endsAt: 5_000 };
    const before = contentsOf(site);
    scanCard(site, CARD, findings(other));
    scanCard(site, CARD, findings(current, 'altered'));
    scanCard(site, ANOTHER_CARD, findings(current));
    recogniseCard(site, CARD, findings(current));
    expect(contentsOf(site)).toEqual(before);
  });
});
