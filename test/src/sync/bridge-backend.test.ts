import { copyFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { creation, deletion, type ResourceChange, update } from '../../../src/model/resource-change.ts';
import type { OutboxMessage } from '../../../src/model/sync.ts';
import { addDesk, replaceDeskKey } from '../../../src/site/paired-desks.ts';
import { BackendError, HistoryDiffers } from '../../../src/sync/backend-error.ts';
import { type BridgeBackend, bridgeBackend } from '../../../src/sync/bridge-backend.ts';
import { MOST_REPORT_BYTES } from '../../../src/sync/bridge-shapes.ts';
import { FaultProxy } from '../../network/fault-proxy.ts';
import { Desk } from '../../stories/desk.ts';

const { signal } = new AbortController();

let server: Desk;
let token: string;
let deskId: string;
let backend: BridgeBackend;
let sequence = 0;
beforeAll(async () => {
  server = await Desk.open();
  const added = server.inStore((store) => addDesk({ store, clock: systemClock }, 'Lobby'));
  token = added.token;
  deskId = added.desk.id;
  backend = bridgeTo(server.url, () => token);
});
afterAll(async () => {
  backend[Symbol.dispose]();
  const { errorLines } = server;
  await server[Symbol.asyncDispose]();
  expect(errorLines).toEqual([]);
});

const bridgeTo = (endpoint: string, apiKey: () => string) =>
  bridgeBackend({ endpoint, apiKey, clock: systemClock, userAgent: 'encoderd/test' });

function message(change: ResourceChange): OutboxMessage {
  sequence += 1;
  return {
    ...{ id: crypto.randomUUID(), sequence, change, state: 'waiting', attempts: 1, isForced: false },
    ...{ refusal: null, createdAt: 0, settledAt: null },
  };
}

const USER = {
  ...{ emailAddress: null, phoneNumber: null, accessSchedule: null, userIdentityId: null },
  ...{ isSuspended: false, hidAcsSystemId: null, createdAt: 1_700_000_000_000 },
  ...{ accessGroupIds: [], grantedEntranceIds: [] },
};

const newUser = (fullName: string) => creation('acs_user', crypto.randomUUID(), { ...USER, fullName });

const troubleOf = async (work: Promise<unknown>) => {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof BackendError) return error.trouble;
  throw new Error(`it failed otherwise: ${error}`);
};

