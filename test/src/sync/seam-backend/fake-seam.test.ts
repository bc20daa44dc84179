import { createFake } from '@seamapi/fake-seam-connect';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../../src/clock.ts';
import { deletion, update } from '../../../../src/model/resource-change.ts';
import { seamBackend } from '../../../../src/sync/seam-backend/seam-backend.ts';
import { freePort } from './free-port.ts';
import { deliver, made, message, NEVER, newUser, scannedCard, walkThrough } from './seam-bed.ts';

/** Seam's own fake, in this process: access systems, users and entrances; ids that are no UUIDs; neither credentials nor groups. */
async function openFake() {
  const fake = await createFake();
  const seed = await fake.seed();
  await fake.startServer({ port: await freePort() });
  onTestFinished(() => fake.stopServer());
  const { acs_system_id } = fake.database.addAcsSystem({
    external_type: 'salto_ks_site',
    name: 'Front desk',
    workspace_id: seed.seed_workspace_1,
    connected_account_id: seed.john_connected_account_id,
  });
  const backend = seamBackend({
    endpoint: String(fake.serverUrl),
    apiKey: () => seed.seam_apikey1_token,
    clock: systemClock,
    userAgent: 'encoderd/test',
    identity: () => `${seed.seed_workspace_1}/${acs_system_id}`,
  });
  return { fake, seed, backend, acs_system_id };
}

describe('Seam’s own fake', () => {
  test('says hello', async () => {
    const { backend, seed, acs_system_id } = await openFake();
    expect(await backend.hello(NEVER)).toMatchObject({
      workspaceId: seed.seed_workspace_1,
      acsSystemId: acs_system_id,
      cursor: expect.any(String),
    });
  });

  test('takes a user, changes and deletes it', async () => {
    const { backend } = await openFake();
    const id = await made(backend, message(newUser('Ada', { emailAddress: 'ada@example.com' })));
    expect(id).not.toMatch(/^[0-9a-f]{8}-/);
    const change = update('acs_user', id, { fullName: 'Ada' }, { fullName: 'Ada L.' });
    expect(await deliver(backend, message(change))).toEqual({ verdict: 'applied' });
    const suspended = update('acs_user', id, { isSuspended: false }, { isSuspended: true });
    expect(await deliver(backend, message(suspended))).toEqual({ verdict: 'applied' });
    const [read] = await backend.read([{ kind: 'acs_user', id }], NEVER);
    expect(read?.state).toMatchObject({
      fullName: 'Ada L.',
      emailAddress: 'ada@example.com',
      isSuspended: true,
    });
    expect(await deliver(backend, message(deletion('acs_user', id)))).toEqual({ verdict: 'applied' });
    expect(await backend.read([{ kind: 'acs_user', id }], NEVER)).toEqual([
      { kind: 'acs_user', id, state: null },
    ]);
  });

  test('that made a user already does not make it again', async () => {
    const { backend } = await openFake();
    const user = newUser('Ada', { emailAddress: 'ada@example.com' });
    const id = await made(backend, message(user));
    expect(await made(backend, message(user, { attempts: 2 }))).toBe(id);
  });

  test('is walked through, though it has neither groups nor credentials', async () => {
    const { backend, fake, seed, acs_system_id } = await openFake();
    const id = await made(backend, message(newUser('Ada')));
    const { acs_entrance_id } = fake.database.addAcsEntrance({
      ...{ acs_system_id, display_name: 'Lobby', workspace_id: seed.seed_workspace_1 },
      connected_account_id: seed.john_connected_account_id,
    });
    const items = await walkThrough(backend);
    expect(items.map(({ kind, id: one }) => [kind, one])).toEqual([
      ['acs_entrance', acs_entrance_id],
      ['acs_user', id],
    ]);
    expect(items[1]?.state).not.toHaveProperty('accessGroupIds');
  });

  test('takes no card: it fails at that, and refuses nothing', async () => {
    const { backend } = await openFake();
    const user = await made(backend, message(newUser('Ada')));
    await expect(deliver(backend, message(scannedCard('4711', user)))).rejects.toMatchObject({
      trouble: 'failing',
    });
  });
});
