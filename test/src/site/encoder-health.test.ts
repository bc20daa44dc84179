import { describe, expect, test } from 'vitest';
import { encoderRecords } from '../../../src/site/encoder-health.ts';
import { CARD, Desk, RECEPTION, SCAN } from '../attempts/desk.ts';

const WEEK_MS = 7 * 24 * 60 * 60 * 1000;

const recordOf = (desk: Desk) =>
  encoderRecords(desk.site).find(({ encoder }) => encoder.id === desk.encoderId);

describe('the record of an encoder', () => {
  test('counts its attempts of seven days by how they ended and why', async () => {
    const desk = await Desk.open();
    expect(recordOf(desk)).toMatchObject({
      succeeded: 0,
      failed: 0,
      pending: 0,
      failures: [],
      lastFailure: null,
    });
    desk.device.place(CARD);
    await desk.ends(desk.request(SCAN).id);
    await desk.takeAway();
    for (let times = 0; times < 2; times++) desk.attempts.cancel(RECEPTION, desk.request(SCAN).id);
    const slow = desk.request(SCAN, RECEPTION, 1000);
    await desk.reaches(slow.id, 'awaiting_card');
    await desk.clock.advance(1000);
    await desk.ends(slow.id);
    desk.request(SCAN);
    expect(recordOf(desk)).toMatchObject({
      ...{ succeeded: 1, failed: 3, pending: 1 },
      failures: [
        { reason: 'cancelled', count: 2 },
        { reason: 'no_card_presented', count: 1 },
      ],
      lastFailure: { id: slow.id, endedAt: desk.clock.now() },
    });
    await desk.clock.advance(WEEK_MS);
    expect(recordOf(desk)).toMatchObject({ succeeded: 0, failed: 0, failures: [], lastFailure: null });
  });

  test('has no last failure where somebody only changed their mind', async () => {
    const desk = await Desk.open();
    desk.attempts.cancel(RECEPTION, desk.request(SCAN).id);
    expect(recordOf(desk)).toMatchObject({ failed: 1, lastFailure: null });
  });
});
