import { describe, expect, test } from 'vitest';
import { deleteCredential } from '../../../src/site/credential-deletion.ts';
import { findCredential } from '../../../src/site/credentials.ts';
import { EVERY_ROW } from '../../../src/store/paging.ts';
import { addCardCredential } from '../site/card-bed.ts';
import { announced, temporaryFolder } from '../site/site-bed.ts';
import { CARD, Desk, encode, failureOf, SCAN, SPA } from './desk.ts';
import { writesAndFails } from './scripted-card.ts';
import { failure } from './scripted-driver.ts';

/** A desk whose card was lifted in the middle of a write, and whose credential was deleted since. */
async function deletedInTheMiddle(folder = temporaryFolder()) {
  const desk = await Desk.open({ folder });
  const { id: credentialId } = addCardCredential(desk.site);
  const { id } = desk.request(encode(credentialId));
  const card = desk.device.place(CARD);
  card.writings.push(writesAndFails(1, failure('card_removed')));
  await desk.asksFor(id, 'put_card_back');
  deleteCredential(desk.site, credentialId);
  desk.attempts.endOrphans();
  return { desk, id, credentialId, card };
}

const deletions = (desk: Desk) =>
  announced(desk.site).filter((type) => type === 'acs_credential.deleted').length;

const isThere = (desk: Desk, id: string) => desk.site.store.credentials.get(id) !== null;

describe('a credential that was deleted while its card was lifted', () => {
  test('is there until nobody waits for the card any more', async () => {
    const { desk, id, credentialId } = await deletedInTheMiddle();
    expect(findCredential(desk.site, credentialId).deletionAskedAt).toBe(desk.clock.now());
    desk.clock.advance(60_000);
    await desk.ends(id);
    expect(failureOf(desk, id)).toMatchObject({ reason: 'encoding_interrupted' });
    expect(deletions(desk)).toBe(0);
    desk.attempts.endOrphans();
    expect(isThere(desk, credentialId)).toBe(false);
    expect(deletions(desk)).toBe(1);
  });

  test('is waited for in vain at another encoder', async () => {
    const desk = await Desk.open();
    desk.driver.plug('port-2');
    await desk.until(() => desk.site.store.encoders.list({}, EVERY_ROW).rows.length === 2);
    const encoderId = desk.site.store.encoders.list({}, EVERY_ROW).rows[1]?.id ?? '';
    const { id: credentialId } = addCardCredential(desk.site);
    const { id } = desk.request(encode(credentialId));
    const order = encode(credentialId);
    const waiting = desk.attempts.request({ client: SPA, encoderId, order, timeoutMs: 60_000 });
    await desk.reaches(waiting.id, 'awaiting_card');
    desk.device.place(CARD).writings.push(writesAndFails(1, failure('card_removed')));
    await desk.asksFor(id, 'put_card_back');
    deleteCredential(desk.site, credentialId);
    desk.attempts.endOrphans();
    expect(failureOf(desk, waiting.id)).toMatchObject({ reason: 'credential_deleted' });
    expect(desk.attempt(id).phase).toBe('writing');
  });

  test('goes after a restart, and the card is cleaned when it comes back', async () => {
    const folder = temporaryFolder();
    const { desk, id, credentialId, card } = await deletedInTheMiddle(folder);
    await desk.close();
    expect(isThere(await Desk.open({ folder }), credentialId)).toBe(true);
    const after = await Desk.open({ folder });
    after.attempts.resume();
    await after.ends(id);
    after.attempts.endOrphans();
    expect(isThere(after, credentialId)).toBe(false);
    expect(deletions(after)).toBe(1);
    after.device.place(CARD, [], card.contents);
    expect(await after.ends(after.request(SCAN).id)).toMatchObject({
      result: { credential: null, findings: { content: { kind: 'blank' } } },
    });
    expect(after.outcomes()).toEqual(['rolled_back']);
  });

  test('goes at the next start when the desk was stopped between the end of the write and the deletion', async () => {
    const folder = temporaryFolder();
    const { desk, id, credentialId } = await deletedInTheMiddle(folder);
    desk.clock.advance(60_000);
    await desk.ends(id);
    await desk.close();
    const after = await Desk.open({ folder });
    expect(isThere(after, credentialId)).toBe(true);
    after.attempts.resume();
    expect(isThere(after, credentialId)).toBe(false);
    expect(deletions(after)).toBe(1);
  });
});
