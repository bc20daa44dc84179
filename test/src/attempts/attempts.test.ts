import { describe, expect, test } from 'vitest';
import { addUser } from '../site/site-bed.ts';
import { ANOTHER_CARD, CARD, Desk, idle, RECEPTION, SCAN, SPA, scanToAssign } from './desk.ts';

const siteError = (type: string, data: object = {}) =>
  expect.objectContaining({ type, data: expect.objectContaining(data) });

describe('a request', () => {
  test('that comes again from the same client is the attempt that is live', async () => {
    const desk = await Desk.open();
    const ada = addUser(desk.site, 'Ada');
    const first = desk.request(scanToAssign(ada.id));
    await desk.reaches(first.id, 'awaiting_card');
    expect(desk.request(scanToAssign(ada.id), RECEPTION, 5000)).toEqual(desk.attempt(first.id));
    desk.device.place(CARD);
    await desk.ends(first.id);
    expect(desk.site.store.attempts.list({}, { after: 0, limit: 10 }).rows).toHaveLength(1);
    expect(desk.request(scanToAssign(ada.id)).id).not.toBe(first.id);
  });

  test('that comes again while the card is read is the attempt that is live', async () => {
    const desk = await Desk.open();
    const first = desk.request(SCAN);
    const { slow } = desk.placeSlow(CARD);
    await desk.reaches(first.id, 'reading');
    expect(desk.request(SCAN)).toEqual(desk.attempt(first.id));
    slow.resolve();
    await desk.ends(first.id);
  });

  test('for somebody else from the same client ends the one that waits, and only the new one gets the card', async () => {
    const desk = await Desk.open();
    const [ada, grace] = [addUser(desk.site, 'Ada'), addUser(desk.site, 'Grace')];
    const first = desk.request(scanToAssign(ada.id));
    await desk.reaches(first.id, 'awaiting_card');
    const second = desk.request(scanToAssign(grace.id));
    expect(desk.attempt(first.id)).toMatchObject({ phase: 'failed', reason: 'superseded' });
    desk.device.place(CARD);
    expect(await desk.ends(second.id)).toMatchObject({ result: { credential: { acsUserId: grace.id } } });
    expect(desk.phases(first.id)).toEqual(['queued', 'place_card', 'failed']);
    await idle();
    expect(desk.device.cues).toEqual(['success']);
  });

  test('that supersedes in the very turn in which the card comes gets the card', async () => {
    const desk = await Desk.open();
    const [ada, grace] = [addUser(desk.site, 'Ada'), addUser(desk.site, 'Grace')];
    const first = desk.request(scanToAssign(ada.id));
    await desk.reaches(first.id, 'awaiting_card');
    desk.device.place(CARD);
    const second = desk.request(scanToAssign(grace.id));
    expect(await desk.ends(second.id)).toMatchObject({ result: { credential: { acsUserId: grace.id } } });
    expect(desk.attempt(first.id)).toMatchObject({ phase: 'failed', reason: 'superseded' });
    expect(desk.site.store.credentials.list({ acsUserId: ada.id }, { after: 0, limit: 1 }).rows).toEqual([]);
  });

  test('for somebody else is refused while the card is read', async () => {
    const desk = await Desk.open();
    const [ada, grace] = [addUser(desk.site, 'Ada'), addUser(desk.site, 'Grace')];
    const first = desk.request(scanToAssign(ada.id));
    const { slow } = desk.placeSlow(CARD);
    await desk.reaches(first.id, 'reading');
    expect(() => desk.request(scanToAssign(grace.id))).toThrow(
      siteError('encoder_busy', { phase: 'reading' }),
    );
    slow.resolve();
    expect(await desk.ends(first.id)).toMatchObject({ result: { credential: { acsUserId: ada.id } } });
  });

  test('of another client is refused, and told who holds the encoder and until when', async () => {
    const desk = await Desk.open();
    const first = desk.request(SCAN);
    await desk.reaches(first.id, 'awaiting_card');
    expect(() => desk.request(SCAN, SPA)).toThrow(
      siteError('encoder_busy', {
        held_by: 'Reception',
        phase: 'awaiting_card',
        expires_at: new Date(first.expiresAt).toISOString(),
      }),
    );
    desk.device.place(CARD);
    await desk.ends(first.id);
    expect(desk.request(SCAN, SPA).phase).toBe('queued');
  });

  test('of two clients runs on two encoders at once', async () => {
    const desk = await Desk.open();
    desk.driver.plug('port-2');
    await desk.until(() => desk.site.store.encoders.list({}, { after: 0, limit: 9 }).rows.length === 2);
    const second = desk.site.store.encoders.list({}, { after: 0, limit: 9 }).rows[1]?.id ?? '';
    const here = desk.request(SCAN);
    const there = desk.attempts.request({ client: SPA, encoderId: second, order: SCAN, timeoutMs: 60_000 });
    desk.device.place(CARD);
    desk.driver.encoder('port-2').place(ANOTHER_CARD);
    expect(await desk.ends(here.id)).toMatchObject({ result: { cardNumber: '1303689068602870' } });
    expect(await desk.ends(there.id)).toMatchObject({ result: { cardNumber: '1407301295324074' } });
  });

  test('for an encoder or a user that there is none of writes nothing', async () => {
    const desk = await Desk.open();
    const before = desk.site.store.changes.last();
    expect(() =>
      desk.attempts.request({ client: RECEPTION, encoderId: 'none', order: SCAN, timeoutMs: 1000 }),
    ).toThrow(siteError('acs_encoder_not_found'));
    expect(() => desk.request(scanToAssign('none'))).toThrow(siteError('acs_user_not_found'));
    expect(desk.site.store.changes.last()).toBe(before);
  });

  test('that is refused leaves the attempt that waits as it is', async () => {
    const desk = await Desk.open();
    const first = desk.request(SCAN);
    expect(() => desk.request(scanToAssign('none'))).toThrow(siteError('acs_user_not_found'));
    desk.device.place(CARD);
    expect(await desk.ends(first.id)).toMatchObject({ phase: 'succeeded' });
  });
});

