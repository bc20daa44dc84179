import { describe, expect, test } from 'vitest';
import { findCredential, unassignCredential } from '../../../src/site/credentials.ts';
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

  test('must leave before it is written for another user, for nobody, or given to another user', async () => {
    const { desk, ada } = await deskWithWrittenCard();
    const nobodys = addCardCredential(desk.site, { acsUserId: ada });
    unassignCredential(desk.site, nobodys.id, ada);
    for (const order of [
      encode(addCardCredential(desk.site).id, { mayOverwrite: true }),
      encode(nobodys.id, { mayOverwrite: true }),
      scanToAssign(addUser(desk.site, 'Grace').id),
    ]) {
      const { id } = desk.request(order);
      await desk.asksFor(id, 'take_card_away');
      await idle();
      expect(desk.phases(id)).toEqual(['queued', 'place_card', 'take_card_away']);
    }
  });
});

test('a card of nobody’s credential may be written again for that one, and not for another of nobody’s', async () => {
  const desk = await Desk.open();
  const [first, second] = [addCardCredential(desk.site), addCardCredential(desk.site)];
  for (const { id, acsUserId } of [first, second]) unassignCredential(desk.site, id, acsUserId ?? '');
  desk.device.place(CARD);
  for (const _ of ['first', 'again']) {
    const { id } = desk.request(encode(first.id));
    expect(await desk.ends(id)).toMatchObject({ phase: 'succeeded' });
  }
  const { id } = desk.request(encode(second.id, { mayOverwrite: true }));
  await desk.asksFor(id, 'take_card_away');
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
