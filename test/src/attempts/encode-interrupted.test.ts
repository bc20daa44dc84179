import { describe, expect, test } from 'vitest';
import { findCredential } from '../../../src/site/credentials.ts';
import type { Store } from '../../../src/store/store.ts';
import { addCardCredential } from '../site/card-bed.ts';
import { temporaryFolder } from '../site/site-bed.ts';
import { ANOTHER_CARD, CARD, Desk, encode, failureOf, idle, RECEPTION, SPA } from './desk.ts';
import { fails, type ScriptedCard, type Writing, writesAndFails } from './scripted-card.ts';
import { failure } from './scripted-driver.ts';

/** A desk whose attempt writes on a card, which is lifted, or fails otherwise, as the last of `writings` says. */
async function deskAfter(writing: Writing, timeoutMs = 60_000, folder = temporaryFolder()) {
  const desk = await Desk.open({ folder });
  const { id: credentialId } = addCardCredential(desk.site);
  const { id } = desk.request(encode(credentialId), RECEPTION, timeoutMs);
  const card = desk.device.place(CARD);
  card.writings.push(writing);
  return { desk, id, credentialId, card };
}

const torn = () => deskAfter(writesAndFails(2, failure('card_removed')));

/** Takes a card away and puts it back, with what is on it. */
async function putBack(desk: Desk, card: ScriptedCard, ...writings: Writing[]): Promise<ScriptedCard> {
  await desk.takeAway();
  const back = desk.device.place(CARD, [], card.contents);
  back.writings.push(...writings);
  return back;
}

describe('a card that is lifted before it was changed', () => {
  test('is asked for again, and begun anew', async () => {
    const { desk, id, credentialId, card } = await deskAfter(fails(failure('card_removed')));
    await desk.asksFor(id, 'hold_card_still');
    expect(desk.outcomes()).toEqual(['not_begun']);
    await idle();
    expect(card.images).toHaveLength(1);
    await putBack(desk, card);
    expect(await desk.ends(id)).toMatchObject({ phase: 'succeeded' });
    expect(desk.outcomes()).toEqual(['not_begun', 'written']);
    expect(findCredential(desk.site, credentialId)).toMatchObject({ issueCounter: 1 });
  });

  test('may be another one the next time', async () => {
    const { desk, id } = await deskAfter(fails(failure('card_removed')));
    await desk.asksFor(id, 'hold_card_still');
    desk.device.place(ANOTHER_CARD);
    expect(await desk.ends(id)).toMatchObject({ result: { credential: { cardUid: ANOTHER_CARD.uid } } });
  });

  test('ends the attempt when the time is over by then', async () => {
    const { desk, id } = await deskAfter(async () => {
      desk.clock.advance(5000);
      throw failure('card_removed');
    }, 5000);
    await desk.ends(id);
    expect(failureOf(desk, id)).toMatchObject({ reason: 'no_card_presented' });
    expect(desk.outcomes()).toEqual(['not_begun']);
  });

  test('and swapped for another one between the plan and the write, leaves the other one to a plan of its own', async () => {
    let swap = () => {};
    const wrapStore = (store: Store): Store => ({
      ...store,
      cardWrites: {
        ...store.cardWrites,
        insert: (write) => {
          store.cardWrites.insert(write);
          swap();
        },
      },
    });
    const desk = await Desk.open({ wrapStore });
    const { id } = desk.request(encode(addCardCredential(desk.site).id));
    const other = Promise.withResolvers<ScriptedCard>();
    swap = () => {
      swap = () => {};
      other.resolve(desk.device.place(ANOTHER_CARD));
    };
    const card = desk.device.place(CARD);
    expect(await desk.ends(id)).toMatchObject({ result: { credential: { cardUid: ANOTHER_CARD.uid } } });
    expect(card.contents.content).toEqual({ kind: 'blank' });
    expect({ ...(await other.promise) }).toMatchObject({ inspectCount: 1, images: [{ kind: 'record' }] });
    expect(desk.site.store.cardWrites.list({}, { after: 0, limit: 9 }).rows).toMatchObject([
      { card: CARD, outcome: 'not_begun' },
      { card: ANOTHER_CARD, outcome: 'written' },
    ]);
    expect(desk.phases(id)).toContain('hold_card_still');
  });
});

