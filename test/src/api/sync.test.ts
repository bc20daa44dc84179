import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Desk } from '../../stories/desk.ts';

const status = z.object({ sync: z.looseObject({ state: z.string(), waiting: z.int(), refused: z.int() }) });

const added = z.object({ api_key: z.string() });

/** The key by which a desk speaks to its backend. */
async function keyFor(above: Desk, protocol: 'seam' | 'bridge'): Promise<string> {
  if (protocol === 'seam') return above.token;
  const admin = above.app('admin', ['admin']);
  return (await admin.ask('/v1/desks/add', { name: 'Lobby' }, added)).api_key;
}

describe.each(['seam', 'bridge'] as const)('a desk whose backend speaks %s', (protocol) => {
  let above: Desk;
  let desk: Desk;
  let key: string;
  let keyFile: string;
  const syncOf = async () => (await desk.raw.ask('/v1/sync/status', {}, status)).sync;

  beforeAll(async () => {
    above = await Desk.open();
    key = await keyFor(above, protocol);
    keyFile = join(above.stateDir, 'desk.key');
    writeFileSync(keyFile, 'seam_local_nobody');
    const backend = { endpoint: above.url, api_key_file: keyFile, protocol };
    desk = await Desk.open({ config: { backend } });
  });
  afterAll(async () => {
    await desk[Symbol.asyncDispose]();
    await above[Symbol.asyncDispose]();
  });

  test('a backend that refuses the key is said to, without a token and without its name', async () => {
    await expect.poll(syncOf).toMatchObject({
      state: 'stopped',
      endpoint: above.url,
      problem: { trouble: 'unauthorized' },
    });
    const { body } = await desk.raw.request('GET', '/health', { headers: { authorization: undefined } });
    expect(body).toMatchObject({ sync: { state: 'stopped', hint: expect.stringContaining('key') } });
    expect(JSON.stringify(body)).not.toContain(above.url);
    expect(JSON.stringify(body)).not.toContain('seam_local');
  });

  test('a retry of everything tries at once, also after the key was refused', async () => {
    const askedAt = async () => (await syncOf())['last_reached_at'];
    const before = await askedAt();
    expect(before).toEqual(expect.any(String));
    await desk.raw.post('/v1/sync/retry', { all: true });
    await expect.poll(askedAt).not.toBe(before);
    expect(await syncOf()).toMatchObject({ state: 'stopped' });
  });

  test('a user and a card that the backend does not know say so until it does, and then since when', async () => {
    const { seam, systemId: acs_system_id } = desk;
    const { acs_user_id } = await seam.acs.users.create({ acs_system_id, full_name: 'Ada' });
    const { acs_credential_id } = await seam.acs.credentials.create({ acs_user_id, access_method: 'card' });
    const user = () => desk.seam.acs.users.get({ acs_user_id });
    const credential = () => desk.seam.acs.credentials.get({ acs_credential_id });
    expect(await user()).toMatchObject({
      pending_mutations: [{ mutation_code: 'creating' }],
      last_successful_sync_at: null,
    });
    expect(await credential()).toMatchObject({ is_latest_desired_state_synced_with_provider: false });
    expect(await syncOf()).toMatchObject({ state: 'stopped', waiting: 2 });

    writeFileSync(keyFile, key);
    await desk.raw.post('/v1/sync/retry', { all: true });
    await expect
      .poll(syncOf)
      .toMatchObject({ state: 'working', waiting: 0, refused: 0, problem: null, hint: null });
    expect(await user()).toMatchObject({
      pending_mutations: [],
      errors: [],
      last_successful_sync_at: expect.any(String),
    });
    await expect.poll(credential).toMatchObject({
      is_latest_desired_state_synced_with_provider: true,
      latest_desired_state_synced_with_provider_at: expect.any(String),
    });
    expect(
      (await above.seam.acs.users.list({ acs_system_id: above.systemId })).map((one) => one.full_name),
    ).toEqual(['Ada']);
  });

  test('what the backend refused is said of the thing, and a decision ends it', async () => {
    const { seam } = desk;
    // The desk is the backend's system by now.
    const { systemId: acs_system_id } = above;
    const { acs_user_id } = await seam.acs.users.create({ acs_system_id, full_name: 'Grace' });
    await expect.poll(syncOf).toMatchObject({ waiting: 0 });
    const [there] = await above.seam.acs.users.list({ acs_system_id: above.systemId, search: 'Grace' });
    // Both change the name while the desk cannot hear of it.
    writeFileSync(keyFile, 'seam_local_nobody');
    await desk.raw.post('/v1/sync/resync', {});
    await expect.poll(syncOf).toMatchObject({ state: 'stopped' });
    await above.seam.acs.users.update({ acs_user_id: there?.acs_user_id ?? '', full_name: 'Grace Above' });
    await seam.acs.users.update({ acs_user_id, full_name: 'Grace Here' });
    writeFileSync(keyFile, key);
    await desk.raw.post('/v1/sync/retry', { all: true });
    await expect.poll(syncOf).toMatchObject({ state: 'working', waiting: 0, refused: 1 });
    expect((await syncOf())['hint']).toContain('refused 1 change');
    const [error, ...others] = (await seam.acs.users.get({ acs_user_id })).errors;
    expect(others).toEqual([]);
    expect(error).toMatchObject({ error_code: 'failed_to_update_on_acs_system' });
    const { body } = await desk.raw.post('/v1/sync/refused', {});
    expect(body).toMatchObject({
      refused_changes: [
        {
          name: 'Grace Here',
          code: 'changed_above',
          message: error?.message,
          fields: ['full_name'],
          changed_fields: ['full_name'],
        },
      ],
    });
    const [{ message_id }] = Object(body).refused_changes;
    await desk.raw.post('/v1/sync/take_theirs', { message_id });
    await expect
      .poll(() => desk.seam.acs.users.get({ acs_user_id }))
      .toMatchObject({ full_name: 'Grace Above', errors: [], pending_mutations: [] });
    expect(await syncOf()).toMatchObject({ waiting: 0, refused: 0, hint: null });
  });
});
