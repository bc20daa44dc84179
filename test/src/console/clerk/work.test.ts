import { describe, expect, test } from 'vitest';
import type { Job } from '../../../../src/console/clerk/job.ts';
import { ScriptedDesk, settled } from './scripted-desk.ts';

const HOLDER = { id: 'ada', name: 'Ada Lovelace' };
const STAY = { entranceIds: ['room-412'], startsAt: null, endsAt: '2026-11-24T10:00:00.000Z' };
const keys = (cards: number): Job => ({ kind: 'keys', holder: HOLDER, stay: STAY, cards });
const READING = { phase: 'reading' } as const;
const WRITING = { phase: 'writing', hint_code: 'keep_card_there' } as const;

async function begun(job: Job): Promise<ScriptedDesk> {
  const desk = new ScriptedDesk();
  desk.work.start(job, 'encoder-1');
  await settled();
  return desk;
}

const scanOf = (keyId: string) => ({
  acs_credential_on_encoder: { acs_credential_id: keyId, entrances: [412], ends_at: null },
  acs_credential_on_seam: null,
  warnings: [],
});

describe('a card that is assigned', () => {
  test('is done, with the attempt that can be undone', async () => {
    const desk = await begun({ kind: 'assign', holder: HOLDER });
    expect(desk.running).toMatchObject({
      operation: 'scanToAssign',
      options: { encoder: 'encoder-1', user: 'ada' },
    });
    await desk.progress({});
    await desk.succeed(desk.key(1));
    expect(desk.state).toMatchObject({ step: 'done', attemptId: 'attempt-1', ready: [desk.key(1)] });
    desk.work.finish();
    expect(desk.state).toEqual({ step: 'idle' });
  });

  test('is done no more once it was undone, and a later piece of work is left alone', async () => {
    const desk = await begun({ kind: 'assign', holder: HOLDER });
    await desk.progress({});
    await desk.succeed(desk.key(1));
    expect(desk.state).toMatchObject({ step: 'done', isUndone: false });
    expect(desk.work.undone('attempt-of-before')).toBe(false);
    expect(desk.state).toMatchObject({ isUndone: false });
    expect(desk.work.undone('attempt-1')).toBe(true);
    expect(desk.state).toMatchObject({ step: 'done', isUndone: true });
    desk.work.finish();
    expect(desk.work.undone('attempt-1')).toBe(false);
    expect(desk.state).toEqual({ step: 'idle' });
  });

  test('that is refused can be tried again', async () => {
    const desk = await begun({ kind: 'assign', holder: HOLDER });
    await desk.fail('card_belongs_to_another_user');
    expect(desk.state).toMatchObject({ step: 'failed', error: { code: 'card_belongs_to_another_user' } });
    desk.work.again();
    expect(desk.state).toMatchObject({ step: 'working' });
    expect(desk.started).toHaveLength(2);
  });
});

describe('several cards for one room', () => {
  test('get a key each, and the next one waits until the last card is gone', async () => {
    const desk = await begun(keys(2));
    expect(desk.requests).toEqual([
      [
        '/acs/credentials/create',
        {
          access_method: 'card',
          acs_user_id: 'ada',
          allowed_acs_entrance_ids: ['room-412'],
          ends_at: STAY.endsAt,
        },
      ],
    ]);
    await desk.placeCard('A1');
    await desk.progress(WRITING);
    await desk.succeed(desk.key(1));
    expect(desk.state).toMatchObject({ step: 'between', place: { number: 2, total: 2 } });
    expect(desk.started).toHaveLength(1);

    await desk.takeCard('A1');
    expect(desk.state).toMatchObject({ step: 'working', place: { number: 2, total: 2 } });
    expect(desk.running.options).toMatchObject({ credential: 'key-2', overwrite: false });
    await desk.placeCard('A2');
    await desk.succeed(desk.key(2));
    expect(desk.state).toMatchObject({ step: 'done', ready: [desk.key(1), desk.key(2)] });
  });

  test('go on at once where the encoder does not tell that a card lies there', async () => {
    const desk = await begun(keys(2));
    await desk.succeed(desk.key(1));
    expect(desk.state).toMatchObject({ step: 'working', place: { number: 2, total: 2 } });
  });

  test('ask nothing of a card that is ready already: it has to go', async () => {
    const desk = await begun(keys(2));
    await desk.succeed(desk.key(1));
    await desk.placeCard('A1');
    await desk.fail('card_carries_another_credential');
    expect(desk.running).toMatchObject({ operation: 'scan' });
    await desk.succeed(scanOf('key-1'));
    expect(desk.state).toMatchObject({ step: 'asking', isOfThisJob: true });
    desk.work.overwrite();
    expect(desk.state).toMatchObject({ step: 'asking' });
    await desk.takeCard('A1');
    expect(desk.running).toMatchObject({ operation: 'encode', options: { credential: 'key-2' } });
  });
});

