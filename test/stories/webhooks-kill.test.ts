import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { type EncoderdProcess, startEncoderd } from '../../scripts/encoderd-process.ts';
import { accept, type Reply, verified, WebhookReceiver } from './webhook-receiver.ts';

const KILLS = process.env['CI'] === 'true' ? 20 : 2;

const webhookEnvelope = z.object({ webhook: z.object({ secret: z.string() }) });
const systemEnvelope = z.object({ acs_systems: z.array(z.object({ acs_system_id: z.string() })) });
const userEnvelope = z.object({ acs_user: z.object({ acs_user_id: z.string() }) });
const list = z.object({ webhook_deliveries: z.array(z.unknown()) });

/** Guests until the daemon is gone; returns those whose making was acknowledged. */
async function createUntilGone(
  daemon: EncoderdProcess,
  token: string,
  acs_system_id: string,
): Promise<readonly string[]> {
  const made: string[] = [];
  for (;;) {
    const answer = await daemon
      .post(token, '/acs/users/create', { acs_system_id, full_name: 'Guest' })
      .catch(() => null);
    if (answer === null) return made;
    made.push(userEnvelope.parse(answer).acs_user.acs_user_id);
  }
}

test('what was acknowledged reaches the app, whenever the power is cut while it is told; one event has one id', {
  timeout: 60_000 + 20_000 * KILLS,
}, async () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'encoderd-webhooks-'));
  onTestFinished(() => rmSync(stateDir, { recursive: true, force: true }));
  await using receiver = await WebhookReceiver.open();
  const environment = {
    ENCODERD_STATE_DIR: stateDir,
    ENCODERD_DRIVERS: 'virtual',
    ENCODERD_LOG_LEVEL: 'warn',
  };
  let daemon = await startEncoderd(environment);
  onTestFinished(() => daemon.kill());
  const token = daemon.createApiKey('front desk');
  const { webhook } = webhookEnvelope.parse(
    await daemon.post(token, '/webhooks/create', { url: receiver.url }),
  );
  const [system] = systemEnvelope.parse(await daemon.post(token, '/acs/systems/list', {})).acs_systems;
  const acknowledged: string[] = [];

  for (let kill = 0; kill < KILLS; kill += 1) {
    const cut = () => void daemon.process.kill('SIGKILL');
    // Before the answer, with it, and while the daemon commits what it heard.
    const cuts: readonly Reply[] = [
      cut,
      (response) => void response.end(cut),
      (response) => {
        response.end();
        setImmediate(() => setImmediate(cut));
      },
    ];
    let spared = 3 + kill;
    receiver.reply = (response, post) => {
      spared -= 1;
      (spared >= 0 ? accept : (cuts[kill % cuts.length] ?? accept))(response, post);
    };
    acknowledged.push(...(await createUntilGone(daemon, token, system?.acs_system_id ?? '')));
    await daemon.kill();
    receiver.reply = accept;
    daemon = await startEncoderd(environment);
  }

  const pending = async () =>
    list.parse(await daemon.post(token, '/v1/webhooks/deliveries/list', { state: 'pending' }))
      .webhook_deliveries;
  await expect.poll(async () => (await pending()).length).toBe(0);
  const events = receiver.posts.map((post) => verified(webhook.secret, post));
  const told = new Set(events.map(({ acs_user_id }) => acs_user_id));
  expect(acknowledged.length).toBeGreaterThan(KILLS);
  expect(acknowledged.filter((id) => !told.has(id))).toEqual([]);
  // One id for one event, however often it came.
  const pairs = new Set(events.map(({ event_id }, at) => `${event_id} ${receiver.ids[at]}`));
  expect(new Set(receiver.ids).size).toBe(pairs.size);
  expect(new Set(events.map(({ event_id }) => event_id)).size).toBe(pairs.size);
});
