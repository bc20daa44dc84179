import { describe, expect, test } from 'vitest';
import type { Card } from '../../../src/model/card.ts';
import { uidOfNumber } from '../../../src/model/card.ts';
import { findCredential } from '../../../src/site/credentials.ts';
import { EVERY_ROW } from '../../../src/store/paging.ts';
import { addCardCredential } from '../site/card-bed.ts';
import { addUser, temporaryFolder } from '../site/site-bed.ts';
import { Desk, type DeskOptions, encode, failureOf, INSPECT, idle, SCAN, scanToAssign } from './desk.ts';
import type { Writing } from './scripted-card.ts';
import { failure } from './scripted-driver.ts';

const STRIPE: Card = { uid: uidOfNumber(5_550_001_234n), technology: 'magnetic_stripe' };

const asks = { phase: 'writing', done: 0, total: 2, awaitsSwipe: true } as const;
const asksAgain = { phase: 'verifying', done: 1, total: 2, awaitsSwipe: true } as const;
const done = { phase: 'verifying', done: 2, total: 2 } as const;

/** A write that asks for a swipe, goes on with it, and asks for one to read back. */
function swipes() {
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const writing: Writing = async (journal) => {
    journal.note(asks);
    await first.promise;
    journal.note(asksAgain);
    await second.promise;
    journal.note(done);
  };
  return { first, second, writing };
}

/** A desk where a credential is written on a stripe that has just been swiped. */
async function swipedDesk(options: DeskOptions = {}) {
  const desk = await Desk.open(options);
  const { id: credentialId } = addCardCredential(desk.site);
  const { id } = desk.request(encode(credentialId));
  const card = desk.device.place(STRIPE, [], { format: 'magstripe' });
  const hand = swipes();
  card.writings.push(hand.writing);
  return { desk, id, credentialId, card, ...hand };
}

test('the person is told to swipe the card to write it, and to swipe it once more to read it back', async () => {
  const { desk, id, credentialId, first, second } = await swipedDesk();
  await desk.asksFor(id, 'swipe_again');
  expect(desk.attempt(id)).toMatchObject({ phase: 'writing', progress: { done: 0, total: 2 } });
  first.resolve();
  await desk.until(() => desk.attempt(id).phase === 'verifying');
  expect(desk.attempt(id)).toMatchObject({ hint: 'swipe_again', progress: { done: 1, total: 2 } });
  second.resolve();
  expect(await desk.ends(id)).toMatchObject({
    result: { kind: 'encoded', credential: { id: credentialId } },
  });
  expect(findCredential(desk.site, credentialId)).toMatchObject({
    cardNumber: '5550001234',
    cardFormat: 'magstripe',
    cardTechnology: 'magnetic_stripe',
  });
});

test('a card that nobody swiped is finished when it is swiped later', async () => {
  const { desk, id, card, first } = await swipedDesk();
  await desk.asksFor(id, 'swipe_again');
  first.reject(failure('card_removed'));
  await desk.asksFor(id, 'put_card_back');
  await desk.takeAway();
  const again = desk.device.place(STRIPE, [], card.contents);
  again.writings.push(async (journal) => journal.note(done));
  expect(await desk.ends(id)).toMatchObject({ phase: 'succeeded' });
  expect(desk.outcomes()).toEqual(['repaired']);
});

