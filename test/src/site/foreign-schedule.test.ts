import { describe, expect, test } from 'vitest';
import type { CardRecord } from '../../../src/model/card-record.ts';
import { noteWritten } from '../../../src/site/card-writes.ts';
import { findCredential, updateCredential } from '../../../src/site/credentials.ts';
import { wantedRecord } from '../../../src/site/reissue.ts';
import { NOT_ITS_CARD, recogniseCard, scanCard } from '../../../src/site/scanned-card.ts';
import type { Site } from '../../../src/site/site.ts';
import {
  ANOTHER_CARD,
  addCardCredential,
  CARD,
  contentsWith,
  encode,
  issue,
  recordOfPlan,
  writeOf,
} from './card-bed.ts';
import { contentsOf, lastTold, openTestSite } from './site-bed.ts';

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
    expect(lastTold(site)).toMatchObject({
      ...{ kind: 'acs_credential', id, action: 'updated', event: null },
      fields: { scheduleExternallyModifiedAt: { from: null, to: at } },
    });
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

describe('a card with a greater issue than any of this site', () => {
  const foreign = (site: Site, id: string, more: Partial<CardRecord> = {}) =>
    findings({ ...wantedRecord(site, findCredential(site, id)), issueCounter: 7, ...more });

  test('was issued again elsewhere: it must be issued again here, and that outranks it', () => {
    const site = openTestSite({ hasBackend: true });
    const { id, ...card } = issued(site);
    const found = foreign(site, id);
    const at = site.clock.now();
    const noted = { ...card, id, issueCounter: 7, needsReissue: true, reissueNeededAt: at };
    for (const _ of ['first', 'again']) {
      expect(scanCard(site, CARD, found)).toMatchObject({
        credential: noted,
        differences: ['the card was issued again elsewhere'],
      });
      site.clock.advance(1_000);
    }
    expect(findCredential(site, id)).toEqual(noted);
    expect(lastTold(site)).toMatchObject({
      ...{ kind: 'acs_credential', id, action: 'updated', event: null },
      fields: { issueCounter: { from: 1, to: 7 }, hasLostCards: { from: false, to: false } },
    });
    expect(issue(site, id)).toMatchObject({ issueCounter: 8, needsReissue: false });
    expect(scanCard(site, CARD, found).differences).toEqual(['the card was replaced or issued again since']);
  });

  test('is outranked also when nobody scanned it before it is written', () => {
    const site = openTestSite();
    const { id } = issued(site);
    const { content } = foreign(site, id);
    expect(recordOfPlan(site, encode(site, id, { contents: contentsWith(content) })).issueCounter).toBe(8);
    const stranger = addCardCredential(site);
    const other = encode(site, stranger.id, { contents: contentsWith(content), mayOverwrite: true });
    expect(recordOfPlan(site, other).issueCounter).toBe(1);
  });

  test('with other times had its schedule modified', () => {
    const site = openTestSite();
    const { id } = issued(site);
    const found = foreign(site, id, { endsAt: LATER + 86_400_000 });
    const { credential, differences } = scanCard(site, CARD, found);
    expect(differences).toEqual(['the card was issued again elsewhere', 'the end']);
    expect(credential).toMatchObject({
      ...{ needsReissue: true, scheduleExternallyModifiedAt: site.clock.now(), endsAt: LATER },
    });
  });

  test('that is not the credential’s own: its next issue outranks that', () => {
    const site = openTestSite();
    const { id } = issued(site);
    expect(scanCard(site, ANOTHER_CARD, foreign(site, id, { endsAt: null }))).toMatchObject({
      credential: { issueCounter: 7, needsReissue: true, scheduleExternallyModifiedAt: null },
      differences: [NOT_ITS_CARD],
    });
    expect(recordOfPlan(site, encode(site, id))).toMatchObject({ issueCounter: 8, replacesLostCard: true });
  });

  test('changes no number while a write of the credential is open, nor if it cannot be believed or leaves none', () => {
    const site = openTestSite();
    const { id } = issued(site);
    const write = writeOf(site, encode(site, id));
    const before = contentsOf(site);
    const found = foreign(site, id);
    expect(scanCard(site, CARD, found).differences).toEqual(['the card was issued again elsewhere']);
    expect(contentsOf(site)).toEqual(before);
    noteWritten(site, write.id, 'order', false);
    const written = contentsOf(site);
    scanCard(site, CARD, foreign(site, id, { issueCounter: 0xffff_ffff }));
    const { content } = found;
    if (content.kind !== 'record') return expect.fail('there is no record');
    scanCard(site, CARD, findings(content.record, 'altered'));
    expect(contentsOf(site)).toEqual(written);
    scanCard(site, CARD, found);
    expect(findCredential(site, id).issueCounter).toBe(7);
  });

  test('is none where the greater issue is a torn write of this site', () => {
    const site = openTestSite();
    const { id } = issued(site);
    const plan = encode(site, id);
    const record = recordOfPlan(site, plan);
    expect(scanCard(site, CARD, findings(record)).differences).toEqual([]);
    noteWritten(site, writeOf(site, plan).id, 'roll_back', true);
    expect(scanCard(site, CARD, findings(record)).differences).toEqual([]);
  });
});
