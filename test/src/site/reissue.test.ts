import { describe, expect, test } from 'vitest';
import type { Credential } from '../../../src/model/credential.ts';
import { endUnwritten, noteWritten } from '../../../src/site/card-writes.ts';
import {
  assignCredential,
  findCredential,
  unassignCredential,
  updateCredential,
} from '../../../src/site/credentials.ts';
import { createEntrance } from '../../../src/site/entrances.ts';
import { refreshCardsOf, refreshReissue, wantedRecord } from '../../../src/site/reissue.ts';
import type { Site } from '../../../src/site/site.ts';
import { deleteUser, updateUser } from '../../../src/site/users.ts';
import {
  ANOTHER_CARD,
  addCardCredential,
  contentsWith,
  encode,
  issue,
  recordOfPlan,
  writeOf,
} from './card-bed.ts';
import { addUser, contentsOf, openTestSite, waitingForBackend } from './site-bed.ts';

const HOUR_MS = 3_600_000;

const suspend = (site: Site, acsUserId: string, isSuspended: boolean) => {
  const user = site.store.users.get(acsUserId);
  if (user === null) throw new Error('there is no such user');
  site.store.users.update({ ...user, isSuspended });
  refreshCardsOf(site, acsUserId);
};

const ownerOf = ({ acsUserId }: Credential) => acsUserId ?? 'nobody';