describe('a daemon that ends while a write waits', () => {
  test('for the first swipe does not wait for it; the next one says that the card may be half written', async () => {
    const folder = temporaryFolder();
    const { desk, id } = await swipedDesk({ folder });
    await desk.asksFor(id, 'swipe_again');
    await desk.close();
    const after = await Desk.open({ folder });
    expect(after.attempt(id)).toMatchObject({ phase: 'writing', hint: 'swipe_again' });
    after.attempts.resume();
    await after.ends(id);
    expect(failureOf(after, id)).toMatchObject({ reason: 'encoding_interrupted' });
    expect(after.outcomes()).toEqual([null]);
    const scan = after.request(SCAN);
    after.device.place(STRIPE, [], { format: 'magstripe', content: { kind: 'incomplete' } });
    expect(await after.ends(scan.id)).toMatchObject({ phase: 'succeeded' });
    expect(after.outcomes()).toEqual(['repaired']);
  });

  test('for the second swipe does not wait for it either', async () => {
    const folder = temporaryFolder();
    const { desk, id, first } = await swipedDesk({ folder });
    await desk.asksFor(id, 'swipe_again');
    first.resolve();
    await desk.until(() => desk.attempt(id).phase === 'verifying');
    await desk.close();
    const after = await Desk.open({ folder });
    expect(after.attempt(id)).toMatchObject({ phase: 'verifying', hint: 'swipe_again' });
  });

  test.each(['first', 'second'] as const)(
    'for the %s swipe does not hear of it any more: neither its notes nor its end',
    async (which) => {
      const { desk, id, first, second } = await swipedDesk();
      await desk.asksFor(id, 'swipe_again');
      if (which === 'second') first.resolve();
      await desk.until(() => desk.attempt(id).phase === (which === 'first' ? 'writing' : 'verifying'));
      const heard: string[] = [];
      await desk.attempts[Symbol.asyncDispose]();
      const before = desk.attempt(id);
      const stop = desk.site.doorbell.listen(() => heard.push('a change'));
      first.resolve();
      second.resolve();
      await idle();
      stop();
      expect(heard).toEqual([]);
      expect(desk.attempt(id)).toEqual(before);
      expect(desk.outcomes()).toEqual([null]);
    },
  );

  test('for something else than a swipe waits until that is asked for, or it has ended', async () => {
    const { desk, id, first, card } = await swipedDesk();
    const wakes = Promise.withResolvers<void>();
    card.writings[0] = async (journal) => {
      journal.note({ phase: 'writing', done: 0, total: 2 });
      await wakes.promise;
      journal.note(asksAgain);
      await first.promise;
    };
    await desk.until(
      () => desk.attempt(id).phase === 'writing' && card.contents.content.kind === 'incomplete',
    );
    let isClosed = false;
    const closing = desk.attempts[Symbol.asyncDispose]().then(() => {
      isClosed = true;
    });
    await idle();
    expect(isClosed).toBe(false);
    wakes.resolve();
    await closing;
    expect(desk.attempt(id)).toMatchObject({ phase: 'writing', hint: 'keep_card_there' });
    expect(desk.outcomes()).toEqual([null]);
  });
});

describe('a stripe without a number', () => {
  const drawn = { format: 'magstripe', isNumberDrawn: true } as const;

  test.each([SCAN, INSPECT])('has none in the answer to $action', async (order) => {
    const desk = await Desk.open();
    const { id } = desk.request(order);
    desk.device.place(STRIPE, [], drawn);
    expect(await desk.ends(id)).toMatchObject({ phase: 'succeeded', result: { cardNumber: null } });
  });

  test('is assigned to nobody: the next swipe shows another number', async () => {
    const desk = await Desk.open();
    const { id } = desk.request(scanToAssign(addUser(desk.site, 'Ada').id));
    desk.device.place(STRIPE, [], drawn);
    await desk.ends(id);
    expect(failureOf(desk, id)).toMatchObject({ reason: 'card_without_number' });
    expect(desk.site.store.credentials.list({}, EVERY_ROW).rows).toEqual([]);
  });

  test('and one with a number is assigned as any card, without a swipe more', async () => {
    const desk = await Desk.open();
    const { id } = desk.request(scanToAssign(addUser(desk.site, 'Ada').id));
    const card = desk.device.place(STRIPE, [], { format: 'magstripe' });
    expect(await desk.ends(id)).toMatchObject({ result: { credential: { cardNumber: '5550001234' } } });
    expect(card.images).toEqual([]);
  });

  test('has one once a credential was written on it', async () => {
    const { desk, id, credentialId, first, second } = await swipedDesk();
    first.resolve();
    second.resolve();
    await desk.ends(id);
    expect(findCredential(desk.site, credentialId).cardNumber).toBe('5550001234');
  });
});
