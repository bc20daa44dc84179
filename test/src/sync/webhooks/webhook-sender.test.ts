import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { MOST_JITTER, RETRY_AFTER_MS } from '../../../../src/model/delivery.ts';
import { replayDelivery, replayGivenUp } from '../../../../src/site/deliveries.ts';
import { deleteWebhook } from '../../../../src/site/webhooks.ts';
import { StorageError } from '../../../../src/store/errors.ts';
import { accept, answer, verified } from '../../../stories/webhook-receiver.ts';
import { SenderBed } from './sender-bed.ts';

const ERROR = 50;

/** For a library that looks at the time by itself. */
function itIs(now: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now });
  onTestFinished(() => void vi.useRealTimers());
}

describe('what is owed to a webhook', () => {
  test('is posted at once, signed, and delivered when the answer is 2xx', async () => {
    const bed = new SenderBed();
    const receiver = await bed.receiver(answer(204));
    const { secret } = bed.webhook(receiver.url);
    bed.start();
    bed.happen('1f0e7c52-9c2e-4b39-8d59-7a43cdc5c3ef');
    expect(await bed.sent(1)).toMatchObject({
      state: 'delivered',
      nextAttemptAt: null,
      lastAttemptAt: bed.site.clock.now(),
      lastStatus: 204,
      lastError: null,
    });
    const [post] = receiver.posts;
    if (post === undefined) throw new Error('nothing came');
    expect(post.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'encoderd/test',
      'svix-id': bed.deliveries[0]?.id,
      'svix-timestamp': String(bed.site.clock.now() / 1000),
    });
    itIs(bed.site.clock.now());
    expect(verified(secret, post)).toMatchObject({
      event_type: 'acs_user.created',
      acs_user_id: '1f0e7c52-9c2e-4b39-8d59-7a43cdc5c3ef',
      event_id: bed.deliveries[0]?.eventId,
    });
    expect(() => verified(secret, { ...post, body: post.body.replace('1f0e', '1f0f') })).toThrow(/signature/);
    expect(() => verified(secret, { ...post, headers: { ...post.headers, 'svix-id': 'x' } })).toThrow(
      /signature/,
    );
  });

  test('is sent again on the schedule under the same id, and given up after the last time', async () => {
    const bed = new SenderBed();
    const receiver = await bed.receiver(answer(500, 'out of\n order'));
    const { secret } = bed.webhook(receiver.url);
    bed.start();
    bed.happen();
    itIs(bed.site.clock.now());
    for (const [at, wait] of RETRY_AFTER_MS.entries()) {
      const failedAt = bed.site.clock.now();
      const delivery = await bed.sent(at + 1);
      expect(delivery).toMatchObject({
        state: 'pending',
        lastStatus: 500,
        lastError: 'It answered 500: out of order',
      });
      const next = delivery.nextAttemptAt ?? 0;
      expect(next - failedAt).toBeGreaterThanOrEqual(wait);
      expect(next - failedAt).toBeLessThanOrEqual(wait * (1 + MOST_JITTER));
      bed.site.clock.advance(next - failedAt - 1);
      await bed.site.clock.waitedFor();
      expect(receiver.posts).toHaveLength(at + 1);
      bed.site.clock.advance(1);
    }
    expect(await bed.sent(8)).toMatchObject({ state: 'given_up', nextAttemptAt: null });
    expect(RETRY_AFTER_MS).toEqual([5000, 300_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000, 36_000_000]);
    expect(new Set(receiver.ids).size).toBe(1);
    vi.setSystemTime(bed.site.clock.now());
    const last = receiver.posts.at(-1);
    expect(last && verified(secret, last)).toMatchObject({ event_id: bed.deliveries[0]?.eventId });
    expect(bed.lines.filter(({ level }) => level >= ERROR)).toMatchObject([
      { delivery_id: bed.deliveries[0]?.id, problem: 'It answered 500: out of order' },
    ]);
  });

  test('that was given up is sent from the beginning when it is replayed', async () => {
    const bed = new SenderBed();
    const receiver = await bed.receiver(answer(503));
    const { id } = bed.webhook(receiver.url);
    bed.start();
    bed.happen();
    for (let at = 1; at <= RETRY_AFTER_MS.length; at += 1) {
      const { nextAttemptAt } = await bed.sent(at);
      bed.site.clock.advance((nextAttemptAt ?? 0) - bed.site.clock.now());
    }
    const given = await bed.sent(8);
    expect(given.state).toBe('given_up');
    expect(replayGivenUp(bed.site, id, given.createdAt + 1)).toBe(0);
    receiver.reply = accept;
    expect(replayGivenUp(bed.site, id, given.createdAt)).toBe(1);
    expect(await bed.sent(1)).toMatchObject({ id: given.id, state: 'delivered' });
    expect(replayGivenUp(bed.site, id, 0)).toBe(0);
    replayDelivery(bed.site, given.id);
    await expect.poll(() => receiver.posts.length).toBe(10);
    expect(new Set(receiver.ids)).toEqual(new Set([given.id]));
  });

  test('goes with its webhook, also while it is under way', async () => {
    const bed = new SenderBed();
    let finish = () => {};
    const receiver = await bed.receiver((response) => {
      finish = () => void response.end();
    });
    const { id } = bed.webhook(receiver.url);
    bed.start();
    bed.happen();
    await expect.poll(() => receiver.posts.length).toBe(1);
    deleteWebhook(bed.site, id);
    finish();
    await expect.poll(() => receiver.openPosts).toBe(0);
    await bed.stop();
    expect(bed.deliveries).toEqual([]);
    expect(bed.lines).toEqual([]);
  });

  test('is only what the webhook asked for', async () => {
    const bed = new SenderBed();
    const receiver = await bed.receiver();
    bed.webhook(`${receiver.url}/users`, ['acs_user.created']);
    bed.webhook(`${receiver.url}/cards`, ['acs_credential.issued', 'device.connected']);
    bed.webhook(`${receiver.url}/nothing`, []);
    bed.webhook(`${receiver.url}/all`, ['acs_user.created', '*']);
    bed.start();
    bed.happen();
    await expect.poll(() => bed.deliveries.map(({ state }) => state)).toEqual(['delivered', 'delivered']);
    expect(receiver.posts.map(({ path }) => path).sort()).toEqual(['/hooks/all', '/hooks/users']);
  });

  test('stays pending when it is broken off, and goes on with the next start', async () => {
    const bed = new SenderBed();
    const receiver = await bed.receiver(() => {});
    bed.webhook(receiver.url);
    bed.start();
    bed.happen();
    await expect.poll(() => receiver.posts.length).toBe(1);
    await bed.stop();
    expect(bed.deliveries).toMatchObject([{ state: 'pending', attempts: 0 }]);
    expect(bed.site.clock.sleepers).toBe(0);
    receiver.reply = accept;
    bed.start();
    expect(await bed.sent(1)).toMatchObject({ state: 'delivered' });
    expect(new Set(receiver.ids).size).toBe(1);
  });
});