describe('with another encoderd', () => {
  test('hello says who it is, what its clock says, and how far it has heard this desk', async () => {
    const before = Date.now();
    const hello = await backend.hello(signal);
    expect(hello).toMatchObject({
      acsSystemId: server.systemId,
      heard: { pairingId: deskId, highWaterMark: 0 },
    });
    expect(hello.identity).toContain(server.systemId);
    expect(hello.time).toBeGreaterThanOrEqual(before);
    expect(hello.time).toBeLessThanOrEqual(Date.now());
    await backend.deliver([message(newUser('Jane'))], signal);
    expect((await backend.hello(signal)).heard?.highWaterMark).toBe(sequence);
  });

  test('things are made under the ids that the desk gave them, changed, and deleted', async () => {
    const made = newUser('Jane Doe');
    const { id } = made;
    const state = { ...USER, fullName: 'Jane Doe' };
    const renamed = update('acs_user', id, state, { ...state, fullName: 'Jane Roe' });
    expect(await backend.deliver([message(made), message(renamed)], signal)).toEqual([
      { verdict: 'applied' },
      { verdict: 'applied' },
    ]);
    expect(await backend.read([{ kind: 'acs_user', id }], signal)).toEqual([
      { kind: 'acs_user', id, state: { ...state, fullName: 'Jane Roe' } },
    ]);
    expect(await backend.deliver([message(deletion('acs_user', id))], signal)).toEqual([
      { verdict: 'applied' },
    ]);
    expect(await backend.read([{ kind: 'acs_user', id }], signal)).toEqual([
      { kind: 'acs_user', id, state: null },
    ]);
  });

  test('a message that comes again is answered as before and does nothing', async () => {
    const first = message(newUser('Once'));
    const renamed = message(update('acs_user', first.change.id, { fullName: 'Once' }, { fullName: 'Twice' }));
    const verdicts = await backend.deliver([first, renamed], signal);
    expect(await backend.deliver([first], signal)).toEqual([verdicts[0]]);
    const [item] = await backend.read([{ kind: 'acs_user', id: first.change.id }], signal);
    expect(item?.state?.['fullName']).toBe('Twice');
  });

  test('what changes there comes as news, also what this desk told itself', async () => {
    const { cursor } = await backend.hello(signal);
    const made = newUser('News');
    await backend.deliver([message(made)], signal);
    const news = await backend.news(cursor ?? '', signal);
    expect(news).toMatchObject({ items: [{ kind: 'acs_user', id: made.id }], hasMore: false });
    expect((await backend.news(news.cursor, signal)).items).toEqual([]);
  });

  test('a walk meets everything once', async () => {
    const met: string[] = [];
    let position: string | null = null;
    do {
      const page = await backend.walk(position, signal);
      met.push(...page.items.map(({ id }) => id));
      position = page.position;
    } while (position !== null);
    expect(new Set(met).size).toBe(met.length);
    const users = server.inStore((store) => store.users.list({}, { after: 0, limit: 1000 }).rows);
    expect(met).toEqual(expect.arrayContaining(users.map(({ id }) => id)));
  });

  test('a place that the server does not know is another history', async () => {
    await expect(backend.news('00.00:7', signal)).rejects.toBeInstanceOf(HistoryDiffers);
  });

  test('one message that the server does not understand is refused, and the others are taken', async () => {
    const wrong = { ...newUser('Wrong'), fields: { shoeSize: { from: null, to: 9 } } };
    const [one, other] = [newUser('One'), newUser('Other')];
    const verdicts = await backend.deliver([message(one), message(wrong), message(other)], signal);
    expect(verdicts).toEqual([
      { verdict: 'applied' },
      {
        verdict: 'refused',
        refusal: {
          ...{ code: 'refused_by_backend', fields: [], rivalId: null },
          message: expect.stringContaining('"shoeSize" of an acs_user'),
        },
      },
      { verdict: 'applied' },
    ]);
    const names = [one, wrong, other].map(({ id }) => ({ kind: 'acs_user', id }) as const);
    const items = await backend.read(names, signal);
    expect(items.map(({ state }) => state !== null)).toEqual([true, false, true]);
  });

  test('what is larger than the server takes at once goes in parts, and alone if it must', async () => {
    const large = (bytes: number) => {
      const vendorMetadata = { hotek_metadata: { label: 'x'.repeat(bytes) } };
      const state = { accessMethod: 'mobile_key', acsUserId: null, vendorMetadata, createdAt: 0 };
      return creation('acs_credential', crypto.randomUUID(), state);
    };
    const third = Math.floor(MOST_REPORT_BYTES / 2.5);
    const changes = [large(third), large(third), large(third), large(MOST_REPORT_BYTES), newUser('Last')];
    const verdicts = await backend.deliver(changes.map(message), signal);
    expect(verdicts.map((verdict) => verdict.verdict)).toEqual([
      ...['applied', 'applied', 'applied', 'refused', 'applied'],
    ]);
    expect(verdicts[3]).toMatchObject({ refusal: { message: expect.stringContaining('512 KiB') } });
  });

  test('what is said in one part about a thing of an earlier part is told once that was taken as it stood', async () => {
    const entrance = (name: string, id = crypto.randomUUID()) =>
      creation('acs_entrance', id, {
        ...{ number: 1, name, hotekMetadata: null, isMadeByReport: false, createdAt: 0 },
      });
    const group = (entranceId: string) =>
      creation('acs_access_group', crypto.randomUUID(), {
        ...{ name: `Group of ${entranceId}`, entranceIds: [entranceId], createdAt: 0 },
      });
    const there = entrance('Lobby');
    await backend.deliver([message(there)], signal);
    const same = entrance('Lobby');
    const wrong = { ...newUser('Wrong'), fields: { shoeSize: { from: null, to: 9 } } };
    const [named, other] = [group(same.id), group(there.id)];
    // The server does not understand one of them, so that each goes alone.
    const verdicts = await backend.deliver([same, named, wrong, other].map(message), signal);
    expect(verdicts).toMatchObject([
      { verdict: 'same_as', backendId: there.id },
      { verdict: 'not_judged' },
      { verdict: 'refused' },
      { verdict: 'applied' },
    ]);
    const [item] = await backend.read([named], signal);
    expect(item?.state).toBeNull();
    // All in one report: the server knows itself what is meant.
    const [again, naming] = [entrance('Lobby'), group('')];
    const meant = { ...naming, sets: { entranceIds: { added: [again.id], removed: [] } } };
    expect(await backend.deliver([again, meant].map(message), signal)).toMatchObject([
      { verdict: 'same_as' },
      { verdict: 'applied' },
    ]);
    const [read] = await backend.read([meant], signal);
    expect(read?.state).toMatchObject({ entranceIds: [there.id] });
  });

  test('a chain about one thing is told in one report, up to what is refused in it', async () => {
    const made = newUser('One');
    const rename = (from: string, to: string) =>
      message(update('acs_user', made.id, { fullName: from }, { fullName: to }));
    const verdicts = await backend.deliver(
      [message(made), rename('One', 'Two'), rename('Not this', 'Three'), rename('Three', 'Four')],
      signal,
    );
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(['applied', 'applied', 'refused', 'not_judged']);
    const [item] = await backend.read([made], signal);
    expect(item?.state?.['fullName']).toBe('Two');
  });

  test('more things than the server gives at once are read in parts', async () => {
    const names = Array.from({ length: 450 }, () => ({ kind: 'acs_user', id: crypto.randomUUID() }) as const);
    const items = await backend.read(names, signal);
    expect(items).toEqual(names.map((name) => ({ ...name, state: null })));
  });

  test('a key that was replaced is refused, and the new one taken from the next call on', async () => {
    const keys = server.inStore((store) => {
      const ledger = { store, clock: systemClock };
      const { token: old } = addDesk(ledger, 'Rotating');
      return { old, ...replaceDeskKey(ledger, 'Rotating') };
    });
    let key = keys.old;
    using rotating = bridgeTo(server.url, () => key);
    expect(await troubleOf(rotating.hello(signal))).toBe('unauthorized');
    key = keys.token;
    expect((await rotating.hello(signal)).acsSystemId).toBe(server.systemId);
  });

  test('what is no key, or a key of somebody else, is unauthorized', async () => {
    const app = server.createKey('an app');
    for (const key of ['', 'x', 'seam_local_nobody', app, 'seam_cst_x', 'ey.x.y']) {
      using stranger = bridgeTo(server.url, () => key);
      expect(await troubleOf(stranger.hello(signal)), key).toBe('unauthorized');
    }
  });

  test('a call that is broken off rejects with the reason', async () => {
    const stop = new AbortController();
    const reason = new Error('the daemon stops');
    const call = backend.hello(stop.signal);
    stop.abort(reason);
    await expect(call).rejects.toBe(reason);
    await expect(backend.hello(stop.signal)).rejects.toBe(reason);
  });
});

