import { describe, expect, test } from 'vitest';
import {
  assignCredential,
  createCredential,
  deleteCredential,
  findCredential,
  unassignCredential,
} from '../../../src/site/credentials.ts';
import type { Site } from '../../../src/site/site.ts';
import { addUser, announced, contentsOf, openTestSite, waitingForBackend } from './site-bed.ts';

const newCode = (site: Site, acsUserId: string, code: string) =>
  createCredential(site, {
    accessMethod: 'code',
    acsUserId,
    code,
    startsAt: 10,
    endsAt: 20,
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
    expect(pin).toMatchObject({ isIssued: true, issuedAt: site.clock.now(), startsAt: 10, endsAt: 20 });
    expect(findCredential(site, pin.id)).toEqual(pin);
    expect(announced(site).at(-1)).toBe('acs_credential.issued');
    expect(waitingForBackend(site).at(-1)).toBe('acs_credential.created');
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
    expect(waitingForBackend(site).slice(-2)).toEqual([
      'acs_credential.unassigned',
      'acs_credential.assigned',
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
    expect(waitingForBackend(site).at(-1)).toBe('acs_credential.deleted');
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