describe('a card that is lifted while it is written', () => {
  test('is waited for, and repaired when it is put back', async () => {
    const { desk, id, credentialId, card } = await torn();
    await desk.asksFor(id, 'put_card_back');
    expect(findCredential(desk.site, credentialId).isIssued).toBe(false);
    expect(desk.outcomes()).toEqual([null]);
    desk.clock.advance(7999);
    const back = await putBack(desk, card);
    expect(await desk.ends(id)).toMatchObject({ phase: 'succeeded', result: { kind: 'encoded' } });
    expect(back.images).toEqual(card.images);
    expect(desk.outcomes()).toEqual(['repaired']);
    expect(findCredential(desk.site, credentialId)).toMatchObject({ isIssued: true, issueCounter: 1 });
    expect(desk.phases(id)).toEqual([
      ...['queued', 'place_card', 'reading', 'writing', 'writing'],
      ...['put_card_back', 'writing', 'writing', 'verifying', 'succeeded'],
    ]);
  });

  test('is waited for 8 s, to the millisecond; the write stays open in the journal', async () => {
    const { desk, id, credentialId } = await torn();
    await desk.asksFor(id, 'put_card_back');
    desk.clock.advance(7999);
    await idle();
    expect(desk.attempt(id).phase).toBe('writing');
    desk.clock.advance(1);
    await desk.ends(id);
    expect(failureOf(desk, id)).toMatchObject({
      type: 'encoding_interrupted',
      reason: 'encoding_interrupted',
    });
    expect(desk.outcomes()).toEqual([null]);
    expect(findCredential(desk.site, credentialId)).toMatchObject({ isIssued: false, cardUid: null });
    expect(desk.device.cues).toEqual(['failure']);
    expect(desk.clock.sleepers).toBe(0);
  });

  test('is waited for though the attempt would wait for no card any more', async () => {
    const { desk, id, card } = await deskAfter(writesAndFails(2, failure('card_removed')), 1000);
    await desk.asksFor(id, 'put_card_back');
    desk.clock.advance(5000);
    await putBack(desk, card);
    expect(await desk.ends(id)).toMatchObject({ phase: 'succeeded' });
  });

  test('may be lifted again, and is waited for as long again', async () => {
    const { desk, id, card } = await torn();
    let last = card;
    for (const writing of [writesAndFails(1, failure('card_removed')), fails(failure('card_removed'))]) {
      await desk.asksFor(id, 'put_card_back');
      desk.clock.advance(7000);
      last = await putBack(desk, last, writing);
      await desk.until(() => last.images.length === 1);
    }
    await desk.asksFor(id, 'put_card_back');
    desk.clock.advance(7000);
    await putBack(desk, last);
    expect(await desk.ends(id)).toMatchObject({ phase: 'succeeded' });
    expect(desk.outcomes()).toEqual(['repaired']);
  });

  test('is waited for past any other card, which stays as it is', async () => {
    const { desk, id, card } = await torn();
    await desk.asksFor(id, 'put_card_back');
    await desk.takeAway();
    const other = desk.device.place(ANOTHER_CARD);
    await desk.until(() => desk.encoders.station(desk.encoderId).card === other);
    await idle();
    expect(desk.attempt(id)).toMatchObject({ phase: 'writing', hint: 'put_card_back' });
    await putBack(desk, card);
    expect(await desk.ends(id)).toMatchObject({ result: { credential: { cardUid: CARD.uid } } });
    expect({ ...other }).toMatchObject({ readCount: 0, inspectCount: 0, images: [] });
  });

  test('and refuses when it is put back ends the attempt, and stays open in the journal', async () => {
    const { desk, id, card } = await torn();
    await desk.asksFor(id, 'put_card_back');
    await putBack(desk, card, fails(failure('card_refused')));
    await desk.ends(id);
    expect(failureOf(desk, id)).toMatchObject({ reason: 'card_refused' });
    expect(desk.outcomes()).toEqual([null]);
  });

  test('and written at another encoder meanwhile is not written again', async () => {
    const { desk, id, card } = await torn();
    await desk.asksFor(id, 'put_card_back');
    await desk.takeAway();
    desk.driver.plug('port-2');
    const encoders = () => desk.site.store.encoders.list({}, { after: 0, limit: 9 }).rows;
    await desk.until(() => encoders().length === 2);
    const there = desk.attempts.request({
      client: SPA,
      encoderId: encoders()[1]?.id ?? '',
      order: encode(addCardCredential(desk.site).id),
      timeoutMs: 60_000,
    });
    const elsewhere = desk.driver.encoder('port-2').place(CARD, [], card.contents);
    expect(await desk.ends(there.id)).toMatchObject({ phase: 'succeeded' });
    desk.driver.encoder('port-2').takeAway();
    const back = desk.device.place(CARD, [], elsewhere.contents);
    await desk.ends(id);
    expect(failureOf(desk, id)).toMatchObject({ reason: 'written_elsewhere' });
    expect(back.images).toEqual([]);
    expect(desk.outcomes()).toEqual(['superseded', 'written']);
  });
});
