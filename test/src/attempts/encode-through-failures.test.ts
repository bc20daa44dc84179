import { describe, expect, test } from 'vitest';
import type { WriteJournal } from '../../../src/card/program.ts';
import type { EncoderErrorCode } from '../../../src/encoder/errors.ts';
import { findCredential } from '../../../src/site/credentials.ts';
import { StorageError } from '../../../src/store/errors.ts';
import type { Store } from '../../../src/store/store.ts';
import { addCardCredential } from '../site/card-bed.ts';
import { temporaryFolder } from '../site/site-bed.ts';
import { CARD, Desk, encode, failureOf, idle, RECEPTION } from './desk.ts';
import { fails, type ScriptedCard, type Writing, writes, writesAndFails } from './scripted-card.ts';
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

/** Takes a card away and puts it back, with what is on it. */
async function putBack(desk: Desk, card: ScriptedCard, ...writings: Writing[]): Promise<ScriptedCard> {
  await desk.takeAway();
  const back = desk.device.place(CARD, [], card.contents);
  back.writings.push(...writings);
  return back;
}

describe('an encoder that goes while a card is written', () => {
  test('and comes back with the card repairs it', async () => {
    const { desk, id, card } = await deskAfter(writes(3, new Promise(() => {})));
    await desk.until(() => card.contents.content.kind === 'incomplete');
    desk.driver.unplug('port-1');
    await desk.asksFor(id, 'leave_card_there');
    await desk.until(() => desk.site.store.encoders.get(desk.encoderId)?.isOnline === false);
    desk.clock.advance(7999);
    desk.driver.plug('port-1');
    await desk.until(() => desk.site.store.encoders.get(desk.encoderId)?.isOnline === true);
    desk.device.place(CARD, [], card.contents);
    expect(await desk.ends(id)).toMatchObject({ phase: 'succeeded' });
    expect(desk.outcomes()).toEqual(['repaired']);
  });

  test('and stays away ends the attempt as one that was interrupted', async () => {
    const { desk, id, card } = await deskAfter(writes(3, new Promise(() => {})));
    await desk.until(() => card.contents.content.kind === 'incomplete');
    desk.driver.unplug('port-1');
    await desk.asksFor(id, 'leave_card_there');
    desk.clock.advance(8000);
    await desk.ends(id);
    expect(failureOf(desk, id)).toMatchObject({ type: 'encoding_interrupted' });
    expect(desk.outcomes()).toEqual([null]);
  });

  test.each<EncoderErrorCode>(['device_lost', 'device_timeout'])(
    'or falls silent (%s) before it told of a change, may have made one all the same',
    async (code) => {
      const { desk, id, card } = await deskAfter(fails(failure(code)));
      await desk.asksFor(id, code === 'device_lost' ? 'leave_card_there' : 'put_card_back');
      expect(desk.outcomes()).toEqual([null]);
      await idle();
      expect(card.images).toHaveLength(1);
      await putBack(desk, card);
      expect(await desk.ends(id)).toMatchObject({ phase: 'succeeded' });
      expect(desk.outcomes()).toEqual(['repaired']);
    },
  );

  test('and tells of progress when the write is over already is not heard', async () => {
    const journals: WriteJournal[] = [];
    const { desk, id, card } = await deskAfter(async (journal) => {
      journals.push(journal);
      journal.note({ phase: 'writing', done: 0, total: 3 });
      throw failure('device_timeout');
    });
    await desk.asksFor(id, 'put_card_back');
    journals[0]?.note({ phase: 'verifying', done: 2, total: 3 });
    expect(desk.attempt(id)).toMatchObject({ phase: 'writing', hint: 'put_card_back' });
    await putBack(desk, card);
    expect(await desk.ends(id)).toMatchObject({ phase: 'succeeded' });
  });
});

