import { expect, onTestFinished, test } from 'vitest';
import { createLog } from '../../../src/log.ts';
import { creation } from '../../../src/model/resource-change.ts';
import { SiteError } from '../../../src/site/errors.ts';
import { tell } from '../../../src/site/site.ts';
import { BackendError } from '../../../src/sync/backend-error.ts';
import { BridgeRefusal } from '../../../src/sync/bridge-transport.ts';
import { Pairing } from '../../../src/sync/pairing.ts';
import type { PairingCall, PairingServer } from '../../../src/sync/pairing-server.ts';
import { addCardCredential, issue } from '../site/card-bed.ts';
import { openTestSite, type StillSite, UNREACHED_BACKEND } from '../site/site-bed.ts';

const SERVER = 'https://property.example';

/** A property server that answers as it is told. */
class ScriptedServer {
  readonly opened: string[] = [];
  readonly requests: PairingCall[] = [];
  claims = 0;
  open = 0;
  /** What is thrown next, until it is null. */
  trouble: Error | null = null;
  deskName: string | null = null;
  acsSystemId: string | null = null;
  /** Happens while a request is under way. */
  meanwhile: (call: PairingCall) => void = () => {};
  #heard: () => void = () => {};

  readonly connect = async (endpoint: string): Promise<PairingServer> => {
    this.opened.push(endpoint);
    this.open += 1;
    return {
      request: async (call) => {
        this.requests.push(call);
        if (this.trouble !== null) throw this.trouble;
        this.meanwhile(call);
        return 600_000;
      },
      claim: async () => {
        this.claims += 1;
        this.#heard();
        if (this.trouble !== null) throw this.trouble;
        return this.deskName === null ? null : { deskName: this.deskName, acsSystemId: this.acsSystemId };
      },
      [Symbol.dispose]: () => {
        this.open -= 1;
      },
    };
  };

  /** Resolves once it was asked for the `count`th time. */
  async askedTimes(count: number): Promise<void> {
    while (this.claims < count) {
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
    }
  }
}

function bed(configuredEndpoint: string | null = null) {
  const site = openTestSite();
  const server = new ScriptedServer();
  const lines: string[] = [];
  const news: string[] = [];
  const pairing = new Pairing({
    site,
    log: createLog('debug', { write: (line) => lines.push(line) }),
    configuredEndpoint,
    openServer: server.connect,
    linkChanged: () => news.push(site.store.backend.read()?.endpoint ?? 'none'),
  });
  onTestFinished(() => pairing[Symbol.asyncDispose]());
  /** Lets two seconds pass, and waits until the desk has asked again. */
  const nextClaim = async () => {
    const { claims } = server;
    await site.clock.waitedFor();
    site.clock.advance(2000);
    await server.askedTimes(claims + 1);
    await Promise.resolve();
  };
  return { site, server, pairing, lines, news, nextClaim };
}

const errorOf = async (work: Promise<unknown>): Promise<SiteError> => {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof SiteError) return error;
  throw new Error(`it was not refused by the site: ${error}`);
};

test('the desk shows a code, asks every two seconds, and has a backend once the code was typed', async () => {
  const { site, server, pairing, news, lines, nextClaim } = bed();
  const shown = await pairing.pair(`${SERVER}/`, 'Lobby');
  const [call] = server.requests;
  expect(shown).toEqual({
    ...{ state: 'waiting', endpoint: SERVER, problem: null },
    code: expect.stringMatching(/^[2-9A-HJKMNP-Z]{6}$/),
    expiresAt: site.clock.now() + 600_000,
    hasWrittenCards: false,
  });
  expect(call).toMatchObject({ deskName: 'Lobby', code: Object(shown).code });
  expect(call?.key).toMatch(/^seam_local_[\w-]{43}$/);
  await server.askedTimes(1);
  for (const claims of [2, 3, 4]) {
    await nextClaim();
    expect([server.claims, pairing.state().state, site.store.backend.exists()]).toEqual([
      ...[claims, 'waiting', false],
    ]);
  }
  server.deskName = 'Lobby 2';
  await nextClaim();
  await expect
    .poll(() => pairing.state())
    .toEqual({ state: 'paired', endpoint: SERVER, deskName: 'Lobby 2' });
  expect(site.store.backend.read()).toEqual({
    ...UNREACHED_BACKEND,
    ...{ endpoint: SERVER, isPaired: true, apiKey: call?.key },
  });
  expect([news, server.open, site.clock.sleepers]).toEqual([[SERVER], 0, 0]);
  expect(lines.join('')).not.toContain(call?.key);
  expect(lines.join('')).not.toContain(call?.code);
});

