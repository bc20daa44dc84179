import { describe, expect, test } from 'vitest';
import { noteWritten } from '../../../src/site/card-writes.ts';
import { deleteCredential, finishDeletions } from '../../../src/site/credential-deletion.ts';
import {
  assignCredential,
  findCredential,
  unassignCredential,
  updateCredential,
} from '../../../src/site/credentials.ts';
import { tornWrites } from '../../../src/site/live-writes.ts';
import { deleteUser } from '../../../src/site/users.ts';
import { ANOTHER_CARD, addCardCredential, encode, issue } from './card-bed.ts';
import { writing } from './mirror-bed.ts';
import { announced, openTestSite, temporaryFolder, waitingForBackend } from './site-bed.ts';

const notFound = expect.objectContaining({ type: 'acs_credential_not_found' });

describe('a credential that is deleted while a card is written with it', () => {
  test('is there until that has ended, and then goes with its event', () => {
    const site = openTestSite({ hasBackend: true });
    const { id } = addCardCredential(site);
    const write = writing(site, id);
    const askedAt = site.clock.now();
    deleteCredential(site, id);
    finishDeletions(site);
    site.clock.advance(1_000);
    deleteCredential(site, id);
    expect(findCredential(site, id).deletionAskedAt).toBe(askedAt);
    expect(announced(site)).not.toContain('acs_credential.deleted');
    write.end();
    finishDeletions(site);
    expect(() => findCredential(site, id)).toThrow(notFound);
    expect(announced(site).filter((type) => type === 'acs_credential.deleted')).toHaveLength(1);
    expect(waitingForBackend(site).filter(({ action }) => action === 'deleted')).toEqual([
      {
        ...{ kind: 'acs_credential', id, action: 'deleted', event: 'acs_credential.deleted' },
        ...{ fields: {}, sets: {} },
      },
    ]);
  });

  test('rings, so that whoever waits to write it hears of it', () => {
    const site = openTestSite();
    const { id } = addCardCredential(site);
    writing(site, id);
    let rings = 0;
    site.doorbell.listen(() => {
      rings += 1;
    });
    deleteCredential(site, id);
    return expect.poll(() => rings).toBe(1);
  });

  test('can neither be written elsewhere, given nor changed any more, but taken away', () => {
    const site = openTestSite();
    const { id, acsUserId } = addCardCredential(site);
    writing(site, id);
    deleteCredential(site, id);
    expect(encode(site, id, { card: ANOTHER_CARD })).toMatchObject({ reason: 'credential_deleted' });
    expect(() => assignCredential(site, id, acsUserId ?? '')).toThrow(notFound);
    expect(() => updateCredential(site, id, { endsAt: site.clock.now() + 1_000 })).toThrow(notFound);
    expect(unassignCredential(site, id, acsUserId ?? '').acsUserId).toBeNull();
  });

  test('is not on the card when that is done: it is taken back', () => {
    const site = openTestSite();
    const { id } = addCardCredential(site);
    const { writeId } = writing(site, id);
    deleteCredential(site, id);
    expect(noteWritten(site, writeId, 'order', false)).toEqual({ outcome: 'unwanted' });
    expect(findCredential(site, id).isIssued).toBe(false);
  });

  test('is deleted also when the desk was stopped meanwhile', () => {
    const folder = temporaryFolder();
    const site = openTestSite({}, folder);
    const { id } = addCardCredential(site);
    const write = writing(site, id);
    deleteCredential(site, id);
    const later = openTestSite({}, folder);
    finishDeletions(later);
    expect(findCredential(later, id).deletionAskedAt).toBe(site.clock.now());
    write.end();
    finishDeletions(later);
    expect(() => findCredential(later, id)).toThrow(notFound);
  });

  test('outlives its user until then, and belongs to nobody', () => {
    const site = openTestSite();
    const { id, acsUserId } = addCardCredential(site);
    const write = writing(site, id);
    deleteUser(site, { acsUserId: acsUserId ?? '' });
    expect(findCredential(site, id)).toMatchObject({ acsUserId: null, deletionAskedAt: site.clock.now() });
    write.end();
    finishDeletions(site);
    expect(() => findCredential(site, id)).toThrow(notFound);
  });

  test('goes at once when nobody is writing it, whatever was', () => {
    const site = openTestSite();
    const { id } = addCardCredential(site);
    writing(site, id).end();
    deleteCredential(site, id);
    expect(() => findCredential(site, id)).toThrow(notFound);
  });
});

describe('the cards of a user who goes', () => {
  test('stay known, those too that were only registered; the others are deleted', () => {
    const site = openTestSite();
    const carried = issue(site, addCardCredential(site).id);
    const acsUserId = carried.acsUserId ?? '';
    const registered = addCardCredential(site, { acsUserId, code: '42' });
    const gone = [
      addCardCredential(site, { acsUserId }),
      addCardCredential(site, { acsUserId, accessMethod: 'code', code: '43' }),
      addCardCredential(site, { acsUserId, accessMethod: 'mobile_key' }),
      addCardCredential(site, { acsUserId, accessMethod: 'cloud_key' }),
    ];
    deleteUser(site, { acsUserId });
    for (const { id } of [carried, registered]) expect(findCredential(site, id).acsUserId).toBeNull();
    for (const { id } of gone) expect(() => findCredential(site, id)).toThrow(notFound);
  });
});

describe('a write that did not end', () => {
  test('is known by its credential as long as nobody is working on it', () => {
    const site = openTestSite();
    const { id } = addCardCredential(site);
    const write = writing(site, id);
    expect(tornWrites(site)).toEqual(new Map());
    write.end();
    expect(tornWrites(site)).toEqual(new Map([[id, site.clock.now()]]));
    noteWritten(site, write.writeId, 'finish', true);
    expect(tornWrites(site)).toEqual(new Map());
  });
});
