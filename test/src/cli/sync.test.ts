import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { EncoderdProcess } from '../../../scripts/encoderd-process.ts';
import type { OutboxMessage } from '../../../src/model/sync.ts';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { Shell } from './encoderctl-process.ts';

const madeUser = z.object({ acs_user: z.object({ acs_user_id: z.string() }) });
const systems = z.object({ acs_systems: z.array(z.object({ acs_system_id: z.string() })) });

let shell: Shell;
let daemon: EncoderdProcess;
let token: string;
let acs_system_id: string;
beforeAll(async () => {
  shell = new Shell();
  daemon = await shell.startDaemon();
  token = daemon.createApiKey('desk');
  const { acs_systems } = systems.parse(await daemon.post(token, '/acs/systems/list', {}));
  acs_system_id = acs_systems[0]?.acs_system_id ?? '';
});
afterAll(() => shell[Symbol.asyncDispose]());

function inStore<T>(work: (store: Store) => T): T {
  using store = openSqliteStore(join(shell.stateDir, 'encoderd.db'));
  return work(store);
}

const stateOf = (id: string): OutboxMessage['state'] | undefined =>
  inStore(({ outbox }) => outbox.get(id)?.state);

/** A user whose new phone number the backend refused, with a later change that waits behind; returns the refused message's id. */
async function refusedUser(full_name: string): Promise<string> {
  const made = await daemon.post(token, '/acs/users/create', { acs_system_id, full_name });
  const { acs_user_id } = madeUser.parse(made).acs_user;
  const [id, later] = [crypto.randomUUID(), crypto.randomUUID()];
  inStore(({ outbox }) => {
    const about = { kind: 'acs_user', id: acs_user_id, action: 'updated', event: null } as const;
    const fields = { phoneNumber: { from: null, to: '+4915112345678' } };
    outbox.append({ id, change: { ...about, fields, sets: {} }, createdAt: Date.now() });
    const sets = { accessGroupIds: { added: ['staff'], removed: [] } };
    outbox.append({ id: later, change: { ...about, fields: {}, sets }, createdAt: Date.now() });
    const refusal = {
      code: 'taken_above',
      message: 'Grace has that number.',
      fields: ['phoneNumber'],
    } as const;
    outbox.refuse(id, { ...refusal, rivalId: 'grace' }, Date.now());
  });
  return id;
}

test('a technician reads what was refused, and decides', async () => {
  const [dropped, retried, taken] = [
    await refusedUser('Ada'),
    await refusedUser('Edith'),
    await refusedUser('Mary'),
  ];
  expect(await shell.json('sync', 'refused')).toMatchObject([
    { message_id: dropped, name: 'Ada', code: 'taken_above', rival_id: 'grace', waiting_behind_count: 1 },
    { message_id: retried, name: 'Edith' },
    { message_id: taken, name: 'Mary' },
  ]);
  const { stdout } = await shell.run('sync', 'refused');
  expect(stdout).toContain('changed here: user Ada (phone_number)\n  Grace has that number.');
  expect(stdout).toContain('1 later change cannot be told before you decide.');
  expect(stdout).toContain('encoderctl sync take-theirs MESSAGE');

  expect(await shell.json('sync', 'drop', dropped)).toEqual({ dropped });
  expect(stateOf(dropped)).toBe('dropped');
  expect(await shell.json('sync', 'take-theirs', taken)).toEqual({ taken });
  expect(stateOf(taken)).toBe('dropped');
  expect(await shell.json('sync', 'retry', retried)).toEqual({ retried_count: 1 });
  expect(stateOf(retried)).toBe('waiting');
  expect(await shell.json('sync', 'refused')).toEqual([]);
  const again = [await refusedUser('Joan'), await refusedUser('Rosa')];
  expect((await shell.run('sync', 'retry')).stdout).toContain('Telling 2 refused changes once more.');
  expect(again.map(stateOf)).toEqual(['waiting', 'waiting']);
});

test('encoderctl sync makes no sense without a word', async () => {
  expect(await shell.run('sync')).toMatchObject({
    code: 64,
    stderr: expect.stringMatching(/^usage: encoderctl sync status .*\n {7}encoderctl sync retry/),
  });
});

test('encoderctl sync drop names a change that is refused', async () => {
  expect(await shell.run('sync', 'drop', 'x')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('There is no refused change x'),
  });
});