describe('a daemon that stops while a card is written', () => {
  test('lets the write end, and the result is there', async () => {
    const slow = Promise.withResolvers<void>();
    const { desk, id, card } = await deskAfter(writes(3, slow.promise));
    await desk.until(() => card.contents.content.kind === 'incomplete');
    const closing = desk.close();
    await idle();
    expect(desk.attempt(id).phase).toBe('writing');
    slow.resolve();
    await closing;
    expect(desk.attempt(id)).toMatchObject({ phase: 'succeeded' });
    expect(desk.outcomes()).toEqual(['written']);
  });

  test('lets the write fail, and that is there too', async () => {
    const slow = Promise.withResolvers<void>();
    const { desk, id, card } = await deskAfter(writes(3, slow.promise));
    await desk.until(() => card.contents.content.kind === 'incomplete');
    const closing = desk.close();
    slow.reject(failure('card_refused'));
    await closing;
    expect(failureOf(desk, id)).toMatchObject({ reason: 'card_refused' });
    expect(desk.outcomes()).toEqual([null]);
  });

  test.each([
    ['before the first byte', fails(failure('device_protocol')), true],
    ['while the card is waited for', writesAndFails(1, failure('card_removed')), false],
  ] as const)('%s, says at the next start that it was interrupted', async (_, writing, isBefore) => {
    const folder = temporaryFolder();
    const never = new Promise<never>(() => {});
    const { desk, id, card } = await deskAfter(isBefore ? () => never : writing, 60_000, folder);
    if (isBefore) await desk.until(() => card.images.length === 1);
    else await desk.asksFor(id, 'put_card_back');
    await desk.close();
    expect(desk.attempt(id).phase).toBe('writing');
    const after = await Desk.open({ folder });
    after.attempts.resume();
    await after.ends(id);
    expect(failureOf(after, id)).toMatchObject({ type: 'encoding_interrupted' });
    expect(after.outcomes()).toEqual([null]);
  });
});

describe('a disk that is full while a card is written', () => {
  /** A store that takes no change of an attempt, or none of the journal, while it is full. */
  function storeThatFills() {
    const disk = { isFull: false };
    const failNow = () => {
      if (disk.isFull) throw new StorageError('database or disk is full (SQLITE_FULL)');
    };
    const wrapStore = (store: Store): Store => ({
      ...store,
      attempts: {
        ...store.attempts,
        update: (attempt) => {
          failNow();
          store.attempts.update(attempt);
        },
      },
    });
    return { disk, wrapStore };
  }

  test('stops nothing, and the result is kept as soon as there is room', async () => {
    const { disk, wrapStore } = storeThatFills();
    const desk = await Desk.open({ wrapStore });
    const credential = addCardCredential(desk.site);
    const { id } = desk.request(encode(credential.id));
    const card = desk.device.place(CARD);
    card.writings.push(async (journal) => {
      disk.isFull = true;
      await writes(5)(journal);
    });
    await desk.reaches(id, 'writing');
    await desk.clock.waitedFor();
    expect(card.contents.content.kind).toBe('record');
    expect(desk.attempt(id)).toMatchObject({ phase: 'writing', progress: null });
    expect(desk.outcomes()).toEqual([null]);
    expect(findCredential(desk.site, credential.id).isIssued).toBe(false);
    disk.isFull = false;
    desk.clock.advance(1000);
    expect(await desk.ends(id)).toMatchObject({ phase: 'succeeded' });
    expect(card.images).toHaveLength(1);
    expect(desk.outcomes()).toEqual(['written']);
  });

  test('before it was planned leaves the card alone until there is room', async () => {
    const { disk, wrapStore } = storeThatFills();
    const desk = await Desk.open({ wrapStore });
    const { id } = desk.request(encode(addCardCredential(desk.site).id));
    const { placed, slow } = desk.placeSlow(CARD);
    await desk.reaches(id, 'reading');
    disk.isFull = true;
    slow.resolve();
    await desk.clock.waitedFor();
    expect(placed.images).toEqual([]);
    expect(desk.outcomes()).toEqual([]);
    disk.isFull = false;
    desk.clock.advance(1000);
    expect(await desk.ends(id)).toMatchObject({ phase: 'succeeded' });
    expect(desk.outcomes()).toEqual(['written']);
  });

  test('and a daemon that stops then leaves a card that the next placement repairs', async () => {
    const { disk, wrapStore } = storeThatFills();
    const folder = temporaryFolder();
    const desk = await Desk.open({ folder, wrapStore });
    const { id: credentialId } = addCardCredential(desk.site);
    const { id } = desk.request(encode(credentialId));
    const card = desk.device.place(CARD);
    card.writings.push(async (journal) => {
      disk.isFull = true;
      await writes()(journal);
    });
    await desk.reaches(id, 'writing');
    await desk.clock.waitedFor();
    await desk.close();
    const after = await Desk.open({ folder });
    after.attempts.resume();
    expect(await after.ends(id)).toMatchObject({ reason: 'encoding_interrupted' });
    const again = after.request(encode(credentialId));
    after.device.place(CARD, [], card.contents);
    expect(await after.ends(again.id)).toMatchObject({ phase: 'succeeded' });
    expect(after.outcomes()).toEqual(['repaired']);
    expect(findCredential(after.site, credentialId).issueCounter).toBe(1);
  });
});
