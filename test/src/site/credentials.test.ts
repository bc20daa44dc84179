import { describe, expect, test } from 'vitest';
import { deleteCredential } from '../../../src/site/credential-deletion.ts';
import {
  assignCredential,
  findCredential,
  unassignCredential,
  updateCredential,
} from '../../../src/site/credentials.ts';
import { createEntrance } from '../../../src/site/entrances.ts';
import { createCredential } from '../../../src/site/new-credential.ts';
import type { Site } from '../../../src/site/site.ts';
import { ANOTHER_CARD, addCardCredential, contentsWith, encode, issue } from './card-bed.ts';
import { addUser, announced, contentsOf, lastTold, openTestSite, waitingForBackend } from './site-bed.ts';

const newCode = (site: Site, acsUserId: string, code: string) =>
  createCredential(site, {
    accessMethod: 'code',
    acsUserId,
    code,
    startsAt: null,
    endsAt: null,
    entranceIds: [],
  });

const newCard = (site: Site, acsUserId: string) =>
  createCredential(site, {
    accessMethod: 'card',
    acsUserId,
    code: null,
    startsAt: null,
    endsAt: null,
    entranceIds: [],
  });

describe('a credential', () => {
  test('that is a code is issued at once', () => {
    const site = openTestSite({ hasBackend: true });
    const ada = addUser(site, 'Ada');
    const pin = newCode(site, ada.id, '824759');
    expect(pin).toMatchObject({ isIssued: true, issuedAt: site.clock.now(), code: '824759' });
    expect(findCredential(site, pin.id)).toEqual(pin);
    expect(announced(site).at(-1)).toBe('acs_credential.issued');
    expect(lastTold(site)).toMatchObject({
      ...{ kind: 'acs_credential', id: pin.id, action: 'created', event: 'acs_credential.issued' },
      fields: { code: { from: null, to: '824759' }, isIssued: { from: null, to: true } },
    });
  });

  test('that is a card is still to be issued', () => {
    const site = openTestSite();
    const card = newCard(site, addUser(site, 'Ada').id);
    expect(card).toMatchObject({ isIssued: false, issuedAt: null, cardNumber: null, cardUid: null });
    expect(announced(site)).not.toContain('acs_credential.issued');
  });

  test('has a code that no other one has', () => {
    const site = openTestSite();
    const ada = addUser(site, 'Ada');
    const pin = newCode(site, ada.id, '824759');
    const before = contentsOf(site);
    expect(() => newCode(site, ada.id, '824759')).toThrow(
      expect.objectContaining({ type: 'duplicate_code' }),
    );
    expect(contentsOf(site)).toEqual(before);
    deleteCredential(site, pin.id);
    newCode(site, ada.id, '824759');
  });

  test('is unassigned first, and never taken from the user who has it', () => {
    const site = openTestSite({ hasBackend: true });
    const [ada, grace] = [addUser(site, 'Ada'), addUser(site, 'Grace')];
    const card = newCard(site, ada.id);
    expect(assignCredential(site, card.id, ada.id)).toEqual(card);
    expect(() => assignCredential(site, card.id, grace.id)).toThrow(
      expect.objectContaining({ type: 'credential_belongs_to_another_user', data: { acs_user_id: ada.id } }),
    );
    expect(() => unassignCredential(site, card.id, grace.id)).toThrow(
      expect.objectContaining({ type: 'invalid_input' }),
    );
    expect(unassignCredential(site, card.id, ada.id).acsUserId).toBeNull();
    expect(assignCredential(site, card.id, grace.id).acsUserId).toBe(grace.id);
    const told = { kind: 'acs_credential', id: card.id, action: 'updated', sets: {}, event: null };
    expect(waitingForBackend(site).slice(-2)).toEqual([
      { ...told, fields: { acsUserId: { from: ada.id, to: null } } },
      { ...told, fields: { acsUserId: { from: null, to: grace.id } } },
    ]);
  });

  test('is forgotten once', () => {
    const site = openTestSite({ hasBackend: true });
    const pin = newCode(site, addUser(site, 'Ada').id, '824759');
    deleteCredential(site, pin.id);
    const notFound = expect.objectContaining({ type: 'acs_credential_not_found' });
    expect(() => deleteCredential(site, pin.id)).toThrow(notFound);
    expect(() => findCredential(site, pin.id)).toThrow(notFound);
    expect(() => assignCredential(site, pin.id, 'ada')).toThrow(notFound);
    expect(() => unassignCredential(site, pin.id, 'ada')).toThrow(notFound);
    expect(announced(site).at(-1)).toBe('acs_credential.deleted');
    expect(lastTold(site)).toEqual({
      ...{ kind: 'acs_credential', id: pin.id, action: 'deleted', event: 'acs_credential.deleted' },
      ...{ fields: {}, sets: {} },
    });
  });

  test('is given to a user that there is', () => {
    const site = openTestSite();
    const ada = addUser(site, 'Ada');
    const card = newCard(site, ada.id);
    unassignCredential(site, card.id, ada.id);
    const before = contentsOf(site);
    expect(() => assignCredential(site, card.id, 'none')).toThrow();
    expect(() => newCard(site, 'none')).toThrow();
    expect(contentsOf(site)).toEqual(before);
  });
});