test('asking again for the same server shows the same code; for another one, another code', async () => {
  const { server, pairing } = bed();
  const first = await pairing.pair(SERVER, 'Lobby');
  expect(await pairing.pair(SERVER, 'Lobby')).toEqual(first);
  expect(server.requests).toHaveLength(1);
  const other = await pairing.pair('https://other.example', 'Lobby');
  expect(other).toMatchObject({ state: 'waiting', endpoint: 'https://other.example' });
  expect(Object(other).code).not.toBe(Object(first).code);
  await expect.poll(() => server.open).toBe(1);
});

test('a code that nobody types fails, and says so', async () => {
  const { site, server, pairing, news } = bed();
  const { code } = Object(await pairing.pair(SERVER, 'Lobby'));
  await server.askedTimes(1);
  await site.clock.waitedFor();
  site.clock.advance(600_000);
  await expect.poll(() => pairing.state().state).toBe('failed');
  expect(pairing.state()).toMatchObject({
    message: expect.stringContaining(`Nobody typed the code ${code}`),
  });
  expect([news, server.open, site.store.backend.exists()]).toEqual([[], 0, false]);
});

test('a server that is away for a while is asked again', async () => {
  const { server, pairing, nextClaim } = bed();
  await pairing.pair(SERVER, 'Lobby');
  await server.askedTimes(1);
  server.trouble = new BackendError('unreachable', 'It cannot be reached.');
  await nextClaim();
  await expect.poll(() => Object(pairing.state()).problem).toBe('It cannot be reached.');
  server.trouble = null;
  await nextClaim();
  await expect.poll(() => Object(pairing.state()).problem).toBe(null);
  server.deskName = 'Lobby';
  await nextClaim();
  await expect.poll(() => pairing.state().state).toBe('paired');
});

test('a server that has forgotten the request ends it', async () => {
  const { server, pairing, nextClaim } = bed();
  await pairing.pair(SERVER, 'Lobby');
  await server.askedTimes(1);
  server.trouble = new BridgeRefusal('pairing_not_found', 'It knows of no such request.');
  await nextClaim();
  await expect
    .poll(() => pairing.state())
    .toEqual({ state: 'failed', endpoint: SERVER, message: 'It knows of no such request.' });
});

test('a server that cannot be asked is named at once', async () => {
  const { server, pairing } = bed();
  server.trouble = new BackendError('unreachable', 'It cannot be reached.');
  const error = await errorOf(pairing.pair(SERVER, 'Lobby'));
  expect([error.type, error.message]).toEqual(['backend_unavailable', 'It cannot be reached.']);
  expect([pairing.state(), server.open]).toEqual([{ state: 'none' }, 0]);
});

test('a desk whose configuration names a backend is neither paired nor unpaired', async () => {
  const { server, pairing } = bed('https://seam.example');
  expect((await errorOf(pairing.pair(SERVER, 'Lobby'))).message).toContain(
    'names its backend, https://seam.example',
  );
  expect(() => pairing.unpair()).toThrow('names its backend');
  expect(server.opened).toEqual([]);
});

test('a desk that is paired is not paired again before it was unpaired', async () => {
  const { site, server, pairing, news } = bed();
  site.store.backend.write({ ...UNREACHED_BACKEND, endpoint: SERVER, isPaired: true, apiKey: 'seam_x' });
  const error = await errorOf(pairing.pair('https://other.example', 'Lobby'));
  expect([error.type, error.message]).toEqual(['backend_exists', expect.stringContaining(SERVER)]);
  pairing.unpair();
  expect([site.store.backend.read(), news]).toEqual([null, ['none']]);
  expect(() => pairing.unpair()).toThrow('paired with no property server');
  await pairing.pair('https://other.example', 'Lobby');
  expect(server.requests).toHaveLength(1);
});

