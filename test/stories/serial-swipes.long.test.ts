import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CARD_GRACE_MS } from '../../src/attempts/run.ts';
import { soon } from '../contracts/encoder-desk.ts';
import { encodedIn } from './encode-stories.ts';
import { SerialDesk } from './serial-desk.ts';
import { msr605Stand, type Stand } from './serial-stands.ts';
import { StoryDesk } from './story-desk.ts';
import { handAt, toBeWritten, writtenOnce } from './stripe-stories.ts';

/** The promise: a daemon that is told to stop has stopped within so many milliseconds. */
const STOPS_WITHIN_MS = 10_000;

const ENCODING_INTERRUPTED = { status: 'error', error: { type: 'encoding_interrupted' } };

describe('a stripe that is to be swiped again, and the person does not:', () => {
  let desk: SerialDesk;
  let stand: Stand;
  beforeEach(async () => {
    stand = await msr605Stand();
    desk = await SerialDesk.open(stand);
  });
  afterEach(async () => {
    await desk[Symbol.asyncDispose]();
    expect(desk.desk.errorLines).toEqual([]);
  });

  test('the attempt ends as interrupted, the next card is not written, and the same card again is finished', async () => {
    await using story = await StoryDesk.open(desk.bench('msr605'));
    const card = story.newCard();
    const { action_attempt_id, credentialId } = await writtenOnce(story, card);
    await handAt(story).armed(false);
    await story.hint(action_attempt_id, /Put the same card back, or swipe it again/);
    desk.clock.pass(CARD_GRACE_MS);
    expect(await story.end(action_attempt_id)).toMatchObject(ENCODING_INTERRUPTED);
    await handAt(story).armed(true);
    expect(stand.armedTo?.()).toBe('read');
    await story.lift();
    const again = await story.serve(await story.encode({ acs_credential_id: credentialId }), card);
    expect(encodedIn(again)).toMatchObject({ is_issued: true });
  });

  test('the daemon stops while a card is awaited: the device is disarmed, and the attempt goes on after it', async () => {
    const attemptId = await beginScan();
    await soon(Promise.resolve(stand.swipes?.armed(true)), 'the wait for a swipe');
    await desk.desk.stop();
    await soon(Promise.resolve(stand.swipes?.armed(false)), 'the end of the wait for a swipe');
    await desk.desk.start();
    await using story = await openStory();
    await handAt(story).armed(true);
    const card = story.newCard();
    await story.place(card);
    expect(await finished(story, attemptId)).toMatchObject({ status: 'success' });
    await story.lift();
  });

  test.each([
    ['to be written', toBeWritten],
    ['to be read back', writtenOnce],
  ])(
    'the daemon stops while a card is awaited %s: in time, the device is disarmed, and the same card is finished later',
    {
      timeout: 40_000,
    },
    async (_what, begin) => {
      const before = await StoryDesk.open(desk.bench('msr605'));
      const card = before.newCard();
      const { action_attempt_id, credentialId } = await begin(before, card);
      const since = performance.now();
      await desk.desk.stop();
      const tookMs = performance.now() - since;
      await soon(Promise.resolve(stand.swipes?.armed(false)), 'the end of the wait for a swipe');
      expect(tookMs).toBeLessThan(STOPS_WITHIN_MS);
      await before.live[Symbol.asyncDispose]();
      await stand.removeCard();
      await desk.desk.start();
      await using story = await openStory();
      expect(await story.look(action_attempt_id)).toMatchObject(ENCODING_INTERRUPTED);
      await handAt(story).armed(true);
      const again = await story.serve(await story.encode({ acs_credential_id: credentialId }), card);
      expect(encodedIn(again)).toMatchObject({ is_issued: true });
    },
  );

  test('the host is killed while a card is awaited to be written: once it is back, the next card is read and not written', async () => {
    await using story = await openStory();
    const card = story.newCard();
    const { action_attempt_id } = await toBeWritten(story, card);
    expect(stand.armedTo?.()).toBe('write');
    const before = desk.live.frames.length;
    process.kill(desk.hostPid('msr605'), 'SIGKILL');
    await desk.until('msr605', 'offline', before);
    await desk.until('msr605', 'online', before);
    await handAt(story).armed(true);
    expect(stand.armedTo?.()).toBe('read');
    const ended = await story.serve({ ...(await story.look(action_attempt_id)) }, card);
    expect(encodedIn(ended)).toMatchObject({ is_issued: true });
  });

  const openStory = () => StoryDesk.open(desk.bench('msr605'));

  async function beginScan(): Promise<string> {
    const story = await openStory();
    const { action_attempt_id } = await story.scan();
    await story.live[Symbol.asyncDispose]();
    return action_attempt_id;
  }
});

/** The attempt, once it has ended: also one that had begun before the story heard of anything. */
async function finished(story: StoryDesk, attemptId: string) {
  const now = await story.look(attemptId);
  return now.status === 'pending' ? story.end(attemptId) : now;
}
