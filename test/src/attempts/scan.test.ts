import { describe, expect, test } from 'vitest';
import { createUserIdentity } from '../../../src/site/identities.ts';
import { deleteUser, updateUser } from '../../../src/site/users.ts';
import { addUser } from '../site/site-bed.ts';
import { ANOTHER_CARD, CARD, Desk, failureOf, idle, SCAN, scanToAssign } from './desk.ts';
import { failure } from './scripted-driver.ts';

describe('an attempt', () => {
  test('waits, reads the card that comes, and ends; the person is shown how', async () => {
    const desk = await Desk.open();
    const { id, phase, expiresAt } = desk.request(SCAN);
    expect(phase).toBe('queued');
    expect(expiresAt).toBe(desk.clock.now() + 60_000);
    await desk.reaches(id, 'awaiting_card');
    const card = desk.device.place(CARD);
    expect(await desk.ends(id)).toMatchObject({
      result: { kind: 'scanned', cardNumber: '1303689068602870', credential: null },
    });
    expect(desk.phases(id)).toEqual(['queued', 'place_card', 'reading', 'succeeded']);
    expect(card.inspectCount).toBe(1);
    expect(desk.device.cues).toEqual(['success']);
  });

  test('takes the card that lies there already', async () => {
    const desk = await Desk.open();
    desk.device.place(CARD);
    await desk.until(() => desk.encoders.station(desk.encoderId).card !== null);
    const { id } = desk.request(SCAN);
    expect(await desk.ends(id)).toMatchObject({ phase: 'succeeded' });
  });

  test('assigns the card, with the user, the credential and the served card in one commit', async () => {
    const desk = await Desk.open();
    const ada = addUser(desk.site, 'Ada');
    const { id } = desk.request(scanToAssign(ada.id));
    desk.device.place(CARD);
    expect(await desk.ends(id)).toMatchObject({
      result: { kind: 'assigned', credential: { acsUserId: ada.id, cardUid: CARD.uid } },
    });
    const [credential] = desk.site.store.credentials.list({}, { after: 0, limit: 2 }).rows;
    expect(desk.site.store.encoders.servedCard(desk.encoderId)).toEqual({
      uid: CARD.uid,
      acsUserId: ada.id,
      acsCredentialId: credential?.id,
    });
  });

  test('makes the encoder busy until it ends', async () => {
    const desk = await Desk.open();
    const { id } = desk.request(SCAN);
    expect(desk.site.store.encoders.get(desk.encoderId)?.isBusy).toBe(true);
    desk.device.place(CARD);
    await desk.ends(id);
    const states = desk.site.store.changes
      .after(0, 1000)
      .flatMap(({ change }) => (change.type === 'encoder.changed' ? [change.encoder.isBusy] : []));
    expect(states).toEqual([false, true, false]);
  });

  test('ends when nobody comes in time, to the millisecond', async () => {
    const desk = await Desk.open();
    const { id } = desk.request(SCAN, undefined, 5000);
    await desk.reaches(id, 'awaiting_card');
    desk.clock.advance(4999);
    await idle();
    expect(desk.attempt(id).phase).toBe('awaiting_card');
    desk.clock.advance(1);
    await desk.ends(id);
    expect(failureOf(desk, id)).toMatchObject({
      type: 'action_attempt_expired',
      reason: 'no_card_presented',
    });
    expect(desk.device.cues).toEqual(['failure']);
    expect(desk.clock.sleepers).toBe(0);
  });

  test('is not cut short by its time while a card is read', async () => {
    const desk = await Desk.open();
    const { id } = desk.request(SCAN, undefined, 5000);
    const { slow } = desk.placeSlow(CARD);
    await desk.reaches(id, 'reading');
    desk.clock.advance(60_000);
    await idle();
    expect(desk.attempt(id).phase).toBe('reading');
    slow.resolve();
    expect(await desk.ends(id)).toMatchObject({ phase: 'succeeded' });
  });
});