test('unpairing forgets what the backend had, and keeps what it was not told', () => {
  const { site, pairing } = bed();
  site.store.backend.write({ ...UNREACHED_BACKEND, isPaired: true, apiKey: 'seam_x' });
  const told = tellOfUser(site);
  const waiting = tellOfUser(site);
  site.store.outbox.settle([told], 'delivered', site.clock.now());
  site.store.sharedResources.note({ kind: 'acs_user', id: told }, told, 7, site.clock.now());
  site.store.heldItems.hold({ kind: 'acs_user', id: told }, 'it waits', site.clock.now());
  pairing.unpair();
  const { outbox, sharedResources, heldItems } = site.store;
  expect([sharedResources.count('acs_user'), heldItems.count(), outbox.get(told)]).toEqual([0, 0, null]);
  expect(outbox.waiting(0, 10).map(({ id }) => id)).toEqual([waiting]);
});

test('unpairing a desk that waits for its code ends that', async () => {
  const { site, server, pairing, news } = bed();
  await pairing.pair(SERVER, 'Lobby');
  await server.askedTimes(1);
  await site.clock.waitedFor();
  pairing.unpair();
  expect([pairing.state(), news]).toEqual([{ state: 'none' }, []]);
  await expect.poll(() => [server.open, site.clock.sleepers]).toEqual([0, 0]);
});

test('a desk is not paired with itself', async () => {
  const { site, server, pairing } = bed();
  server.meanwhile = ({ id, deskName }) => {
    const request = { id, deskName, expiresAt: site.clock.now() + 1, deskId: null, createdAt: 0 };
    site.store.pairingRequests.insert(request, new Uint8Array(32), new Uint8Array(32));
  };
  const error = await errorOf(pairing.pair('http://127.0.0.1:3375', 'Lobby'));
  expect([error.type, error.message]).toEqual(['invalid_input', expect.stringContaining('this desk itself')]);
  expect([pairing.state(), server.open, site.store.pairingRequests.list(0)]).toEqual([
    { state: 'none' },
    0,
    [],
  ]);
});

test('what is no address of a server is refused', async () => {
  const { server, pairing } = bed();
  for (const wrong of [
    '',
    'x',
    'ftp://x.example',
    'https://a:b@x.example',
    'https://x.example?a=b',
    `https://${'x'.repeat(2000)}`,
  ]) {
    expect((await errorOf(pairing.pair(wrong, 'Lobby'))).type, wrong).toBe('invalid_input');
  }
  expect(server.opened).toEqual([]);
});

test('a desk that has written cards says so from the beginning, and does not become part of another system', async () => {
  const { site, server, pairing, news, nextClaim } = bed();
  issue(site, addCardCredential(site).id);
  const before = site.identity;
  expect(await pairing.pair(SERVER, 'Lobby')).toMatchObject({ state: 'waiting', hasWrittenCards: true });
  await server.askedTimes(1);
  server.deskName = 'Lobby 2';
  server.acsSystemId = crypto.randomUUID();
  await nextClaim();
  await expect.poll(() => pairing.state().state).toBe('failed');
  const { message } = Object(pairing.state());
  expect(message).toContain(before.acsSystemId);
  expect(message).toContain(server.acsSystemId);
  expect(message).toContain('encoderctl desks remove "Lobby 2"');
  expect([site.store.backend.exists(), site.identity, news]).toEqual([false, before, []]);
});

test('a desk that has written cards is paired with the same system', async () => {
  const { site, server, pairing } = bed();
  issue(site, addCardCredential(site).id);
  server.deskName = 'Lobby';
  server.acsSystemId = site.identity.acsSystemId;
  await pairing.pair(SERVER, 'Lobby');
  await expect.poll(() => pairing.state().state).toBe('paired');
});

test('a desk without cards becomes part of any system', async () => {
  const { server, pairing } = bed();
  server.deskName = 'Lobby';
  server.acsSystemId = crypto.randomUUID();
  await pairing.pair(SERVER, 'Lobby');
  await expect.poll(() => pairing.state().state).toBe('paired');
});

/** Something that must be told; returns the id of its message. */
function tellOfUser(site: StillSite): string {
  tell(site, creation('acs_user', crypto.randomUUID(), { fullName: 'Jane' }, 'acs_user.created'));
  return site.store.outbox.waiting(0, 10).at(-1)?.id ?? '';
}
