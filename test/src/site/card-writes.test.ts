import { describe, expect, test } from 'vitest';
import { endUnwritten, noteWritten, planMending } from '../../../src/site/card-writes.ts';
import { deleteCredential, findCredential, updateCredential } from '../../../src/site/credentials.ts';
import { createEntrance } from '../../../src/site/entrances.ts';
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
  strangeRecord,
  writeOf,
} from './card-bed.ts';
import { announced, contentsOf, openTestSite, temporaryFolder, waitingForBackend } from './site-bed.ts';

const HOUR_MS = 3_600_000;

const outcomeOf = (site: Site, writeId: string) => site.store.cardWrites.get(writeId)?.outcome;

const incomplete = contentsWith({ kind: 'incomplete' }, { preimage: Buffer.from('torn') });

describe('what is to be written', () => {
  test('is on the disk, with what was on the card, before it is', () => {
    const folder = temporaryFolder();
    const site = openTestSite({}, folder);
    const doors = ['Gate', 'Pool', 'Room 1'].map((name) => createEntrance(site, name));
    const { id } = addCardCredential(site, {
      startsAt: 1_500,
      endsAt: 4_000_000_000_999,
      entranceIds: [doors[2]?.id ?? '', doors[0]?.id ?? ''],
    });
    const plan = encode(site, id);
    expect(plan).toMatchObject({ outcome: 'planned', purpose: 'order' });
    const write = writeOf(openTestSite({}, folder), plan);
    expect(write).toMatchObject({
      card: CARD,
      credentialId: id,
      outcome: null,
      startedAt: site.clock.now(),
      endedAt: null,
      image: {
        kind: 'record',
        format: 'ntag',
        record: {
          siteId: site.identity.acsSystemId,
          credentialId: id,
          issueCounter: 1,
          startsAt: 1_000,
          endsAt: 4_000_000_000_000,
          entrances: [1, 3],
          replacesLostCard: false,
        },
      },
    });
    expect(Buffer.from(write.preimage ?? []).toString()).toBe('as it was');
    expect(findCredential(site, id)).toMatchObject({ isIssued: false, cardUid: null, issueCounter: 1 });
    expect(announced(site)).not.toContain('acs_credential.issued');
  });

  test('has a counter that no other card can have, whatever becomes of it', () => {
    const site = openTestSite();
    const { id } = addCardCredential(site);
    const endings = [
      (writeId: string) => endUnwritten(site, writeId, 'given_up'),
      () => {},
      (writeId: string) => noteWritten(site, writeId, 'order', false),
      (writeId: string) => noteWritten(site, writeId, 'roll_back', false),
      (writeId: string) => endUnwritten(site, writeId, 'not_begun'),
      () => {},
    ];
    const counters = endings.map((end, turn) => {
      const card = { ...CARD, uid: `0400000000000${turn}` };
      const plan = encode(site, id, { card, replacesLostCard: true });
      end(writeOf(site, plan).id);
      return recordOfPlan(site, plan).issueCounter;
    });
    expect(counters).toEqual([1, 2, 3, 4, 5, 5]);
    expect(findCredential(site, id).issueCounter).toBe(5);
  });

  test('is refused without a trace', () => {
    const site = openTestSite();
    const { id } = addCardCredential(site);
    const deleted = addCardCredential(site);
    deleteCredential(site, deleted.id);
    const elsewhere = issue(site, addCardCredential(site).id, { card: ANOTHER_CARD });
    const locked = contentsWith({ kind: 'locked', description: 'keys of another site' });
    const strange = contentsWith({ kind: 'record', record: strangeRecord(), standing: 'other_site' });
    const before = { ...Object(contentsOf(site)), attempts: 0 };
    const refusals = [
      encode(site, deleted.id),
      encode(site, id, { contents: locked, mayOverwrite: true }),
      encode(site, id, { contents: contentsWith(undefined, { format: null }) }),
      encode(site, id, { contents: strange }),
      encode(site, id, { card: ANOTHER_CARD, replacesLostCard: true }),
      encode(site, elsewhere.id),
      erase(site, { contents: locked, mayOverwrite: true }),
      erase(site, { contents: contentsWith(undefined, { format: null }), mayOverwrite: true }),
      erase(site, { contents: strange }),
      erase(site, { card: ANOTHER_CARD }),
    ];
    expect(refusals).toEqual([
      { outcome: 'refused', reason: 'credential_deleted', detail: null },
      { outcome: 'refused', reason: 'card_locked', detail: 'keys of another site' },
      { outcome: 'refused', reason: 'card_format_unsupported', detail: null },
      { outcome: 'refused', reason: 'card_carries_another_credential', detail: null },
      { outcome: 'refused', reason: 'card_carries_another_credential', detail: null },
      { outcome: 'refused', reason: 'credential_on_another_card', detail: null },
      { outcome: 'refused', reason: 'card_locked', detail: 'keys of another site' },
      { outcome: 'refused', reason: 'card_format_unsupported', detail: null },
      { outcome: 'refused', reason: 'card_carries_another_credential', detail: null },
      { outcome: 'refused', reason: 'card_carries_another_credential', detail: null },
    ]);
    expect({ ...Object(contentsOf(site)), attempts: 0 }).toEqual(before);
  });

  test('may go over what another site wrote once that is over, and over what is said may be lost', () => {
    const site = openTestSite();
    const { id } = addCardCredential(site);
    const over = strangeRecord({ endsAt: site.clock.now() });
    const valid = strangeRecord({ endsAt: site.clock.now() + 1 });
    const carrying = (record: typeof over) =>
      contentsWith({ kind: 'record', record, standing: 'other_site' });
    expect(encode(site, id, { contents: carrying(valid) }).outcome).toBe('refused');
    expect(encode(site, id, { contents: carrying(valid), mayOverwrite: true }).outcome).toBe('planned');
    expect(encode(site, id, { card: ANOTHER_CARD, contents: carrying(over) }).outcome).toBe('planned');
    expect(erase(site, { card: ANOTHER_CARD, contents: carrying(over) }).outcome).toBe('planned');
  });
});

