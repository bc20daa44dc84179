import { describe, expect, test } from 'vitest';
import { deleteCredential } from '../../../src/site/credential-deletion.ts';
import { findCredential, updateCredential } from '../../../src/site/credentials.ts';
import { wantedRecord } from '../../../src/site/reissue.ts';
import { addCardCredential, encode as planned } from '../site/card-bed.ts';
import { ANOTHER_CARD, CARD, Desk, encode, erase, failureOf, INSPECT, SCAN, scanToAssign } from './desk.ts';
import { fails, writes, writesAndFails } from './scripted-card.ts';
import { failure } from './scripted-driver.ts';
import { deskWithTornCard } from './torn-card-desk.ts';

describe('a card that was torn when the daemon was killed', () => {
  test('is repaired by a scan, which then says what is on it', async () => {
    const { desk, interrupted, credentialId, image, place } = await deskWithTornCard();
    expect(failureOf(desk, interrupted)).toMatchObject({ type: 'encoding_interrupted' });
    const { id } = desk.request(SCAN);
    const card = place();
    const ended = await desk.ends(id);
    const credential = findCredential(desk.site, credentialId);
    expect(credential).toMatchObject({ isIssued: true, cardUid: CARD.uid, issueCounter: 1 });
    const record = wantedRecord(desk.site, credential);
    expect(ended).toMatchObject({
      phase: 'succeeded',
      result: { credential, differences: [], findings: { content: { kind: 'record', record } } },
    });
    expect(card.images).toEqual([image]);
    expect(desk.outcomes()).toEqual(['repaired']);
    expect(desk.phases(id)).toEqual([
      ...['queued', 'place_card', 'reading', 'writing', 'writing', 'verifying'],
      ...['reading', 'succeeded'],
    ]);
    expect(desk.attempt(interrupted)).toMatchObject({ phase: 'failed', reason: 'encoding_interrupted' });
  });

  test('is repaired by a scan to assign, and then assigned by what is on it', async () => {
    const { desk, credentialId, ada, place } = await deskWithTornCard();
    const { id } = desk.request(scanToAssign(ada));
    place();
    expect(await desk.ends(id)).toMatchObject({
      result: { kind: 'assigned', credential: { id: credentialId, isIssued: true } },
    });
    expect(desk.outcomes()).toEqual(['repaired']);
  });

  test('is finished when the same credential is encoded again', async () => {
    const { desk, credentialId, image, place } = await deskWithTornCard();
    const { id } = desk.request(encode(credentialId));
    const card = place();
    expect(await desk.ends(id)).toMatchObject({
      result: { kind: 'encoded', credential: { id: credentialId, issueCounter: 1 } },
    });
    expect(card.images).toEqual([image]);
    expect(desk.outcomes()).toEqual(['repaired']);
  });

  test('stays open when it cannot be finished by that', async () => {
    const { desk, credentialId, place } = await deskWithTornCard();
    for (const [code, writing] of [
      ['card_refused', fails(failure('card_refused'))],
      ['card_refused', writesAndFails(1, failure('card_refused'))],
      ['device_protocol', fails(failure('device_protocol'))],
    ] as const) {
      const { id } = desk.request(encode(credentialId));
      place(writing);
      await desk.ends(id);
      expect(failureOf(desk, id)).toMatchObject({ reason: code });
      expect(desk.outcomes()).toEqual([null]);
      await desk.takeAway();
    }
  });

  test('is written for another credential, and the first one is on no card', async () => {
    const { desk, credentialId, place } = await deskWithTornCard();
    const other = addCardCredential(desk.site);
    const { id } = desk.request(encode(other.id));
    const card = place();
    expect(await desk.ends(id)).toMatchObject({ result: { credential: { id: other.id } } });
    expect(card.images).toMatchObject([{ record: { credentialId: other.id } }]);
    expect(desk.outcomes()).toEqual(['superseded', 'written']);
    expect(findCredential(desk.site, credentialId)).toMatchObject({ isIssued: false, cardUid: null });
  });

  test('is taken back to what was on it first, though torn for another credential since', async () => {
    const { desk, place } = await deskWithTornCard();
    const other = addCardCredential(desk.site);
    const { id } = desk.request(encode(other.id));
    place(writesAndFails(1, failure('card_removed')));
    await desk.asksFor(id, 'put_card_back');
    desk.clock.advance(8000);
    await desk.ends(id);
    deleteCredential(desk.site, other.id);
    await desk.takeAway();
    const scan = desk.request(SCAN);
    place();
    expect(await desk.ends(scan.id)).toMatchObject({
      result: { credential: null, findings: { content: { kind: 'foreign', description: 'a link' } } },
    });
    expect(desk.outcomes()).toEqual(['superseded', 'rolled_back']);
  });

  test('is still to be repaired when another credential was refused before it was begun', async () => {
    const { desk, credentialId, place } = await deskWithTornCard();
    const { id } = desk.request(encode(addCardCredential(desk.site).id));
    place(fails(failure('card_refused')));
    await desk.ends(id);
    expect(desk.outcomes()).toEqual([null, 'not_begun']);
    const scan = desk.request(SCAN);
    expect(await desk.ends(scan.id)).toMatchObject({ result: { credential: { id: credentialId } } });
    expect(desk.outcomes()).toEqual(['repaired', 'not_begun']);
  });

  test('is made blank by erasing', async () => {
    const { desk, place } = await deskWithTornCard();
    const { id } = desk.request(erase());
    const card = place();
    expect(await desk.ends(id)).toMatchObject({ result: { kind: 'erased' } });
    expect(card.images).toEqual([{ kind: 'blank', format: 'ntag' }]);
    expect(desk.outcomes()).toEqual(['superseded', 'written']);
  });

  test('is not changed by an inspection', async () => {
    const { desk, place } = await deskWithTornCard();
    const { id } = desk.request(INSPECT);
    const card = place();
    expect(await desk.ends(id)).toMatchObject({ result: { findings: { content: { kind: 'incomplete' } } } });
    expect(card.images).toEqual([]);
    expect(desk.outcomes()).toEqual([null]);
  });

  test.each([
    ['was deleted', (desk: Desk, id: string) => deleteCredential(desk.site, id)],
    [
      'was changed',
      (desk: Desk, id: string) => updateCredential(desk.site, id, { endsAt: desk.clock.now() + 3_600_000 }),
    ],
    [
      'was planned for another card',
      (desk: Desk, id: string) => planned(desk.site, id, { card: ANOTHER_CARD }),
    ],
  ])('is as it was before, once its credential %s', async (_, happens) => {
    const { desk, credentialId, place } = await deskWithTornCard();
    happens(desk, credentialId);
    const { id } = desk.request(SCAN);
    const card = place();
    expect(await desk.ends(id)).toMatchObject({
      result: { credential: null, findings: { content: { kind: 'foreign', description: 'a link' } } },
    });
    expect(card.images).toMatchObject([{ kind: 'previous', format: 'ntag' }]);
    expect(desk.outcomes()[0]).toBe('rolled_back');
  });

  test('is as it was before in the same scan when its credential is deleted while it is repaired', async () => {
    const { desk, credentialId, place } = await deskWithTornCard();
    const slow = Promise.withResolvers<void>();
    const { id } = desk.request(SCAN);
    const card = place(writes(3, slow.promise));
    await desk.until(() => card.images.length === 1);
    deleteCredential(desk.site, credentialId);
    slow.resolve();
    expect(await desk.ends(id)).toMatchObject({
      result: { credential: null, findings: { content: { kind: 'foreign' } } },
    });
    expect(card.images.map(({ kind }) => kind)).toEqual(['record', 'previous']);
    expect(desk.outcomes()).toEqual(['rolled_back']);
  });
});

test('of two cards for one credential at once, the later one is refused while the first is written', async () => {
  const desk = await Desk.open();
  desk.driver.plug('port-2');
  const encoders = () => desk.site.store.encoders.list({}, { after: 0, limit: 9 }).rows;
  await desk.until(() => encoders().length === 2);
  const { id: credentialId } = addCardCredential(desk.site);
  const slow = Promise.withResolvers<void>();
  const first = desk.request(encode(credentialId));
  const card = desk.device.place(CARD);
  card.writings.push(writes(3, slow.promise));
  await desk.until(() => card.contents.content.kind === 'incomplete');
  const second = desk.attempts.request({
    client: { id: 'client-2', name: 'Spa' },
    encoderId: encoders()[1]?.id ?? '',
    order: encode(credentialId),
    timeoutMs: 60_000,
  });
  desk.driver.encoder('port-2').place(ANOTHER_CARD);
  await desk.ends(second.id);
  slow.resolve();
  expect(failureOf(desk, second.id)).toMatchObject({ reason: 'credential_being_written' });
  await desk.ends(first.id);
  expect(findCredential(desk.site, credentialId)).toMatchObject({ cardUid: CARD.uid, issueCounter: 1 });
  expect(desk.outcomes()).toEqual(['written']);
});