describe('a card that is lifted too soon', () => {
  test('is asked for again, and not read again as long as it is the same presence', async () => {
    const desk = await Desk.open();
    const { id } = desk.request(SCAN);
    const lifted = desk.placeFailing(CARD, failure('card_removed'));
    await desk.asksFor(id, 'hold_card_still');
    await idle();
    expect(lifted.inspectCount).toBe(1);
    expect(desk.phases(id)).toEqual(['queued', 'place_card', 'reading', 'hold_card_still']);
    desk.device.place(CARD);
    expect(await desk.ends(id)).toMatchObject({ phase: 'succeeded' });
    expect(lifted.inspectCount).toBe(1);
  });

  test('ends the attempt when the time is over by then', async () => {
    const desk = await Desk.open();
    const { id } = desk.request(SCAN, undefined, 5000);
    const { slow } = desk.placeSlow(CARD);
    await desk.reaches(id, 'reading');
    desk.clock.advance(5000);
    slow.reject(failure('card_removed'));
    await desk.ends(id);
    expect(failureOf(desk, id)).toMatchObject({ reason: 'no_card_presented' });
  });

  test('before it was known what it is, is asked for again', async () => {
    const desk = await Desk.open();
    const { id } = desk.request(SCAN);
    await desk.reaches(id, 'awaiting_card');
    desk.device.failToRead(failure('card_removed'));
    await desk.asksFor(id, 'hold_card_still');
    desk.device.place(CARD);
    desk.clock.advance(1000);
    expect(await desk.ends(id)).toMatchObject({ phase: 'succeeded' });
  });
});

describe('a card that has just served somebody else', () => {
  async function deskWithServedCard() {
    const desk = await Desk.open();
    const [ada, grace] = [addUser(desk.site, 'Ada'), addUser(desk.site, 'Grace')];
    const { id } = desk.request(scanToAssign(ada.id));
    desk.device.place(CARD);
    await desk.ends(id);
    return { desk, ada, grace };
  }

  test('must leave the field before the next guest gets one', async () => {
    const { desk, grace } = await deskWithServedCard();
    const { id } = desk.request(scanToAssign(grace.id));
    await desk.asksFor(id, 'take_card_away');
    await idle();
    expect(desk.phases(id)).toEqual(['queued', 'place_card', 'take_card_away']);
    desk.device.takeAway();
    await desk.asksFor(id, 'place_card_again');
    desk.device.place(ANOTHER_CARD);
    expect(await desk.ends(id)).toMatchObject({
      result: { credential: { acsUserId: grace.id, cardUid: ANOTHER_CARD.uid } },
    });
  });

  test('may be swapped for the next one at once', async () => {
    const { desk, grace } = await deskWithServedCard();
    const { id } = desk.request(scanToAssign(grace.id));
    await desk.asksFor(id, 'take_card_away');
    desk.device.place(ANOTHER_CARD);
    expect(await desk.ends(id)).toMatchObject({ result: { credential: { acsUserId: grace.id } } });
  });

  test('is refused when it comes back all the same', async () => {
    const { desk, grace } = await deskWithServedCard();
    const { id } = desk.request(scanToAssign(grace.id));
    await desk.asksFor(id, 'take_card_away');
    desk.device.takeAway();
    await desk.asksFor(id, 'place_card_again');
    desk.device.place(CARD);
    await desk.ends(id);
    expect(failureOf(desk, id)).toMatchObject({ reason: 'card_belongs_to_another_user' });
  });

  test('may be read again, and given to the same user again', async () => {
    const { desk, ada } = await deskWithServedCard();
    const scan = desk.request(SCAN);
    expect(await desk.ends(scan.id)).toMatchObject({ result: { credential: { acsUserId: ada.id } } });
    const again = desk.request(scanToAssign(ada.id));
    expect(await desk.ends(again.id)).toMatchObject({ phase: 'succeeded' });
    expect(desk.phases(again.id)).toEqual(['queued', 'place_card', 'reading', 'succeeded']);
  });

  test('must leave also for an identity that has no user yet', async () => {
    const { desk } = await deskWithServedCard();
    const nobody = { key: null, fullName: 'Edith', emailAddress: null, phoneNumber: null };
    const identity = createUserIdentity(desk.site, nobody);
    const { id } = desk.request({
      action: 'SCAN_TO_ASSIGN_CREDENTIAL',
      beneficiary: { kind: 'user_identity', userIdentityId: identity.id },
      mayEnrol: true,
    });
    await desk.asksFor(id, 'take_card_away');
  });

  test('must leave also after the encoder was away with the card on it', async () => {
    const { desk, grace } = await deskWithServedCard();
    const { id } = desk.request(scanToAssign(grace.id));
    await desk.asksFor(id, 'take_card_away');
    desk.driver.unplug('port-1');
    await desk.asksFor(id, 'reconnect_encoder');
    desk.driver.plug('port-1');
    await desk.asksFor(id, 'place_card');
    desk.device.place(CARD);
    await desk.asksFor(id, 'take_card_away');
    expect(desk.phases(id)).not.toContain('reading');
  });

  test('is waited for no longer than the attempt may wait', async () => {
    const { desk, grace } = await deskWithServedCard();
    const { id } = desk.request(scanToAssign(grace.id), undefined, 5000);
    await desk.asksFor(id, 'take_card_away');
    desk.clock.advance(5000);
    await desk.ends(id);
    expect(failureOf(desk, id)).toMatchObject({ reason: 'no_card_presented' });
  });
});

