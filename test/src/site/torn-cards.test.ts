import { describe, expect, test } from 'vitest';
import { planMending } from '../../../src/site/card-plans.ts';
import { endUnwritten, noteWritten } from '../../../src/site/card-writes.ts';
import { findCredential } from '../../../src/site/credentials.ts';
import { tornWrites } from '../../../src/site/live-writes.ts';
import type { Site } from '../../../src/site/site.ts';
import { noteIfTorn } from '../../../src/site/torn-cards.ts';
import {
  ANOTHER_CARD,
  type Asked,
  addCardCredential,
  CARD,
  contentsWith,
  encode,
  erase,
  issue,
  writeOf,
} from './card-bed.ts';
import { contentsOf, lastTold, openTestSite, waitingForBackend } from './site-bed.ts';

const incomplete = contentsWith({ kind: 'incomplete' }, { preimage: Buffer.from('torn') });

/** A write of the credential that did not end, by an attempt that has; its id. */
function tear(site: Site, credentialId: string, asked: Asked = {}): string {
  const { id } = writeOf(site, encode(site, credentialId, asked));
  noteIfTorn(site, id);
  return id;
}

/** What other desks are told of half-written cards, in its order. */
const toldOf = (site: Site, credentialId: string) =>
  waitingForBackend(site).flatMap(({ id, fields: { unfinishedWriteAt } }) =>
    id === credentialId && unfinishedWriteAt !== undefined && unfinishedWriteAt.from !== unfinishedWriteAt.to
      ? [unfinishedWriteAt.to]
      : [],
  );

const unfinished = (site: Site, id: string) => findCredential(site, id).unfinishedWriteAt;

describe('a card that may be half written', () => {
  test('is told of once, with the issue that may be on it', () => {
    const site = openTestSite({ hasBackend: true });
    const { id } = addCardCredential(site);
    const { id: writeId, startedAt } = writeOf(site, encode(site, id));
    const before = waitingForBackend(site).length;
    site.clock.advance(1_000);
    noteIfTorn(site, writeId);
    noteIfTorn(site, writeId);
    expect(unfinished(site, id)).toBe(startedAt);
    expect(waitingForBackend(site)).toHaveLength(before + 1);
    expect(lastTold(site)).toMatchObject({
      ...{ kind: 'acs_credential', id, action: 'updated', event: null },
      fields: {
        unfinishedWriteAt: { from: null, to: startedAt },
        issueCounter: { to: 1 },
        recordOnCard: { from: null, to: null },
      },
    });
  });

  test('is none when the write has ended, and none of an order to erase', () => {
    const site = openTestSite({ hasBackend: true });
    const { id } = addCardCredential(site);
    const written = writeOf(site, encode(site, id));
    noteWritten(site, written.id, 'order', false);
    const erasing = writeOf(site, erase(site, { card: ANOTHER_CARD }));
    const before = contentsOf(site);
    for (const writeId of [written.id, erasing.id, 'none']) noteIfTorn(site, writeId);
    expect(contentsOf(site)).toEqual(before);
  });

  test('is whole once it is repaired, and the issue says so', () => {
    const site = openTestSite({ hasBackend: true });
    const { id } = addCardCredential(site);
    const writeId = tear(site, id);
    const before = waitingForBackend(site).length;
    noteWritten(site, writeId, 'finish', true);
    expect(unfinished(site, id)).toBeNull();
    expect(waitingForBackend(site)).toHaveLength(before + 1);
    expect(lastTold(site)).toMatchObject({
      event: 'acs_credential.issued',
      fields: { unfinishedWriteAt: { from: expect.any(Number), to: null }, isIssued: { to: true } },
    });
  });

  test('is whole once what was on it is on it again', () => {
    const site = openTestSite({ hasBackend: true });
    const { id } = addCardCredential(site);
    const writeId = tear(site, id);
    noteWritten(site, writeId, 'roll_back', true);
    expect(unfinished(site, id)).toBeNull();
    expect(toldOf(site, id)).toEqual([expect.any(Number), null]);
  });

  test.each(['written', 'rolled back', 'erased'] as const)(
    'is whole once another write in its place was %s, and not a moment before',
    (end) => {
      const site = openTestSite({ hasBackend: true });
      const [ada, grace] = [addCardCredential(site), addCardCredential(site)];
      tear(site, ada.id);
      const asked = { contents: incomplete };
      const next =
        end === 'erased'
          ? writeOf(site, erase(site, asked)).id
          : tear(site, grace.id, { contents: incomplete });
      expect(unfinished(site, ada.id)).not.toBeNull();
      noteWritten(site, next, end === 'rolled back' ? 'roll_back' : 'order', false);
      expect([unfinished(site, ada.id), unfinished(site, grace.id)]).toEqual([null, null]);
      expect(toldOf(site, ada.id)).toEqual([expect.any(Number), null]);
      expect(tornWrites(site)).toEqual(new Map());
    },
  );

  test('stays so when the write that was to take its place changed nothing', () => {
    const site = openTestSite({ hasBackend: true });
    const [ada, grace] = [addCardCredential(site), addCardCredential(site)];
    const torn = tear(site, ada.id);
    const told = waitingForBackend(site);
    const since = unfinished(site, ada.id);
    for (const { id } of [grace, ada]) {
      const next = writeOf(site, encode(site, id, { contents: incomplete }));
      if (id === ada.id) expect(next.id).toBe(torn);
      else endUnwritten(site, next.id);
    }
    expect(planMending(site, CARD)).toMatchObject({ writeId: torn });
    expect(unfinished(site, ada.id)).toBe(since);
    expect(waitingForBackend(site)).toEqual(told);
  });

  test('is not the only one, as long as another card of the credential is torn', () => {
    const site = openTestSite({ hasBackend: true });
    const { id } = addCardCredential(site);
    const first = tear(site, id);
    site.clock.advance(1_000);
    const second = tear(site, id, { card: ANOTHER_CARD });
    const since = site.store.cardWrites.get(first)?.startedAt;
    noteWritten(site, second, 'order', false);
    expect(unfinished(site, id)).toBe(since);
    noteWritten(site, first, 'roll_back', false);
    expect(unfinished(site, id)).toBeNull();
    expect(toldOf(site, id)).toEqual([since, null]);
  });

  test('at another desk is whole when that desk says so', () => {
    const site = openTestSite({ hasBackend: true });
    const made = addCardCredential(site);
    const { id } = made;
    site.store.credentials.update({ ...made, unfinishedWriteAt: 5 });
    expect(issue(site, id).unfinishedWriteAt).toBe(5);
    const torn = tear(site, id);
    expect(unfinished(site, id)).toBe(5);
    noteWritten(site, torn, 'roll_back', true);
    expect(unfinished(site, id)).toBe(5);
    expect(toldOf(site, id)).toEqual([]);
  });

  test('is told or not with the transaction around it', () => {
    const site = openTestSite({ hasBackend: true });
    const { id } = writeOf(site, encode(site, addCardCredential(site).id));
    const before = contentsOf(site);
    expect(() =>
      site.store.transaction(() => {
        noteIfTorn(site, id);
        throw new Error('a later step');
      }),
    ).toThrow('a later step');
    expect(contentsOf(site)).toEqual(before);
  });
});