describe('a card that is still in use', () => {
  async function asked(): Promise<ScriptedDesk> {
    const desk = await begun(keys(1));
    await desk.placeCard('B1');
    await desk.fail('card_carries_another_credential');
    await desk.succeed(scanOf('key-of-somebody'));
    return desk;
  }

  test('is shown, and written over only when the clerk says so', async () => {
    const desk = await asked();
    expect(desk.state).toMatchObject({
      step: 'asking',
      isOfThisJob: false,
      scan: scanOf('key-of-somebody'),
    });
    desk.work.overwrite();
    await settled();
    expect(desk.running).toMatchObject({
      operation: 'encode',
      options: { credential: 'key-1', overwrite: true },
    });
  });

  test('that is taken away takes the question with it: the next one is not written over', async () => {
    const desk = await asked();
    await desk.takeCard('B1');
    expect(desk.running).toMatchObject({ operation: 'encode', options: { overwrite: false } });
  });

  test('is asked about also when it cannot be read', async () => {
    const desk = await begun(keys(1));
    await desk.fail('card_carries_another_credential');
    await desk.fail('no_card_presented');
    expect(desk.state).toMatchObject({ step: 'asking', scan: null });
  });

  test('and is not wanted leaves no key behind', async () => {
    const desk = await asked();
    desk.work.stop();
    expect(desk.state).toEqual({ step: 'idle' });
    expect(desk.requests.at(-1)).toEqual(['/acs/credentials/delete', { acs_credential_id: 'key-1' }]);
  });
});

describe('who stops', () => {
  test('while a card is waited for ends the waiting, and the key that was made for it', async () => {
    const desk = await begun(keys(1));
    await desk.progress({});
    desk.work.stop();
    await settled();
    expect(desk.state).toEqual({ step: 'idle' });
    expect(desk.requests.map(([path]) => path)).toEqual([
      '/acs/credentials/create',
      '/action_attempts/cancel',
      '/acs/credentials/delete',
    ]);
  });

  test('before the daemon has answered stops as soon as it has', async () => {
    const desk = await begun({ kind: 'scan' });
    desk.work.stop();
    expect(desk.state).toMatchObject({ step: 'working', isStopping: true });
    await desk.progress({});
    expect(desk.state).toEqual({ step: 'idle' });
  });

  test('while a card is written does not: that is never cut short', async () => {
    const desk = await begun(keys(1));
    await desk.progress(WRITING);
    desk.work.stop();
    expect(desk.state).toMatchObject({ step: 'working', isStopping: false });
    expect(desk.requests).toHaveLength(1);
  });

  test('after a write that did not end keeps its key: the card can be repaired', async () => {
    const desk = await begun(keys(1));
    await desk.progress(WRITING);
    await desk.fail('encoding_interrupted');
    desk.work.stop();
    expect(desk.state).toEqual({ step: 'idle' });
    expect(desk.requests).toHaveLength(1);
  });
});

describe('a card that was lifted while it was written', () => {
  test('is asked for, and another one in its place is told apart', async () => {
    const desk = await begun(keys(1));
    await desk.placeCard('C1');
    await desk.progress(READING);
    await desk.progress(WRITING);
    await desk.takeCard('C1');
    await desk.progress({ phase: 'writing', hint_code: 'put_card_back' });
    expect(desk.state).toMatchObject({ isOtherCard: false });
    await desk.placeCard('C2');
    expect(desk.state).toMatchObject({ step: 'working', isOtherCard: true });
    await desk.takeCard('C2');
    expect(desk.state).toMatchObject({ isOtherCard: false });
    await desk.placeCard('C1');
    expect(desk.state).toMatchObject({ isOtherCard: false });
  });
});

describe('after a reload', () => {
  test('what was begun goes on', async () => {
    const desk = new ScriptedDesk();
    const attempt = {
      action_attempt_id: 'attempt-of-before',
      action_type: 'SCAN_TO_ASSIGN_CREDENTIAL',
      status: 'pending',
      result: null,
      error: null,
      acs_encoder_id: 'encoder-1',
      phase: 'awaiting_card',
      created_at: '2026-11-23T09:00:00.000Z',
      expires_at: '2026-11-23T09:01:00.000Z',
    } as const;
    desk.work.resume({ kind: 'assign', holder: HOLDER }, attempt);
    expect(desk.state).toMatchObject({ step: 'working', attempt });
    expect(desk.running).toMatchObject({ operation: 'follow', options: { id: 'attempt-of-before' } });
    await desk.succeed(desk.key(1));
    expect(desk.state).toMatchObject({ step: 'done', attemptId: 'attempt-of-before' });
  });
});