describe('a card that carries a credential', () => {
  test('must be issued again after a change, and need not once that is taken back', () => {
    const site = openTestSite();
    const endsAt = Math.ceil(site.clock.now() / 1_000) * 1_000 + HOUR_MS;
    const { id } = issue(site, addCardCredential(site, { endsAt }).id);
    expect(updateCredential(site, id, { endsAt: endsAt + HOUR_MS }).needsReissue).toBe(true);
    expect(updateCredential(site, id, { endsAt }).needsReissue).toBe(false);
  });

  test('must say what its holder may open by now; that it must is worked out at every desk, and not told', () => {
    const site = openTestSite({ hasBackend: true });
    const [gate, pool] = [createEntrance(site, 'Gate'), createEntrance(site, 'Pool')];
    const card = issue(site, addCardCredential(site, { entranceIds: [gate.id] }).id);
    const told = waitingForBackend(site);
    site.store.entrances.grant(pool.id, ownerOf(card));
    refreshCardsOf(site, ownerOf(card));
    expect(waitingForBackend(site)).toEqual(told);
    const changed = findCredential(site, card.id);
    expect(changed).toEqual({ ...card, needsReissue: true, reissueNeededAt: site.clock.now() });
    expect(changed.entranceIds).toEqual([gate.id]);
    expect(wantedRecord(site, changed).entrances).toEqual([gate.number, pool.number]);
    site.store.entrances.revokeAll(ownerOf(card));
    refreshCardsOf(site, ownerOf(card));
    expect(findCredential(site, card.id)).toEqual(card);
  });

  test('opens nothing while its holder is suspended', () => {
    const site = openTestSite();
    const gate = createEntrance(site, 'Gate');
    const card = issue(site, addCardCredential(site, { entranceIds: [gate.id] }).id);
    suspend(site, ownerOf(card), true);
    const suspended = findCredential(site, card.id);
    expect(suspended.needsReissue).toBe(true);
    expect(wantedRecord(site, suspended).entrances).toEqual([]);
    suspend(site, ownerOf(card), false);
    expect(findCredential(site, card.id)).toEqual(card);
  });

  test('is looked at anew when it gets another holder', () => {
    const site = openTestSite();
    const gate = createEntrance(site, 'Gate');
    const card = issue(site, addCardCredential(site).id);
    const grace = addUser(site, 'Grace');
    site.store.entrances.grant(gate.id, grace.id);
    expect(unassignCredential(site, card.id, ownerOf(card)).needsReissue).toBe(false);
    expect(assignCredential(site, card.id, grace.id).needsReissue).toBe(true);
    expect(unassignCredential(site, card.id, grace.id).needsReissue).toBe(false);
  });

  test('opens nothing while it belongs to nobody, and what it opened before once it is somebody’s again', () => {
    const site = openTestSite();
    const gate = createEntrance(site, 'Gate');
    const card = issue(site, addCardCredential(site, { entranceIds: [gate.id] }).id);
    const nobodys = unassignCredential(site, card.id, ownerOf(card));
    expect(nobodys).toMatchObject({ needsReissue: true, entranceIds: [gate.id] });
    expect(wantedRecord(site, nobodys).entrances).toEqual([]);
    expect(encode(site, card.id)).toMatchObject({ outcome: 'refused', reason: 'credential_without_user' });
    expect(assignCredential(site, card.id, ownerOf(card))).toEqual(card);
  });

  test('must be issued again when its holder is deleted', () => {
    const site = openTestSite();
    const gate = createEntrance(site, 'Gate');
    const card = issue(site, addCardCredential(site, { entranceIds: [gate.id] }).id);
    deleteUser(site, { acsUserId: ownerOf(card) });
    expect(findCredential(site, card.id)).toMatchObject({ acsUserId: null, needsReissue: true });
  });

  test('is valid within its holder’s access schedule, and must be issued again when that changes', () => {
    const site = openTestSite();
    const now = Math.ceil(site.clock.now() / 1_000) * 1_000;
    const card = issue(site, addCardCredential(site, { endsAt: now + 3 * HOUR_MS }).id);
    const acsUserId = ownerOf(card);
    const schedule = (startsAt: number, endsAt: number | null) => {
      updateUser(site, { acsUserId }, { accessSchedule: { startsAt, endsAt } });
      const { needsReissue, startsAt: ownStart, endsAt: ownEnd } = findCredential(site, card.id);
      expect([ownStart, ownEnd]).toEqual([null, card.endsAt]);
      const record = wantedRecord(site, findCredential(site, card.id));
      return [needsReissue, record.startsAt, record.endsAt];
    };
    expect(schedule(now, now + HOUR_MS)).toEqual([true, now, now + HOUR_MS]);
    expect(schedule(now, null)).toEqual([true, now, now + 3 * HOUR_MS]);
    issue(site, card.id);
    expect(schedule(now, now + 4 * HOUR_MS)).toEqual([false, now, now + 3 * HOUR_MS]);
    updateUser(site, { acsUserId }, { accessSchedule: null });
    expect(findCredential(site, card.id).needsReissue).toBe(true);
    expect(issue(site, card.id).needsReissue).toBe(false);
  });

  test('may be written over once its holder’s access schedule has ended', () => {
    const site = openTestSite();
    const now = site.clock.now();
    const card = issue(site, addCardCredential(site).id);
    const accessSchedule = { startsAt: now, endsAt: now + HOUR_MS };
    updateUser(site, { acsUserId: ownerOf(card) }, { accessSchedule });
    const next = addCardCredential(site);
    expect(encode(site, next.id)).toMatchObject({ reason: 'card_carries_another_credential' });
    site.clock.advance(HOUR_MS);
    expect(encode(site, next.id)).toMatchObject({ outcome: 'planned' });
  });

  test('stays as it is when nothing changed', () => {
    const site = openTestSite({ hasBackend: true });
    const card = issue(site, addCardCredential(site).id);
    const before = contentsOf(site);
    expect(refreshReissue(site, card)).toBe(card);
    refreshCardsOf(site, ownerOf(card));
    expect(contentsOf(site)).toEqual(before);
  });

  test('keeps what is known of it while another write of it is planned', () => {
    const site = openTestSite();
    const endsAt = site.clock.now() + HOUR_MS;
    const { id } = issue(site, addCardCredential(site, { endsAt }).id);
    const write = writeOf(site, encode(site, id));
    expect(updateCredential(site, id, { endsAt: endsAt + HOUR_MS }).needsReissue).toBe(false);
    noteWritten(site, write.id, 'order', false);
    expect(findCredential(site, id).needsReissue).toBe(true);
  });

  test('is looked at anew once a planned write came to nothing', () => {
    const site = openTestSite();
    const endsAt = site.clock.now() + HOUR_MS;
    const { id } = issue(site, addCardCredential(site, { endsAt }).id);
    const write = writeOf(site, encode(site, id));
    updateCredential(site, id, { endsAt: endsAt + HOUR_MS });
    endUnwritten(site, write.id);
    expect(findCredential(site, id)).toMatchObject({ needsReissue: true, issueCounter: 1 });
  });

  test('must be issued again when a newer one, on another card, was written over', () => {
    const site = openTestSite();
    const { id } = issue(site, addCardCredential(site).id);
    encode(site, id, { card: ANOTHER_CARD, replacesLostCard: true });
    expect(findCredential(site, id).needsReissue).toBe(false);
    issue(site, addCardCredential(site).id, { card: ANOTHER_CARD });
    expect(findCredential(site, id).needsReissue).toBe(true);
  });

  test('needs nothing for what a stripe cannot say', () => {
    const site = openTestSite();
    const endsAt = Math.ceil(site.clock.now() / 60_000) * 60_000 + HOUR_MS;
    const stripe = { contents: contentsWith(undefined, { format: 'magstripe' }) };
    const { id } = issue(site, addCardCredential(site, { endsAt }).id, stripe);
    expect(updateCredential(site, id, { endsAt: endsAt + 59_000 }).needsReissue).toBe(false);
    expect(updateCredential(site, id, { endsAt: endsAt + 60_000 }).needsReissue).toBe(true);
  });

  test('must be issued again when a newer write of it was taken back', () => {
    const site = openTestSite();
    const { id } = issue(site, addCardCredential(site).id);
    const write = writeOf(site, encode(site, id));
    expect(findCredential(site, id).needsReissue).toBe(false);
    noteWritten(site, write.id, 'roll_back', true);
    expect(findCredential(site, id).needsReissue).toBe(true);
    expect(issue(site, id).needsReissue).toBe(false);
  });

  test('carries all that it opens', () => {
    const site = openTestSite();
    const [gate, pool] = [createEntrance(site, 'Gate'), createEntrance(site, 'Pool')];
    const card = addCardCredential(site, { entranceIds: [pool.id] });
    site.store.entrances.grant(gate.id, ownerOf(card));
    expect(recordOfPlan(site, encode(site, card.id)).entrances).toEqual([gate.number, pool.number]);
  });
});