const invalid = expect.objectContaining({ type: 'invalid_input' });

describe('what a credential opens', () => {
  test('is kept, and must be there', () => {
    const site = openTestSite();
    const [gate, pool] = [createEntrance(site, 'Gate'), createEntrance(site, 'Pool')];
    const { id } = addCardCredential(site, { entranceIds: [pool.id, gate.id] });
    expect([...findCredential(site, id).entranceIds].sort()).toEqual([gate.id, pool.id].sort());
    expect(() => addCardCredential(site, { entranceIds: ['none'] })).toThrow();
  });
});

describe('a credential that is changed', () => {
  test('must be issued again when its card says something else by then', () => {
    const site = openTestSite({ hasBackend: true });
    const { id } = issue(site, addCardCredential(site).id);
    const endsAt = site.clock.now() + 1_000;
    const changed = updateCredential(site, id, { endsAt });
    expect(changed).toMatchObject({ endsAt, needsReissue: true, isIssued: true, issueCounter: 1 });
    expect(findCredential(site, id)).toEqual(changed);
    expect(lastTold(site)).toEqual({
      ...{ kind: 'acs_credential', id, action: 'updated', event: null },
      ...{ fields: { endsAt: { from: null, to: endsAt } }, sets: {} },
    });
    const told = waitingForBackend(site);
    expect(updateCredential(site, id, {})).toEqual(changed);
    expect(waitingForBackend(site)).toEqual(told);
    expect(issue(site, id)).toMatchObject({ endsAt, needsReissue: false });
  });

  test('needs no new card for less than a second, which no card can say', () => {
    const site = openTestSite();
    const endsAt = Math.ceil(site.clock.now() / 1_000) * 1_000 + 1_000;
    const { id } = issue(site, addCardCredential(site, { endsAt }).id);
    expect(updateCredential(site, id, { endsAt: endsAt + 999 }).needsReissue).toBe(false);
    expect(updateCredential(site, id, { endsAt: endsAt + 1_000 }).needsReissue).toBe(true);
  });

  test('needs none as long as it is on no card, or on one that says nothing', () => {
    const site = openTestSite();
    const endsAt = site.clock.now() + 1_000;
    const blank = addCardCredential(site);
    encode(site, blank.id);
    expect(updateCredential(site, blank.id, { endsAt }).needsReissue).toBe(false);
    const byNumber = contentsWith(undefined, { format: 'uid_only' });
    const { id } = issue(site, addCardCredential(site).id, { card: ANOTHER_CARD, contents: byNumber });
    expect(updateCredential(site, id, { endsAt }).needsReissue).toBe(false);
  });

  test('ends after it begins, and not before now', () => {
    const site = openTestSite();
    const now = site.clock.now();
    const { id } = addCardCredential(site, { startsAt: now + 1_000 });
    const past = addCardCredential(site);
    for (const endsAt of [now, now + 1_000]) {
      expect(() => updateCredential(site, id, { endsAt })).toThrow(invalid);
    }
    expect(() => updateCredential(site, past.id, { endsAt: now })).toThrow(invalid);
    expect(updateCredential(site, id, { endsAt: now + 1_001 }).endsAt).toBe(now + 1_001);
  });

  test('has times that a card can name', () => {
    const site = openTestSite();
    const year9999 = Date.parse('9999-12-31T00:00:00Z');
    const { id } = addCardCredential(site, { endsAt: 0xffff_ffff * 1_000 });
    expect(() => updateCredential(site, id, { endsAt: year9999 })).toThrow(invalid);
    expect(() => addCardCredential(site, { endsAt: year9999 })).toThrow(invalid);
    expect(() => addCardCredential(site, { startsAt: year9999 })).toThrow(invalid);
    const pin = newCode(site, addUser(site, 'Ada').id, '824759');
    expect(updateCredential(site, pin.id, { endsAt: year9999 })).toMatchObject({ endsAt: year9999 });
  });

  test('has no code where it is a key in a phone, and a code that no other one has', () => {
    const site = openTestSite();
    const ada = addUser(site, 'Ada');
    const pin = newCode(site, ada.id, '824759');
    newCode(site, ada.id, '1234');
    const key = addCardCredential(site, { accessMethod: 'mobile_key' });
    const before = contentsOf(site);
    expect(() => updateCredential(site, key.id, { code: '5678' })).toThrow(invalid);
    expect(() => updateCredential(site, pin.id, { code: '1234' })).toThrow(
      expect.objectContaining({ type: 'duplicate_code' }),
    );
    expect(() => updateCredential(site, 'none', {})).toThrow(
      expect.objectContaining({ type: 'acs_credential_not_found' }),
    );
    expect(contentsOf(site)).toEqual(before);
    expect(updateCredential(site, pin.id, { code: '824759' }).code).toBe('824759');
    expect(updateCredential(site, pin.id, { code: '5678' })).toMatchObject({
      code: '5678',
      needsReissue: false,
    });
  });
});
