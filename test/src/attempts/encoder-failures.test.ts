import { describe, expect, test } from 'vitest';
import { ENCODER_ERROR_CODES } from '../../../src/encoder/errors.ts';
import type { Order } from '../../../src/model/attempt.ts';
import { addUser } from '../site/site-bed.ts';
import { CARD, Desk, failureOf, idle, SCAN, scanToAssign } from './desk.ts';
import { failure } from './scripted-driver.ts';

describe('an encoder that goes', () => {
  test('and comes back within 8 s is waited for, and then the card', async () => {
    const desk = await Desk.open();
    const { id } = desk.request(SCAN);
    await desk.reaches(id, 'awaiting_card');
    desk.driver.unplug('port-1');
    await desk.asksFor(id, 'reconnect_encoder');
    desk.clock.advance(7999);
    desk.driver.plug('port-1');
    await desk.asksFor(id, 'place_card');
    desk.device.place(CARD);
    expect(await desk.ends(id)).toMatchObject({ phase: 'succeeded' });
    expect(desk.phases(id)).toEqual([
      'queued',
      'place_card',
      'reconnect_encoder',
      'place_card',
      'reading',
      'succeeded',
    ]);
  });

  test.each([
    [SCAN, 'encoder_not_online'],
    [scanToAssign('ada'), 'uncategorized_error'],
  ] as const)('and stays away for 8 s ends %o as %s', async (order, type) => {
    const desk = await Desk.open();
    const asked: Order =
      order.action === 'SCAN_CREDENTIAL' ? order : scanToAssign(addUser(desk.site, 'Ada').id);
    const { id } = desk.request(asked);
    desk.driver.unplug('port-1');
    await desk.asksFor(id, 'reconnect_encoder');
    desk.clock.advance(7999);
    await idle();
    expect(desk.attempt(id).phase).toBe('awaiting_card');
    desk.clock.advance(1);
    await desk.ends(id);
    expect(failureOf(desk, id)).toMatchObject({ type, reason: 'encoder_offline' });
  });

  test('is waited for no longer than the attempt may wait', async () => {
    const desk = await Desk.open();
    const { id } = desk.request(SCAN, undefined, 3000);
    desk.driver.unplug('port-1');
    await desk.asksFor(id, 'reconnect_encoder');
    desk.clock.advance(3000);
    await desk.ends(id);
    expect(failureOf(desk, id)).toMatchObject({ reason: 'encoder_offline' });
  });

  test('while it reads a card is waited for, and the card is read when both are back', async () => {
    const desk = await Desk.open();
    const { id } = desk.request(SCAN);
    const { slow } = desk.placeSlow(CARD);
    await desk.reaches(id, 'reading');
    desk.driver.unplug('port-1');
    slow.reject(failure('device_lost'));
    await desk.asksFor(id, 'reconnect_encoder');
    desk.driver.plug('port-1');
    await desk.asksFor(id, 'place_card');
    desk.device.place(CARD);
    expect(await desk.ends(id)).toMatchObject({ phase: 'succeeded' });
  });

  test('and fails the reading before it says that it goes, is not asked in a circle', async () => {
    const desk = await Desk.open();
    const { id } = desk.request(SCAN);
    const card = desk.placeFailing(CARD, failure('device_lost'), 100);
    await desk.until(() => desk.phases(id).includes('reconnect_encoder'));
    await idle();
    expect(card.inspectCount).toBe(1);
    desk.driver.unplug('port-1');
    await desk.asksFor(id, 'reconnect_encoder');
    desk.driver.plug('port-1');
    await desk.asksFor(id, 'place_card');
    desk.device.place(CARD);
    expect(await desk.ends(id)).toMatchObject({ phase: 'succeeded' });
  });

  test('before the attempt was asked for is waited for just the same', async () => {
    const desk = await Desk.open();
    desk.driver.unplug('port-1');
    await desk.until(() => desk.site.store.encoders.get(desk.encoderId)?.isOnline === false);
    const { id } = desk.request(SCAN);
    await desk.asksFor(id, 'reconnect_encoder');
    desk.clock.advance(8000);
    await desk.ends(id);
    expect(failureOf(desk, id)).toMatchObject({ reason: 'encoder_offline' });
  });
});

describe('a failure of the encoder', () => {
  const SEAM_TYPES = {
    device_timeout: ['encoder_communication_timeout', 'uncategorized_error'],
    device_protocol: ['uncategorized_error', 'uncategorized_error'],
    driver_unavailable: ['encoder_not_online', 'uncategorized_error'],
    card_unsupported: ['uncategorized_error', 'uncategorized_error'],
    card_refused: ['uncategorized_error', 'uncategorized_error'],
  } as const;
  const rows = Object.entries(SEAM_TYPES);

  test.each(rows)('%s while a card is read ends the attempt', async (reason, [ofScan, ofAssign]) => {
    const desk = await Desk.open();
    const code = ENCODER_ERROR_CODES.find((one) => one === reason) ?? 'device_lost';
    const ada = addUser(desk.site, 'Ada');
    for (const [order, type] of [
      [SCAN, ofScan],
      [scanToAssign(ada.id), ofAssign],
    ] as const) {
      const { id } = desk.request(order);
      desk.placeFailing(CARD, failure(code, 'no answer within 3000 ms'));
      await desk.ends(id);
      expect(failureOf(desk, id)).toMatchObject({
        type,
        reason,
        message: expect.stringMatching(/no answer within 3000 ms/),
      });
      desk.device.takeAway();
      await desk.until(() => desk.encoders.station(desk.encoderId).card === null);
    }
    expect(desk.site.store.credentials.list({}, { after: 0, limit: 1 }).rows).toEqual([]);
  });

  test('while a card is waited for ends the attempt too', async () => {
    const desk = await Desk.open();
    const { id } = desk.request(SCAN);
    await desk.reaches(id, 'awaiting_card');
    desk.device.failToRead(failure('device_timeout'));
    await desk.ends(id);
    expect(failureOf(desk, id)).toMatchObject({ type: 'encoder_communication_timeout' });
  });
});
