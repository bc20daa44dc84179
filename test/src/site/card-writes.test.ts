import { describe, expect, test } from 'vitest';
import { planMending } from '../../../src/site/card-plans.ts';
import { endUnwritten, noteWritten } from '../../../src/site/card-writes.ts';
import { deleteCredential } from '../../../src/site/credential-deletion.ts';
import { findCredential, updateCredential } from '../../../src/site/credentials.ts';
import { createEntrance } from '../../../src/site/entrances.ts';
import type { Site } from '../../../src/site/site.ts';
import {
  ANOTHER_CARD,
  addCardCredential,
  CARD,
  contentsWith,
  encode,
  erase,
  issue,
  recordOfPlan,
  strangeRecord,
  writeOf,
} from './card-bed.ts';
import { announced, contentsOf, openTestSite, temporaryFolder } from './site-bed.ts';

const HOUR_MS = 3_600_000;

const outcomeOf = (site: Site, writeId: string) => site.store.cardWrites.get(writeId)?.outcome;

const incomplete = contentsWith({ kind: 'incomplete' }, { preimage: Buffer.from('torn') });

describe('what is to be written', () => {
  test('is on the disk, with what was on the card, before it is', () => {
    const folder = temporaryFolder();
    const site = openTestSite({}, folder);
    const doors = ['Gate', 'Pool', 'Room 1'].map((name) => createEntrance(site, name));
    const { id } = addCardCredential(site, {
      startsAt: 3_000_000_000_500,
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
      replacedId: null,
      startedAt: site.clock.now(),
      endedAt: null,
      image: {
        kind: 'record',
        format: 'ntag',
        record: {
          siteId: site.identity.acsSystemId,
          credentialId: id,
          issueCounter: 1,
          startsAt: 3_000_000_000_000,
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
      () => {},
      (writeId: string) => noteWritten(site, writeId, 'order', false),
      (writeId: string) => noteWritten(site, writeId, 'roll_back', false),
      (writeId: string) => endUnwritten(site, writeId),
      () => {},
    ];
    const counters = endings.map((end, turn) => {
      const card = { ...CARD, uid: `0400000000000${turn}` };
      const plan = encode(site, id, { card, replacesLostCard: true });
      end(writeOf(site, plan).id);
      return recordOfPlan(site, plan).issueCounter;
    });
    expect(counters).toEqual([1, 2, 3, 4, 4]);
    expect(findCredential(site, id).issueCounter).toBe(4);
  });

  test('says of a lost card as long as there may be one', () => {
    const site = openTestSite();
    const { id } = issue(site, addCardCredential(site).id);
    const other = { card: ANOTHER_CARD, replacesLostCard: true };
    const replacing = encode(site, id, other);
    expect(recordOfPlan(site, replacing)).toMatchObject({ issueCounter: 2, replacesLostCard: true });
    noteWritten(site, writeOf(site, replacing).id, 'order', false);
    expect(recordOfPlan(site, encode(site, id, { card: ANOTHER_CARD }))).toMatchObject({
      issueCounter: 3,
      replacesLostCard: true,
    });
  });

  test('takes a card that was torn away, and may carry the credential, for a lost one', () => {
    const site = openTestSite();
    const { id } = addCardCredential(site);
    expect(recordOfPlan(site, encode(site, id)).replacesLostCard).toBe(false);
    expect(recordOfPlan(site, encode(site, id, { card: ANOTHER_CARD }))).toMatchObject({
      issueCounter: 2,
      replacesLostCard: true,
    });
  });

  test('is refused while the credential is being written at another encoder', () => {
    const site = openTestSite();
    const { id } = addCardCredential(site);
    const first = writeOf(site, encode(site, id));
    const attempt = site.store.attempts.get(first.attemptId);
    if (attempt === null) return expect.fail('there is no attempt');
    const writing = { writeId: first.id, purpose: 'order', hint: 'keep_card_there', progress: null } as const;
    const { encoderId, client, order, createdAt, expiresAt } = attempt;
    site.store.attempts.update({
      ...{ id: attempt.id, encoderId, client, order, createdAt, expiresAt },
      ...{ phase: 'writing', card: CARD, ...writing },
    });
    expect(encode(site, id, { card: ANOTHER_CARD })).toMatchObject({ reason: 'credential_being_written' });
    expect(findCredential(site, id).issueCounter).toBe(1);
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