describe('what the site says to the card', () => {
  test('ends the attempt: it belongs to another user', async () => {
    const desk = await Desk.open();
    const [ada, grace] = [addUser(desk.site, 'Ada'), addUser(desk.site, 'Grace')];
    const first = desk.request(scanToAssign(ada.id));
    desk.device.place(CARD);
    await desk.ends(first.id);
    desk.device.takeAway();
    await desk.until(() => desk.encoders.station(desk.encoderId).card === null);
    const { id } = desk.request(scanToAssign(grace.id));
    desk.device.place(CARD);
    await desk.ends(id);
    expect(failureOf(desk, id)).toMatchObject({
      type: 'uncategorized_error',
      reason: 'card_belongs_to_another_user',
      message: 'This card belongs to another user. Take another card, or unassign this one first.',
    });
  });

  test('ends the attempt: it is not registered, or has a new number each time', async () => {
    const desk = await Desk.open();
    const ada = addUser(desk.site, 'Ada');
    const strict = desk.request(scanToAssign(ada.id, false));
    desk.device.place(CARD);
    await desk.ends(strict.id);
    expect(failureOf(desk, strict.id)).toMatchObject({
      type: 'no_credential_on_encoder',
      reason: 'card_unknown',
    });
    const { id } = desk.request(scanToAssign(ada.id));
    desk.device.place({ uid: '08A1B2C3', technology: 'iso14443_4' });
    await desk.until(() => !['queued', 'awaiting_card', 'reading'].includes(desk.attempt(id).phase));
  });

  test('ends the attempt: its user was deleted while it waited', async () => {
    const desk = await Desk.open();
    const ada = addUser(desk.site, 'Ada');
    const { id } = desk.request(scanToAssign(ada.id));
    await desk.reaches(id, 'awaiting_card');
    deleteUser(desk.site, { acsUserId: ada.id });
    desk.device.place(CARD);
    await desk.ends(id);
    expect(failureOf(desk, id)).toMatchObject({ type: 'uncategorized_error', reason: 'beneficiary_deleted' });
    expect(desk.site.store.credentials.list({}, { after: 0, limit: 1 }).rows).toEqual([]);
    expect(desk.site.store.encoders.servedCard(desk.encoderId)).toBeNull();
  });

  test('goes by the user as it is when the card comes', async () => {
    const desk = await Desk.open();
    const ada = addUser(desk.site, 'Ada');
    const { id } = desk.request(scanToAssign(ada.id));
    updateUser(
      desk.site,
      { acsUserId: ada.id },
      { accessSchedule: { startsAt: 1, endsAt: 4_000_000_000_000 } },
    );
    desk.device.place(CARD);
    expect(await desk.ends(id)).toMatchObject({
      result: { credential: { startsAt: 1, endsAt: 4_000_000_000_000 } },
    });
  });
});
