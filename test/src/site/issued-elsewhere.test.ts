import { describe, expect, test } from 'vitest';
import type { CardFormat } from '../../../src/model/card-format.ts';
import type { CardRecord } from '../../../src/model/card-record.ts';
import { planMending } from '../../../src/site/card-plans.ts';
import { findCredential, updateCredential } from '../../../src/site/credentials.ts';
import { refreshReissue, wantedRecord } from '../../../src/site/reissue.ts';
import { scanCard } from '../../../src/site/scanned-card.ts';
import type { Site } from '../../../src/site/site.ts';
import {
  addCardCredential,
  CARD,
  CARD_NUMBER,
  contentsWith,
  encode,
  erase,
  issue,
  writeOf,
} from './card-bed.ts';
import { contentsOf, openTestSite } from './site-bed.ts';

const HOUR_MS = 3_600_000;
const LATER = 4_000_000_000_000;

/** Makes of a credential what the backend tells of it: another desk of the site issued it on the card. */
function issuedElsewhere(site: Site, id: string, issueCounter: number, cardFormat: CardFormat = 'ntag') {
  const before = findCredential(site, id);
  const recordOnCard: CardRecord = { ...wantedRecord(site, before), issueCounter };
  const at = site.clock.now();
  site.store.credentials.update({
    ...{ ...before, issueCounter, cardFormat, recordOnCard, isIssued: true, issuedAt: at },
    ...{ cardNumber: CARD_NUMBER, cardUid: CARD.uid, cardTechnology: CARD.technology },
  });
  return refreshReissue(site, findCredential(site, id));
}

function scan(site: Site, record: CardRecord) {
  const { preimage, ...findings } = contentsWith({ kind: 'record', record, standing: 'authentic' });
  return scanCard(site, CARD, findings);
}

describe('a card that another desk of the site issued', () => {
  test.each(['ntag', 'mifare_desfire', 'magstripe'] as const)(
    'must be issued again after a change, and need not once that is taken back (%s)',
    (format) => {
      const site = openTestSite();
      const { id } = addCardCredential(site, { endsAt: LATER });
      expect(issuedElsewhere(site, id, 3, format).needsReissue).toBe(false);
      expect(updateCredential(site, id, { endsAt: LATER + HOUR_MS }).needsReissue).toBe(true);
      expect(updateCredential(site, id, { endsAt: LATER }).needsReissue).toBe(false);
    },
  );

  test('says what it should, and was written by nobody else', () => {
    const site = openTestSite();
    const { id } = issue(site, addCardCredential(site, { endsAt: LATER }).id);
    const { recordOnCard } = issuedElsewhere(site, id, 3);
    if (recordOnCard === null) return expect.fail('nobody knows what is on the card');
    const before = contentsOf(site);
    expect(scan(site, recordOnCard).differences).toEqual([]);
    expect(contentsOf(site)).toEqual(before);
  });

  test('has its schedule modified when it says other times than that desk wrote', () => {
    const site = openTestSite();
    const { id } = issue(site, addCardCredential(site, { endsAt: LATER }).id);
    const { recordOnCard } = issuedElsewhere(site, id, 3);
    if (recordOnCard === null) return expect.fail('nobody knows what is on the card');
    const { credential, differences } = scan(site, { ...recordOnCard, endsAt: LATER + HOUR_MS });
    expect(credential?.scheduleExternallyModifiedAt).toBe(site.clock.now());
    expect(differences).toEqual(['the end']);
  });

  test('was issued again since where it has an earlier issue, with whatever times', () => {
    const site = openTestSite();
    const { id, recordOnCard } = issue(site, addCardCredential(site, { endsAt: LATER }).id);
    if (recordOnCard === null) return expect.fail('nobody knows what is on the card');
    issuedElsewhere(site, id, 3);
    const before = contentsOf(site);
    for (const issueCounter of [1, 2]) {
      expect(scan(site, { ...recordOnCard, issueCounter, endsAt: 5_000 }).differences).toEqual([
        ...['the card was replaced or issued again since', 'the end'],
      ]);
    }
    expect(contentsOf(site)).toEqual(before);
  });

  test('is no stranger’s work where that desk has a write of it that did not end', () => {
    const site = openTestSite();
    const { id } = issue(site, addCardCredential(site, { endsAt: LATER }).id);
    const { recordOnCard, ...credential } = issuedElsewhere(site, id, 3);
    if (recordOnCard === null) return expect.fail('nobody knows what is on the card');
    const torn = { ...recordOnCard, issueCounter: 4, endsAt: LATER + HOUR_MS };
    site.store.credentials.update({ ...credential, recordOnCard, issueCounter: 4, unfinishedWriteAt: 7 });
    const before = contentsOf(site);
    expect(scan(site, torn).differences).toEqual(['the end']);
    expect(contentsOf(site)).toEqual(before);
    site.store.credentials.update({ ...credential, recordOnCard, issueCounter: 4, unfinishedWriteAt: null });
    expect(scan(site, torn).credential?.scheduleExternallyModifiedAt).toBe(site.clock.now());
  });

  test.each(['mended', 'written', 'erased'] as const)(
    'is not made again what it was before this desk tore it, when it is %s here',
    (ask) => {
      const site = openTestSite();
      const { id } = addCardCredential(site, { endsAt: LATER });
      const torn = writeOf(site, encode(site, id));
      issuedElsewhere(site, id, 2);
      const contents = contentsWith(undefined, { preimage: Buffer.from('by the other desk') });
      if (ask === 'mended') expect(planMending(site, CARD)).toBeNull();
      else {
        const plan =
          ask === 'written' ? encode(site, id, { contents }) : erase(site, { contents, mayOverwrite: true });
        const { replacedId, preimage } = writeOf(site, plan);
        expect([replacedId, Buffer.from(preimage ?? []).toString()]).toEqual([null, 'by the other desk']);
      }
      expect(site.store.cardWrites.get(torn.id)?.outcome).toBe('superseded');
    },
  );

  test('of the same issue or an earlier one leaves a torn card to be mended', () => {
    const site = openTestSite();
    const { id } = issue(site, addCardCredential(site).id);
    const torn = writeOf(site, encode(site, id));
    expect(planMending(site, CARD)).toMatchObject({ writeId: torn.id });
    issuedElsewhere(site, id, 2);
    expect(planMending(site, CARD)).toMatchObject({ writeId: torn.id });
  });

  test('stays as it is known while a write of it is open here', () => {
    const site = openTestSite();
    const { id } = addCardCredential(site, { endsAt: LATER });
    issuedElsewhere(site, id, 3);
    encode(site, id);
    expect(updateCredential(site, id, { endsAt: LATER + HOUR_MS }).needsReissue).toBe(false);
  });
});