describe('a disk that does not serve', () => {
  test('is asked again every second: what was taken is noted then, and not sent again', async () => {
    let isFull = false;
    const bed = new SenderBed((store) => ({
      ...store,
      transaction: (work) => store.transaction(work),
      deliveries: {
        ...store.deliveries,
        update: (delivery) => {
          if (isFull) throw new StorageError('disk full');
          store.deliveries.update(delivery);
        },
      },
    }));
    const receiver = await bed.receiver();
    bed.webhook(receiver.url);
    bed.start();
    isFull = true;
    bed.happen();
    await expect.poll(() => bed.lines).toMatchObject([{ level: ERROR }]);
    await bed.site.clock.waitedFor();
    bed.site.clock.advance(1000);
    await expect.poll(() => bed.lines).toMatchObject([{ level: ERROR }, { level: ERROR }]);
    await bed.site.clock.waitedFor();
    isFull = false;
    bed.site.clock.advance(1000);
    expect(await bed.sent(1)).toMatchObject({ state: 'delivered' });
    expect(receiver.posts).toHaveLength(1);
  });

  test('does not keep the daemon from stopping', async () => {
    let isBroken = false;
    const bed = new SenderBed((store) => ({
      ...store,
      transaction: (work) => store.transaction(work),
      webhooks: {
        ...store.webhooks,
        list: () => {
          if (isBroken) throw new StorageError('input/output error');
          return store.webhooks.list();
        },
      },
    }));
    isBroken = true;
    bed.start();
    await expect.poll(() => bed.lines).toMatchObject([{ level: ERROR }]);
    await bed.stop();
    expect(bed.site.clock.sleepers).toBe(0);
  });
});

describe('a receiver that is slow', () => {
  test('gets two at once, and keeps no other one waiting', async () => {
    const bed = new SenderBed();
    const slow = await bed.receiver(() => {});
    const quick = await bed.receiver();
    const { id } = bed.webhook(slow.url);
    const { id: quickId } = bed.webhook(quick.url);
    bed.start();
    bed.site.store.transaction(() => {
      for (let made = 0; made < 60; made += 1) bed.happen();
    });
    await expect.poll(() => quick.posts.length).toBe(60);
    const { deliveries } = bed.site.store;
    await expect.poll(() => deliveries.count('delivered')).toBe(60);
    expect(
      deliveries.list({ webhookId: quickId, state: 'delivered' }, { after: 0, limit: 1000 }).rows,
    ).toHaveLength(60);
    expect(slow.posts).toHaveLength(2);
    expect(slow.mostAtOnce).toBe(2);
    expect(quick.mostAtOnce).toBeLessThanOrEqual(2);
    expect(deliveries.due(id, bed.site.clock.now(), 1000)).toHaveLength(60);
  });

  test('is one of eight that are heard at once, however many there are', async () => {
    const bed = new SenderBed();
    const held: (() => void)[] = [];
    const receiver = await bed.receiver((response) => void held.push(() => response.end()));
    for (let made = 0; made < 12; made += 1) bed.webhook(`${receiver.url}/${made}`);
    bed.start();
    for (let made = 0; made < 3; made += 1) bed.happen();
    await expect.poll(() => held.length).toBe(8);
    expect(new Set(receiver.posts.map(({ path }) => path)).size).toBe(8);
    // Whoever has got nothing yet is next.
    held.splice(0, 4).forEach((finish) => {
      finish();
    });
    await expect.poll(() => new Set(receiver.posts.map(({ path }) => path)).size).toBe(12);
    receiver.reply = accept;
    for (const finish of held) finish();
    await expect.poll(() => bed.site.store.deliveries.count('delivered')).toBe(36);
    expect(receiver.mostAtOnce).toBe(8);
  });
});
