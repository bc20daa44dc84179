import { describe, expect, test } from 'vitest';
import { planMending } from '../../../src/site/card-plans.ts';
import { endUnwritten, noteWritten } from '../../../src/site/card-writes.ts';
import { deleteCredential } from '../../../src/site/credential-deletion.ts';
import { findCredential, updateCredential } from '../../../src/site/credentials.ts';
import type { Site } from '../../../src/site/site.ts';
import {
  ANOTHER_CARD,
  ANOTHER_CARD_NUMBER,
  addCardCredential,
  CARD,
  CARD_NUMBER,
  contentsWith,
  encode,
  erase,
  issue,
  recordOfPlan,
  writeOf,
} from './card-bed.ts';
import { announced, contentsOf, inBrief, lastTold, openTestSite, waitingForBackend } from './site-bed.ts';

const HOUR_MS = 3_600_000;

const outcomeOf = (site: Site, writeId: string) => site.store.cardWrites.get(writeId)?.outcome;

const incomplete = contentsWith({ kind: 'incomplete' }, { preimage: Buffer.from('torn') });

describe('a write that was read back', () => {
  test('issues the credential, and the next one on that card issues it again', () => {
    const site = openTestSite({ hasBackend: true });
    const { id } = addCardCredential(site);
    const plan = encode(site, id);
    const outcome = noteWritten(site, writeOf(site, plan).id, 'order', false);
    expect(outcome).toEqual({ outcome: 'issued', credential: findCredential(site, id) });
    expect(findCredential(site, id)).toMatchObject({
      isIssued: true,
      issuedAt: site.clock.now(),
      cardNumber: CARD_NUMBER,
      cardUid: CARD.uid,
      cardTechnology: 'ntag215',
      cardFormat: 'ntag',
      needsReissue: false,
      issueCounter: 1,
    });
    expect(announced(site).at(-1)).toBe('acs_credential.issued');
    expect(lastTold(site)).toMatchObject({
      ...{ kind: 'acs_credential', id, action: 'updated', event: 'acs_credential.issued', sets: {} },
      fields: {
        isIssued: { from: false, to: true },
        cardUid: { from: null, to: CARD.uid },
        cardFormat: { from: null, to: 'ntag' },
        issueCounter: { to: 1 },
        recordOnCard: { from: null, to: recordOfPlan(site, plan) },
      },
    });
    expect(site.store.cardWrites.get(writeOf(site, plan).id)).toMatchObject({
      outcome: 'written',
      preimage: null,
      endedAt: site.clock.now(),
    });
    site.clock.advance(HOUR_MS);
    expect(issue(site, id)).toMatchObject({ issuedAt: site.clock.now(), issueCounter: 2 });
    expect(announced(site).slice(-2)).toEqual(['acs_credential.issued', 'acs_credential.reissued']);
    expect(lastTold(site)).toMatchObject({
      ...{ kind: 'acs_credential', id, action: 'updated', event: 'acs_credential.reissued' },
      fields: {
        issueCounter: { to: 2 },
        recordOnCard: { from: { issueCounter: 1 }, to: { issueCounter: 2 } },
      },
    });
  });

  test('takes the card from the credential that it carried, and not a moment before', () => {
    const site = openTestSite({ hasBackend: true });
    const occupant = issue(site, addCardCredential(site).id);
    const guest = addCardCredential(site);
    const plan = encode(site, guest.id, { mayOverwrite: true });
    expect(findCredential(site, occupant.id)).toEqual(occupant);
    noteWritten(site, writeOf(site, plan).id, 'order', false);
    expect(findCredential(site, occupant.id)).toEqual({
      ...occupant,
      ...{ cardNumber: null, cardUid: null, cardTechnology: null, cardFormat: null },
      ...{ recordOnCard: null, isIssued: false, issuedAt: null, needsReissue: false },
    });
    expect(findCredential(site, guest.id)).toMatchObject({ cardUid: CARD.uid, isIssued: true });
    expect(announced(site).slice(-2)).toEqual(['acs_credential.invalidated', 'acs_credential.issued']);
    const told = waitingForBackend(site).slice(-2);
    expect(told.map(inBrief)).toEqual([
      { kind: 'acs_credential', id: occupant.id, action: 'updated', event: 'acs_credential.invalidated' },
      { kind: 'acs_credential', id: guest.id, action: 'updated', event: 'acs_credential.issued' },
    ]);
    expect(told[0]?.fields).toMatchObject({
      cardUid: { from: CARD.uid, to: null },
      isIssued: { from: true, to: false },
      recordOnCard: { from: occupant.recordOnCard, to: null },
    });
  });

  test('moves the credential from a card that was lost, and tells every lock so', () => {
    const site = openTestSite();
    const { id } = issue(site, addCardCredential(site).id);
    const plan = encode(site, id, { card: ANOTHER_CARD, replacesLostCard: true });
    expect(recordOfPlan(site, plan)).toMatchObject({ replacesLostCard: true, issueCounter: 2 });
    expect(findCredential(site, id).cardUid).toBe(CARD.uid);
    noteWritten(site, writeOf(site, plan).id, 'order', false);
    expect(findCredential(site, id)).toMatchObject({
      cardUid: ANOTHER_CARD.uid,
      cardNumber: ANOTHER_CARD_NUMBER,
    });
    expect(announced(site).at(-1)).toBe('acs_credential.reissued');
    expect(encode(site, addCardCredential(site).id).outcome).toBe('planned');
  });

  test('replaces no card where it goes on the same one, whatever was said', () => {
    const site = openTestSite();
    const { id } = issue(site, addCardCredential(site).id);
    expect(recordOfPlan(site, encode(site, id, { replacesLostCard: true })).replacesLostCard).toBe(false);
  });

  test('says so when the credential was changed meanwhile, and the next write settles that', () => {
    const site = openTestSite();
    const { id } = addCardCredential(site);
    const plan = encode(site, id);
    updateCredential(site, id, { endsAt: site.clock.now() + HOUR_MS });
    noteWritten(site, writeOf(site, plan).id, 'order', false);
    expect(findCredential(site, id)).toMatchObject({ isIssued: true, needsReissue: true });
    expect(issue(site, id)).toMatchObject({ needsReissue: false });
  });

  test.each([
    ['credential_deleted', (site: Site, id: string) => deleteCredential(site, id)],
    ['written_elsewhere', (site: Site, id: string) => encode(site, id, { card: ANOTHER_CARD })],
  ] as const)('issues nothing that nobody wants any more (%s); it is to be taken back', (_, happens) => {
    const site = openTestSite({ hasBackend: true });
    const occupant = issue(site, addCardCredential(site).id);
    const { id } = addCardCredential(site);
    const plan = encode(site, id, { mayOverwrite: true });
    happens(site, id);
    const before = contentsOf(site);
    const { id: writeId } = writeOf(site, plan);
    expect(noteWritten(site, writeId, 'order', false)).toEqual({ outcome: 'unwanted' });
    expect(contentsOf(site)).toEqual(before);
    expect(planMending(site, CARD)).toEqual({ ...plan, purpose: 'roll_back' });
    expect(noteWritten(site, writeId, 'roll_back', false)).toEqual({ outcome: 'rolled_back' });
    expect(outcomeOf(site, writeId)).toBe('rolled_back');
    expect(findCredential(site, occupant.id)).toEqual(occupant);
    expect(planMending(site, CARD)).toBeNull();
  });

  test('makes the card blank, and the credential that it carried is on none', () => {
    const site = openTestSite();
    const { id } = issue(site, addCardCredential(site).id);
    const plan = erase(site, { mayOverwrite: true });
    expect(findCredential(site, id).isIssued).toBe(true);
    expect(noteWritten(site, writeOf(site, plan).id, 'order', false)).toEqual({
      outcome: 'erased',
      cardNumber: CARD_NUMBER,
    });
    expect(findCredential(site, id)).toMatchObject({ isIssued: false, cardUid: null, cardNumber: null });
    expect(announced(site).at(-1)).toBe('acs_credential.invalidated');
    expect(issue(site, id)).toMatchObject({ isIssued: true, issueCounter: 2 });
  });

  test('is all there or not at all', () => {
    const site = openTestSite({}, undefined, (store) => ({
      ...store,
      credentials: {
        ...store.credentials,
        update: (credential) => {
          store.credentials.update(credential);
          if (credential.isIssued) throw new Error('database or disk is full');
        },
      },
    }));
    const plan = encode(site, addCardCredential(site).id);
    const before = contentsOf(site);
    expect(() => noteWritten(site, writeOf(site, plan).id, 'order', false)).toThrow('full');
    expect(contentsOf(site)).toEqual(before);
    expect(outcomeOf(site, writeOf(site, plan).id)).toBeNull();
  });
});