describe('cancelling', () => {
  test('ends the waiting at once, and gives the encoder back', async () => {
    const desk = await Desk.open();
    const { id } = desk.request(SCAN);
    await desk.reaches(id, 'awaiting_card');
    expect(desk.attempts.cancel(RECEPTION, id)).toMatchObject({ phase: 'failed', reason: 'cancelled' });
    await idle();
    expect(desk.phases(id)).toEqual(['queued', 'place_card', 'failed']);
    expect(desk.clock.sleepers).toBe(0);
    const next = desk.request(SCAN, SPA);
    desk.device.place(CARD);
    await desk.ends(next.id);
    expect(desk.device.cues).toEqual(['success']);
  });

  test('in the very turn in which the card comes leaves the card alone', async () => {
    const desk = await Desk.open();
    const ada = addUser(desk.site, 'Ada');
    const { id } = desk.request(scanToAssign(ada.id));
    await desk.reaches(id, 'awaiting_card');
    const card = desk.device.place(CARD);
    desk.attempts.cancel(RECEPTION, id);
    await desk.until(() => desk.encoders.station(desk.encoderId).card !== null);
    await idle();
    expect(card.readCount).toBe(0);
    expect(desk.attempt(id)).toMatchObject({ phase: 'failed', reason: 'cancelled' });
    expect(desk.site.store.credentials.list({}, { after: 0, limit: 1 }).rows).toEqual([]);
  });

  test('at any moment between the card and the reading cancels, or is refused, and never both', async () => {
    const outcomes = new Set<string>();
    for (let turns = 0; turns < 50; turns += 1) {
      const desk = await Desk.open();
      const { id } = desk.request(SCAN);
      await desk.reaches(id, 'awaiting_card');
      const { slow } = desk.placeSlow(CARD);
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      let answer = 'refused';
      try {
        answer = desk.attempts.cancel(RECEPTION, id).phase;
      } catch (error) {
        expect(error).toEqual(siteError('action_attempt_not_waiting'));
      }
      slow.resolve();
      const { phase } = await desk.ends(id);
      outcomes.add(`${answer}, ${phase}`);
    }
    expect([...outcomes].sort()).toEqual(['failed, failed', 'refused, succeeded']);
  });

  test('is refused while the card is read', async () => {
    const desk = await Desk.open();
    const { id } = desk.request(SCAN);
    const { slow } = desk.placeSlow(CARD);
    await desk.reaches(id, 'reading');
    expect(() => desk.attempts.cancel(RECEPTION, id)).toThrow(siteError('action_attempt_not_waiting'));
    slow.resolve();
    expect(await desk.ends(id)).toMatchObject({ phase: 'succeeded' });
  });

  test('twice, or after the end, changes nothing', async () => {
    const desk = await Desk.open();
    const { id } = desk.request(SCAN);
    const ended = desk.attempts.cancel(RECEPTION, id);
    const before = desk.site.store.changes.last();
    expect(desk.attempts.cancel(RECEPTION, id)).toEqual(ended);
    expect(desk.site.store.changes.last()).toBe(before);
  });

  test("of another client's attempt finds nothing", async () => {
    const desk = await Desk.open();
    const { id } = desk.request(SCAN);
    expect(() => desk.attempts.cancel(SPA, id)).toThrow(siteError('action_attempt_not_found'));
    expect(() => desk.attempts.cancel(RECEPTION, 'none')).toThrow(siteError('action_attempt_not_found'));
    expect(desk.attempt(id).phase).not.toBe('failed');
  });
});
