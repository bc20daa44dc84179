import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { EncoderdProcess } from '../../../scripts/encoderd-process.ts';
import { accept, answer, verified, WebhookReceiver } from '../../stories/webhook-receiver.ts';
import { Shell } from './encoderctl-process.ts';

const made = z.object({ webhook_id: z.string(), secret: z.string(), event_types: z.array(z.string()) });
const deliveries = z.object({ webhook_deliveries: z.array(z.looseObject({ delivery_id: z.string() })) });

let shell: Shell;
let daemon: EncoderdProcess;
let token: string;
let receiver: WebhookReceiver;
beforeAll(async () => {
  shell = new Shell();
  daemon = await shell.startDaemon();
  token = daemon.createApiKey('desk');
  receiver = await WebhookReceiver.open();
});
afterAll(async () => {
  await shell[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

const inState = async (state: string) =>
  deliveries.parse(await daemon.post(token, '/v1/webhooks/deliveries/list', { state })).webhook_deliveries;

/** Something happens that the receiver refuses; returns the delivery's id. */
async function refuse(display_name: string): Promise<string> {
  receiver.reply = answer(500, 'under repair');
  await daemon.post(token, '/v1/entrances/create', { display_name });
  await expect.poll(async () => (await inState('pending'))[0]?.['last_status']).toBe(500);
  return (await inState('pending'))[0]?.delivery_id ?? '';
}

test('a technician makes a webhook, and takes it away', async () => {
  expect((await shell.run('webhooks', 'list')).stdout).toContain('There are no webhooks yet');
  const words = ['--event', 'acs_entrance.added,acs_user.created', '--event', 'acs_user.deleted'];
  const webhook = made.parse(await shell.json('webhooks', 'create', receiver.url, ...words));
  expect(webhook.event_types).toEqual(['acs_entrance.added', 'acs_user.created', 'acs_user.deleted']);
  expect((await shell.run('webhooks', 'list')).stdout).toContain(webhook.webhook_id);
  expect(await shell.json('webhooks', 'delete', webhook.webhook_id)).toEqual({ deleted: webhook.webhook_id });
  expect(await shell.json('webhooks', 'list')).toEqual([]);
});

test('a technician sees what was not delivered and why, and sends it again', async () => {
  const { webhook } = z
    .object({ webhook: made })
    .parse(await daemon.post(token, '/webhooks/create', { url: receiver.url }));
  expect((await shell.run('webhooks', 'deliveries')).stdout).toBe('Everything was delivered.\n');
  const id = await refuse('Pool');
  expect(await shell.json('webhooks', 'deliveries', '--webhook', webhook.webhook_id)).toMatchObject([
    { delivery_id: id, event_type: 'acs_entrance.added', last_error: 'It answered 500: under repair' },
  ]);
  expect((await shell.run('webhooks', 'deliveries')).stdout).toContain('It answered 500: under repair');
  receiver.reply = accept;
  expect(await shell.json('webhooks', 'replay', id)).toEqual({ replayed_count: 1 });
  await expect.poll(async () => (await inState('delivered')).length).toBe(1);
  const all = ['--webhook', webhook.webhook_id, '--since', '2020-01-01T00:00:00Z'];
  expect(await shell.json('webhooks', 'replay', ...all)).toEqual({ replayed_count: 0 });
  const last = receiver.posts.at(-1);
  expect(last && verified(webhook.secret, last)).toMatchObject({ event_type: 'acs_entrance.added' });
  expect(await shell.json('status')).toMatchObject({ given_up_deliveries: 0 });
});

test('encoderctl webhooks makes no sense without a word', async () => {
  expect(await shell.run('webhooks')).toMatchObject({
    code: 64,
    stderr: expect.stringMatching(/^usage: encoderctl webhooks list .*\n {7}encoderctl webhooks deliveries/),
  });
});

test('encoderctl webhooks create is refused for an address of another kind', async () => {
  expect(await shell.run('webhooks', 'create', 'ftp://example.com')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('an address with http or https'),
  });
});