describe('a card that was lifted in the middle of a write', () => {
  test('is finished with the same counter when the same credential is asked for again, whatever it looks like', () => {
    const site = openTestSite();
    const { id } = addCardCredential(site);
    const first = encode(site, id);
    const looks = [
      incomplete,
      contentsWith({ kind: 'locked', description: 'in between' }),
      contentsWith({ kind: 'record', record: strangeRecord(), standing: 'other_site' }),
    ];
    for (const contents of looks) {
      expect(encode(site, id, { contents })).toEqual({ ...first, purpose: 'finish' });
    }
    expect(findCredential(site, id).issueCounter).toBe(1);
    expect(site.store.cardWrites.list({}, { after: 0, limit: 9 }).rows).toHaveLength(1);
  });

  test('needs no second permission to replace a lost card, or to lose what was on it', () => {
    const site = openTestSite();
    const lost = issue(site, addCardCredential(site).id, { card: ANOTHER_CARD });
    const occupant = issue(site, addCardCredential(site).id);
    const allowed = encode(site, lost.id, { replacesLostCard: true, mayOverwrite: true });
    expect(encode(site, lost.id, { contents: incomplete })).toEqual({ ...allowed, purpose: 'finish' });
    expect(findCredential(site, occupant.id).isIssued).toBe(true);
  });

  test('is planned anew when the credential was changed, and what was on it first is remembered', () => {
    const site = openTestSite();
    const { id } = addCardCredential(site);
    const first = writeOf(site, encode(site, id));
    updateCredential(site, id, { endsAt: site.clock.now() + HOUR_MS });
    const plan = encode(site, id, { contents: incomplete });
    expect(plan).toMatchObject({ purpose: 'order' });
    expect(recordOfPlan(site, plan)).toMatchObject({
      issueCounter: 2,
      endsAt: site.clock.now() + HOUR_MS,
    });
    expect(writeOf(site, plan).preimage).toEqual(first.preimage);
    expect(site.store.cardWrites.get(first.id)).toMatchObject({
      outcome: 'superseded',
      preimage: null,
      endedAt: site.clock.now(),
    });
  });

  test('remembers what was on it first through any number of writes, until its format changes', () => {
    const site = openTestSite();
    const first = writeOf(site, encode(site, addCardCredential(site).id));
    encode(site, addCardCredential(site).id, { contents: incomplete });
    const third = writeOf(site, erase(site, { contents: incomplete }));
    expect(third.preimage).toEqual(first.preimage);
    const other = contentsWith(
      { kind: 'incomplete' },
      { format: 'uid_only', preimage: Buffer.from('other') },
    );
    const fourth = writeOf(site, encode(site, addCardCredential(site).id, { contents: other }));
    expect(Buffer.from(fourth.preimage ?? []).toString()).toBe('other');
    const { rows } = site.store.cardWrites.list({ cardUid: CARD.uid }, { after: 0, limit: 9 });
    expect(rows.map(({ outcome }) => outcome)).toEqual(['superseded', 'superseded', 'superseded', null]);
  });

  test('is planned anew for the same credential when the site writes it in another format by now', () => {
    const site = openTestSite();
    const { id } = addCardCredential(site);
    const first = encode(site, id);
    const second = encode(site, id, { contents: contentsWith(undefined, { format: 'uid_only' }) });
    expect(second).toMatchObject({ purpose: 'order' });
    expect(outcomeOf(site, writeOf(site, first).id)).toBe('superseded');
  });

  const since: readonly [string, (site: Site, credentialId: string) => void, 'finish' | 'roll_back'][] = [
    ['nothing happened', () => {}, 'finish'],
    [
      'the credential was changed',
      (site, id) => updateCredential(site, id, { endsAt: site.clock.now() + HOUR_MS }),
      'roll_back',
    ],
    ['the credential was deleted', (site, id) => deleteCredential(site, id), 'roll_back'],
    [
      'the credential was planned for another card',
      (site, id) => encode(site, id, { card: ANOTHER_CARD, replacesLostCard: true }),
      'roll_back',
    ],
    [
      'the credential was issued on another card',
      (site, id) => issue(site, id, { card: ANOTHER_CARD, replacesLostCard: true }),
      'roll_back',
    ],
  ];

  test.each(since)('since %s, is finished or taken back', (_, happens, purpose) => {
    const site = openTestSite();
    const { id } = addCardCredential(site);
    const plan = encode(site, id);
    happens(site, id);
    expect(planMending(site, CARD)).toEqual({ ...plan, purpose });
  });

  test('to be erased is erased to the end', () => {
    const site = openTestSite();
    const plan = erase(site);
    expect(planMending(site, CARD)).toEqual({ ...plan, purpose: 'finish' });
  });

  test('is known by its uid, until its write has ended', () => {
    const site = openTestSite();
    const plan = encode(site, addCardCredential(site).id);
    expect(planMending(site, ANOTHER_CARD)).toBeNull();
    noteWritten(site, writeOf(site, plan).id, 'order', false);
    expect(planMending(site, CARD)).toBeNull();
  });
});

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
    expect(waitingForBackend(site).at(-1)).toBe('acs_credential.issued');
    expect(site.store.cardWrites.get(writeOf(site, plan).id)).toMatchObject({
      outcome: 'written',
      preimage: null,
      endedAt: site.clock.now(),
    });
    site.clock.advance(HOUR_MS);
    expect(issue(site, id)).toMatchObject({ issuedAt: site.clock.now(), issueCounter: 2 });
    expect(announced(site).slice(-2)).toEqual(['acs_credential.issued', 'acs_credential.reissued']);
    expect(waitingForBackend(site).at(-1)).toBe('acs_credential.reissued');
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
      ...{ isIssued: false, issuedAt: null, needsReissue: false },
    });
    expect(findCredential(site, guest.id)).toMatchObject({ cardUid: CARD.uid, isIssued: true });
    expect(announced(site).slice(-2)).toEqual(['acs_credential.invalidated', 'acs_credential.issued']);
    expect(waitingForBackend(site).slice(-2)).toEqual([
      'acs_credential.invalidated',
      'acs_credential.issued',
    ]);
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
    ['encoding_interrupted', (site: Site, id: string) => encode(site, id, { card: ANOTHER_CARD })],
  ] as const)('issues nothing that nobody wants any more (%s); it will be taken back', (reason, happens) => {
    const site = openTestSite({ hasBackend: true });
    const occupant = issue(site, addCardCredential(site).id);
    const { id } = addCardCredential(site);
    const plan = encode(site, id, { mayOverwrite: true });
    happens(site, id);
    const before = contentsOf(site);
    const { id: writeId } = writeOf(site, plan);
    expect(noteWritten(site, writeId, 'order', false)).toEqual({ outcome: 'unwanted', reason });
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

  test.each([
    ['not_begun', 1],
    ['given_up', 2],
  ] as const)('%s leaves the credential where it was', (outcome, issueCounter) => {
    const site = openTestSite();
    const issued = issue(site, addCardCredential(site).id);
    const plan = encode(site, issued.id);
    endUnwritten(site, writeOf(site, plan).id, outcome);
    expect(site.store.cardWrites.get(writeOf(site, plan).id)).toMatchObject({ outcome, preimage: null });
    expect(findCredential(site, issued.id)).toEqual({ ...issued, issueCounter });
    expect(planMending(site, CARD)).toBeNull();
  });

  test('not_begun takes back no number that another card came after', () => {
    const site = openTestSite();
    const { id } = addCardCredential(site);
    const first = writeOf(site, encode(site, id));
    encode(site, id, { card: ANOTHER_CARD });
    endUnwritten(site, first.id, 'not_begun');
    expect(findCredential(site, id).issueCounter).toBe(2);
  });

  test('not_begun leaves the card as torn as it was, and as much to be repaired', () => {
    const site = openTestSite();
    const first = writeOf(site, encode(site, addCardCredential(site).id));
    const second = writeOf(site, encode(site, addCardCredential(site).id, { contents: incomplete }));
    endUnwritten(site, second.id, 'not_begun');
    expect(site.store.cardWrites.get(first.id)).toEqual(first);
    expect(planMending(site, CARD)).toEqual({ outcome: 'planned', writeId: first.id, purpose: 'finish' });
    const third = writeOf(site, erase(site, { contents: incomplete }));
    endUnwritten(site, third.id, 'given_up');
    expect(outcomeOf(site, first.id)).toBe('superseded');
    expect(planMending(site, CARD)).toBeNull();
  });

  test('not_begun gives its number back only while it is the last one', () => {
    const site = openTestSite();
    const { id } = issue(site, addCardCredential(site).id);
    const first = writeOf(site, encode(site, id));
    encode(site, id, { card: ANOTHER_CARD, replacesLostCard: true });
    endUnwritten(site, first.id, 'not_begun');
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
    endUnwritten(site, third.id, 'not_begun');
    expect(planMending(site, CARD)).toMatchObject({ writeId: second.id, purpose: 'finish' });
    expect(Buffer.from(site.store.cardWrites.get(second.id)?.preimage ?? []).toString()).toBe('as it was');
    endUnwritten(site, second.id, 'not_begun');
    expect(planMending(site, CARD)).toMatchObject({ writeId: first.id, purpose: 'finish' });
    endUnwritten(site, first.id, 'not_begun');
    expect(planMending(site, CARD)).toBeNull();
  });

  test('stays as it is, though an encoder says later what it did there', () => {
    const site = openTestSite();
    const { id } = addCardCredential(site);
    const first = writeOf(site, encode(site, id));
    const guest = addCardCredential(site);
    encode(site, guest.id, { contents: incomplete });
    const before = contentsOf(site);
    expect(noteWritten(site, first.id, 'order', false)).toMatchObject({ outcome: 'unwanted' });
    expect(noteWritten(site, first.id, 'roll_back', false)).toMatchObject({ outcome: 'unwanted' });
    endUnwritten(site, first.id, 'not_begun');
    expect(contentsOf(site)).toEqual(before);
    expect(outcomeOf(site, first.id)).toBe('superseded');
  });

  test('of a write that there is none of is a bug', () => {
    const site = openTestSite();
    expect(() => noteWritten(site, 'none', 'order', false)).toThrow('no write none');
    expect(() => endUnwritten(site, 'none', 'given_up')).toThrow('no write none');
  });
});
