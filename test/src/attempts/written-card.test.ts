import { describe, expect, test } from 'vitest';
import type { Credential } from '../../../src/model/credential.ts';
import { assignCredential, findCredential, unassignCredential } from '../../../src/site/credentials.ts';
import { addCardCredential, issue } from '../site/card-bed.ts';
import { addUser } from '../site/site-bed.ts';
import { CARD, Desk, encode, erase, failureOf, INSPECT, idle, SCAN, scanToAssign } from './desk.ts';

describe('a card that has just been written', () => {
  async function deskWithWrittenCard() {
    const desk = await Desk.open();
    const credential = addCardCredential(desk.site);
    const { id } = desk.request(encode(credential.id));
    desk.device.place(CARD);
    await desk.ends(id);
    return { desk, credential, ada: credential.acsUserId ?? '' };
  }

  test('may be written for the same credential and the same user, read, inspected and erased as it lies', async () => {
    const { desk, credential, ada } = await deskWithWrittenCard();
    const second = addCardCredential(desk.site, { acsUserId: ada });
    for (const order of [
      encode(credential.id),
      SCAN,
      INSPECT,
      encode(second.id, { mayOverwrite: true }),
      scanToAssign(ada),
      erase(true),
    ]) {
      const { id } = desk.request(order);
      expect(await desk.ends(id)).toMatchObject({ phase: 'succeeded' });
      expect(desk.phases(id)).not.toContain('take_card_away');
    }
  });

  test('must leave before it is written for another user, or given to one', async () => {
    const { desk } = await deskWithWrittenCard();
    for (const order of [
      encode(addCardCredential(desk.site).id, { mayOverwrite: true }),
      scanToAssign(addUser(desk.site, 'Grace').id),
    ]) {
      const { id } = desk.request(order);
      await desk.asksFor(id, 'take_card_away');
      await idle();
      expect(desk.phases(id)).toEqual(['queued', 'place_card', 'take_card_away']);
    }
  });
});

describe('a credential that belongs to nobody', () => {
  const unassign = (desk: Desk, { id, acsUserId }: Credential) =>
    unassignCredential(desk.site, id, acsUserId ?? '');

  test('is written again only once it is somebody’s', async () => {
    const desk = await Desk.open();
    const credential = addCardCredential(desk.site);
    unassign(desk, credential);
    const refused = expect.objectContaining({
      type: 'invalid_input',
      message: expect.stringContaining('nobody'),
    });
    expect(() => desk.request(encode(credential.id))).toThrow(refused);
    assignCredential(desk.site, credential.id, addUser(desk.site, 'Grace').id);
    const { id } = desk.request(encode(credential.id));
    desk.device.place(CARD);
    expect(await desk.ends(id)).toMatchObject({ phase: 'succeeded' });
  });

  test('lost its user while the attempt waited: it ends, and no card is touched', async () => {
    const desk = await Desk.open();
    const credential = addCardCredential(desk.site);
    const { id } = desk.request(encode(credential.id));
    await desk.reaches(id, 'awaiting_card');
    unassign(desk, credential);
    desk.attempts.endOrphans();
    expect(failureOf(desk, id)).toMatchObject({
      ...{ type: 'uncategorized_error', reason: 'credential_without_user' },
      message: expect.stringContaining('Assign it to a user first'),
    });
  });

  test('lost its user while the card was read: nothing is written', async () => {
    const desk = await Desk.open();
    const credential = addCardCredential(desk.site);
    const { id } = desk.request(encode(credential.id));
    const { placed, slow } = desk.placeSlow(CARD);
    await desk.reaches(id, 'reading');
    unassign(desk, credential);
    slow.resolve();
    await desk.ends(id);
    expect(failureOf(desk, id)).toMatchObject({ reason: 'credential_without_user' });
    expect(placed.images).toEqual([]);
    expect(desk.outcomes()).toEqual([]);
  });
});

test('a card is inspected without a change, and what is needed to put it back is kept from everybody', async () => {
  const desk = await Desk.open();
  const { id } = desk.request(INSPECT);
  const content = { kind: 'foreign', description: 'a link' } as const;
  const card = desk.device.place(CARD, [], { content, facts: [['Memory', '144 bytes']] });
  expect(await desk.ends(id)).toMatchObject({
    result: {
      kind: 'inspected',
      card: CARD,
      cardNumber: '1303689068602870',
      credential: null,
      findings: { format: 'ntag', content, facts: [['Memory', '144 bytes']] },
    },
  });
  expect(JSON.stringify(desk.attempt(id))).not.toContain('preimage');
  expect(card.images).toEqual([]);
  expect(desk.outcomes()).toEqual([]);
});

test('a card is erased, and its credential is on no card any more', async () => {
  const desk = await Desk.open();
  const credential = issue(desk.site, addCardCredential(desk.site).id);
  const refused = desk.request(erase());
  const card = desk.device.place(CARD);
  await desk.ends(refused.id);
  expect(failureOf(desk, refused.id)).toMatchObject({ reason: 'card_carries_another_credential' });
  expect(card.images).toEqual([]);
  const { id } = desk.request(erase(true));
  expect(await desk.ends(id)).toMatchObject({ result: { kind: 'erased', cardNumber: '1303689068602870' } });
  expect(card.images).toEqual([{ kind: 'blank', format: 'ntag' }]);
  expect(findCredential(desk.site, credential.id).isIssued).toBe(false);
});