describe('how a write ended', () => {
  test.each([
    ['in one go', 'order', false, 'written'],
    ['after the card was lifted', 'order', true, 'repaired'],
    ['by another attempt', 'finish', false, 'repaired'],
    ['by another attempt, after the card was lifted again', 'finish', true, 'repaired'],
    ['as it was before', 'roll_back', false, 'rolled_back'],
    ['as it was before, after the card was lifted again', 'roll_back', true, 'rolled_back'],
  ] as const)(
    '%s is in the journal, of a credential and of nothing',
    (_, purpose, wasInterrupted, outcome) => {
      const site = openTestSite();
      for (const plan of [encode(site, addCardCredential(site).id), erase(site, { card: ANOTHER_CARD })]) {
        const { id } = writeOf(site, plan);
        noteWritten(site, id, purpose, wasInterrupted);
        expect(outcomeOf(site, id)).toBe(outcome);
      }
    },
  );

  test('not_begun leaves the credential as it was', () => {
    const site = openTestSite();
    const issued = issue(site, addCardCredential(site).id);
    const plan = encode(site, issued.id);
    const { id } = writeOf(site, plan);
    endUnwritten(site, id);
    expect(site.store.cardWrites.get(id)).toMatchObject({ outcome: 'not_begun', preimage: null });
    expect(findCredential(site, issued.id)).toEqual(issued);
    expect(planMending(site, CARD)).toBeNull();
  });

  test('not_begun takes back no number that another card came after', () => {
    const site = openTestSite();
    const { id } = addCardCredential(site);
    const first = writeOf(site, encode(site, id));
    encode(site, id, { card: ANOTHER_CARD });
    endUnwritten(site, first.id);
    expect(findCredential(site, id).issueCounter).toBe(2);
  });

  test('not_begun leaves the card as torn as it was, and as much to be repaired', () => {
    const site = openTestSite();
    const first = writeOf(site, encode(site, addCardCredential(site).id));
    const second = writeOf(site, encode(site, addCardCredential(site).id, { contents: incomplete }));
    endUnwritten(site, second.id);
    expect(site.store.cardWrites.get(first.id)).toEqual(first);
    expect(planMending(site, CARD)).toEqual({ outcome: 'planned', writeId: first.id, purpose: 'finish' });
    const third = writeOf(site, erase(site, { contents: incomplete }));
    endUnwritten(site, third.id);
    expect(planMending(site, CARD)).toMatchObject({ writeId: first.id });
  });

  test('not_begun gives its number back only while it is the last one', () => {
    const site = openTestSite();
    const { id } = issue(site, addCardCredential(site).id);
    const first = writeOf(site, encode(site, id));
    encode(site, id, { card: ANOTHER_CARD, replacesLostCard: true });
    endUnwritten(site, first.id);
    expect(findCredential(site, id).issueCounter).toBe(3);
  });

  test('not_begun opens the write again that it took the place of, with what was on the card before that', () => {
    const site = openTestSite();
    const first = writeOf(site, encode(site, addCardCredential(site).id));
    const second = writeOf(site, encode(site, addCardCredential(site).id, { contents: incomplete }));
    const third = writeOf(site, erase(site, { contents: incomplete }));
    expect([first, second, third].map(({ id }) => outcomeOf(site, id))).toEqual([
      ...['superseded', 'superseded', null],
    ]);
    endUnwritten(site, third.id);
    expect(planMending(site, CARD)).toMatchObject({ writeId: second.id, purpose: 'finish' });
    expect(Buffer.from(site.store.cardWrites.get(second.id)?.preimage ?? []).toString()).toBe('as it was');
    endUnwritten(site, second.id);
    expect(planMending(site, CARD)).toMatchObject({ writeId: first.id, purpose: 'finish' });
    endUnwritten(site, first.id);
    expect(planMending(site, CARD)).toBeNull();
  });

  test('stays as it is, though an encoder says later what it did there', () => {
    const site = openTestSite();
    const { id } = addCardCredential(site);
    const first = writeOf(site, encode(site, id));
    const guest = addCardCredential(site);
    encode(site, guest.id, { contents: incomplete });
    const before = contentsOf(site);
    expect(noteWritten(site, first.id, 'order', false)).toEqual({ outcome: 'ended_elsewhere' });
    expect(noteWritten(site, first.id, 'roll_back', false)).toEqual({ outcome: 'ended_elsewhere' });
    endUnwritten(site, first.id);
    expect(contentsOf(site)).toEqual(before);
    expect(outcomeOf(site, first.id)).toBe('superseded');
  });

  test('of a write that there is none of is a bug', () => {
    const site = openTestSite();
    expect(() => noteWritten(site, 'none', 'order', false)).toThrow('no write none');
    expect(() => endUnwritten(site, 'none')).toThrow('no write none');
  });
});