test('a server that was restored from a backup which is older than the last report is found out', async () => {
  await using proxy = await FaultProxy.open(null);
  await using restored = await Desk.open({ config: { allowed_hosts: [`127.0.0.1:${proxy.port}`] } });
  proxy.target = restored.url;
  const key = restored.inStore((store) => addDesk({ store, clock: systemClock }, 'Lobby')).token;
  using desk = bridgeTo(proxy.url, () => key);
  await desk.deliver([message(newUser('Kept'))], signal);
  const { cursor } = await desk.hello(signal);
  await restored.stop();
  const file = join(restored.stateDir, 'encoderd.db');
  copyFileSync(file, `${file}.backup`);
  await restored.start();
  proxy.target = restored.url;
  await desk.deliver([message(newUser('Lost'))], signal);
  await restored.stop();
  renameSync(`${file}.backup`, file);
  await restored.start();
  proxy.target = restored.url;

  // By the cursor alone nobody would see that something is lost.
  using other = bridgeTo(proxy.url, () => key);
  expect((await other.news(cursor ?? '', signal)).items).toEqual([]);
  // What is told before the desk asks for news does not hide it.
  await desk.deliver([message(newUser('Later'))], signal);
  await expect(desk.news(cursor ?? '', signal)).rejects.toBeInstanceOf(HistoryDiffers);
  // It was said; the desk tells everything anew.
  expect((await desk.news(cursor ?? '', signal)).items).toHaveLength(1);
});
