import { describe, expect, onTestFinished, test } from 'vitest';
import { postEvent } from '../../../../src/sync/webhooks/post-event.ts';
import { FakeClock } from '../../../fake-clock.ts';
import { answer, type Reply, WebhookReceiver } from '../../../stories/webhook-receiver.ts';

const SECRET = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
const NEVER = new AbortController().signal;

async function open(reply: Reply): Promise<WebhookReceiver> {
  const receiver = await WebhookReceiver.open(reply);
  onTestFinished(() => receiver[Symbol.asyncDispose]());
  return receiver;
}

const post = (url: string, clock = new FakeClock(), signal = NEVER) =>
  postEvent({ url, secret: SECRET }, { id: 'd1', body: '{}' }, { clock, userAgent: 'encoderd/test' }, signal);

describe('an answer', () => {
  test.each([200, 201, 204, 299])('of %i is a yes', async (status) => {
    const { url } = await open(answer(status, status === 204 ? '' : 'whatever'));
    expect(await post(url)).toEqual({ status, problem: null });
  });

  test.each([
    [400, 'no such\u0000\u001B[31m   hook\r\n', 'It answered 400: no such [31m hook'],
    [410, '', 'It answered 410.'],
    [500, `<html>${'x'.repeat(500)}`, `It answered 500: <html>${'x'.repeat(194)}`],
    [304, '', 'It answered 304.'],
  ])('of %i is a no, with the beginning of what it says', async (status, body, problem) => {
    const { url } = await open(answer(status, body));
    expect(await post(url)).toEqual({ status, problem });
  });

  test.each([301, 302, 307, 308])('of %i is a no, and is not followed', async (status) => {
    const other = await open(answer(200));
    const { url } = await open(answer(status, 'moved', { location: other.url }));
    expect(await post(url)).toEqual({
      status,
      problem: `It answered ${status}, which leads to ${other.url}.`,
    });
    expect(other.posts).toEqual([]);
  });

  test('is read no further than it has to be, however long it is', async () => {
    let written = 0;
    const endless: Reply = (response) => {
      response.writeHead(500);
      const more = () => {
        while (!response.destroyed && response.write('y'.repeat(65_536))) written += 1;
      };
      response.on('drain', more);
      more();
    };
    const receiver = await open(endless);
    expect(await post(receiver.url)).toEqual({ status: 500, problem: `It answered 500: ${'y'.repeat(200)}` });
    await expect.poll(() => receiver.openPosts).toBe(0);
    expect(written).toBeLessThan(1000);
    receiver.reply = (response) => {
      response.writeHead(200);
      const more = () => {
        while (!response.destroyed && response.write('y'.repeat(65_536))) written += 1;
      };
      response.on('drain', more);
      more();
    };
    expect(await post(receiver.url)).toEqual({ status: 200, problem: null });
    await expect.poll(() => receiver.openPosts).toBe(0);
  });

  test('that breaks off is worth its status', async () => {
    const { url } = await open((response) => {
      response.writeHead(502, { 'content-length': '1000' });
      response.write('half of', () => response.destroy());
    });
    expect(await post(url)).toEqual({
      status: 502,
      problem: expect.stringMatching(/^It answered 502(\.|: half of)$/),
    });
  });
});

describe('no answer', () => {
  test('within 15 seconds is a no', async () => {
    const clock = new FakeClock();
    const receiver = await open(() => {});
    const posted = post(receiver.url, clock);
    await expect.poll(() => receiver.posts.length).toBe(1);
    clock.advance(14_999);
    expect(receiver.openPosts).toBe(1);
    clock.advance(1);
    expect(await posted).toEqual({ status: null, problem: 'It did not answer within 15 s.' });
    await expect.poll(() => receiver.openPosts).toBe(0);
  });

  test('to the end within 15 seconds is a no with its status', async () => {
    const clock = new FakeClock();
    const receiver = await open((response) => {
      response.writeHead(500);
      response.write('never ends');
    });
    const posted = post(receiver.url, clock);
    await expect.poll(() => receiver.posts.length).toBe(1);
    clock.advance(15_000);
    expect(await posted).toMatchObject({
      problem: expect.stringMatching(/^It (answered 500: never ends|did not answer within 15 s\.)$/),
    });
  });

  test('as the connection is reset is a no', async () => {
    const { url } = await open((response) => void response.socket?.resetAndDestroy());
    expect(await post(url)).toEqual({
      status: null,
      problem: expect.stringMatching(/^It could not be reached: \S/),
    });
  });

  test('as nobody listens is a no that names the place', async () => {
    const receiver = await WebhookReceiver.open();
    const { url } = receiver;
    await receiver[Symbol.asyncDispose]();
    expect(await post(url)).toEqual({
      status: null,
      problem: expect.stringMatching(/^It could not be reached: .*ECONNREFUSED/),
    });
  });

  test('as it speaks something else is a no', async () => {
    const { url } = await open((response) => void response.socket?.end('SSH-2.0-OpenSSH_9.2\r\n'));
    expect(await post(url)).toMatchObject({
      status: null,
      problem: expect.stringContaining('It could not be reached: '),
    });
  });

  test('is waited for when the daemon stops', async () => {
    const clock = new FakeClock();
    const receiver = await open(() => {});
    const stop = new AbortController();
    const reason = new Error('stopping');
    const posted = post(receiver.url, clock, stop.signal);
    await expect.poll(() => receiver.posts.length).toBe(1);
    stop.abort(reason);
    await expect(posted).rejects.toBe(reason);
    expect(clock.sleepers).toBe(0);
  });
});
