import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { type EncoderdProcess, startEncoderd } from '../encoderd-process.ts';
import { cost, type Figure, percentile, plain, rate } from './figure.ts';
import { ask, type Load, load, type Target } from './load.ts';
import { openCrowdedStore } from './million.ts';
import { type Peer, startPeer } from './peers/peer.ts';
import { benchStore } from './store.ts';

/** Of users, credentials, attempts and events; less for a quick look. */
const CROWD = Number(process.env['BENCH_ROWS'] ?? 1_000_000);
const FEW = 100;
const ROUNDS = 5;

/** An operation that is measured. */
interface Measured {
  readonly path: string;
  readonly what: string;
  readonly requests: number;
  readonly body: () => object;
  /** What Seam's fake is asked instead; null: it has no such operation. */
  readonly ofFake: object | null;
  readonly isCommit: boolean;
}

const given = z.object({ url: z.string() });
const fakeGiven = given.extend({ token: z.string(), systemId: z.string(), deviceId: z.string() });

/** What a desk with a million of everything costs: each list, search and get in its store, and Seam's API over HTTP. */
export async function benchSeamSurface(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-bench-'));
  try {
    const places = { crowded: join(folder, 'crowded'), small: join(folder, 'small') };
    // The daemon makes the site, with nobody in it.
    for (const place of Object.values(places)) await (await startDesk(folder, place)).stop();
    openCrowdedStore(places.crowded, CROWD)[Symbol.dispose]();
    openCrowdedStore(places.small, FEW)[Symbol.dispose]();
    const figures = [...measureStore(places), ...(await measureDesk(folder, places.crowded, CROWD))];
    return [...figures, ...(await measureDesk(folder, places.small, FEW))];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function measureStore(places: { readonly crowded: string; readonly small: string }): readonly Figure[] {
  using crowded = openSqliteStore(join(places.crowded, 'encoderd.db'));
  using small = openSqliteStore(join(places.small, 'encoderd.db'));
  return benchStore(crowded, CROWD, small, FEW);
}

function startDesk(folder: string, stateDir: string): Promise<EncoderdProcess> {
  const config = join(folder, 'config.yaml');
  writeFileSync(
    config,
    'limits: { requests_per_second: 1000000, request_burst: 1000000, kept_days: 3650 }\n',
  );
  return startEncoderd({
    ENCODERD_STATE_DIR: stateDir,
    ENCODERD_CONFIG: config,
    ENCODERD_LOG_LEVEL: 'warn',
    ENCODERD_DRIVERS: 'virtual',
  });
}

async function measureDesk(folder: string, stateDir: string, count: number): Promise<readonly Figure[]> {
  const daemon = await startDesk(folder, stateDir);
  try {
    const token = daemon.createApiKey(`bench-${count}`);
    const begun = memoryMb(daemon);
    await using fake = await startPeer('fake-seam.ts', null);
    const figures: Figure[] = [];
    for (const measured of await operations(daemon, token, count, fake)) {
      const own = { url: new URL(measured.path, daemon.url), token, body: measured.body };
      figures.push(...(await measureOperation(measured, own, count, folder, fake)));
    }
    return [
      ...figures,
      plain(`memory (RSS) of the daemon with ${count} of everything, just started`, 'MB', begun),
      plain(
        `memory (RSS) of the daemon with ${count} of everything, after the above`,
        'MB',
        memoryMb(daemon),
      ),
    ];
  } finally {
    await daemon.stop();
  }
}

async function operations(
  daemon: EncoderdProcess,
  token: string,
  count: number,
  fake: Peer,
): Promise<readonly Measured[]> {
  const at = (path: string, body: object): Target => ({
    url: new URL(path, daemon.url),
    token,
    body: () => body,
  });
  const attempt = z
    .object({ action_attempts: z.tuple([z.object({ action_attempt_id: z.string() })]) })
    .parse(await ask(at('/action_attempts/list', { limit: 1 }))).action_attempts[0].action_attempt_id;
  const user = z
    .object({ acs_users: z.tuple([z.object({ acs_user_id: z.string() })]) })
    .parse(await ask(at('/acs/users/list', { limit: 1 }))).acs_users[0].acs_user_id;
  const { fakeAttempt, fakeSystem } = await fillFake(fake);
  let code = 10_000_000;
  return [
    {
      ...{ path: '/action_attempts/get', what: 'action_attempts/get', requests: 2_000, isCommit: false },
      body: () => ({ action_attempt_id: attempt }),
      ofFake: { action_attempt_id: fakeAttempt },
    },
    {
      ...{
        path: '/acs/credentials/list',
        what: `credentials/list (100 of ${count})`,
        requests: 400,
        isCommit: false,
      },
      body: () => ({ limit: 100 }),
      ofFake: null,
    },
    {
      ...{
        path: '/acs/users/list',
        what: 'users/list, a search that one matches',
        requests: 1_000,
        isCommit: false,
      },
      body: () => ({ search: `guest${count - 7}@`, limit: 100 }),
      ofFake: null,
    },
    {
      ...{
        path: '/acs/users/list',
        what: 'users/list, a search that 100 and more match',
        requests: 400,
        isCommit: false,
      },
      body: () => ({ search: 'EXAMPLE.com', limit: 100 }),
      ofFake: { acs_system_id: fakeSystem },
    },
    {
      ...{ path: '/acs/credentials/create', what: 'credentials/create', requests: 400, isCommit: true },
      body: () => {
        code += 1;
        return { access_method: 'code', acs_user_id: user, code: String(code) };
      },
      ofFake: null,
    },
  ];
}

/** Gives the fake as many users as a page has, and an attempt. */
async function fillFake(fake: Peer): Promise<{ readonly fakeAttempt: string; readonly fakeSystem: string }> {
  const { url, token, systemId, deviceId } = fakeGiven.parse(fake.said);
  const at = (path: string, body: object): Target => ({ url: new URL(path, url), token, body: () => body });
  for (let number = 0; number < 100; number += 1)
    await ask(at('/acs/users/create', { acs_system_id: systemId, full_name: `Guest ${number}` }));
  const attempt = z
    .object({ action_attempt: z.object({ action_attempt_id: z.string() }) })
    .parse(await ask(at('/locks/unlock_door', { device_id: deviceId })));
  return { fakeAttempt: attempt.action_attempt.action_attempt_id, fakeSystem: systemId };
}

/** The daemon, a bare route with the same JSON, and the fake where it has the operation, in turns. */
async function measureOperation(
  { path, what, requests, ofFake, isCommit }: Measured,
  own: Target,
  count: number,
  folder: string,
  fake: Peer,
): Promise<readonly Figure[]> {
  const database = isCommit ? join(folder, `bare-${count}.db`) : null;
  const answer = await ask(own);
  await using bare = await startPeer('bare-route.ts', { answer, database: null });
  await using committing = await startPeer('bare-route.ts', { answer, database });
  const bareAt = (peer: Peer): Target => ({ ...own, url: new URL(given.parse(peer.said).url) });
  const { url, token } = fakeGiven.parse(fake.said);
  const runs: { readonly target: Target; readonly floorIs: string; readonly loads: Load[] }[] = [
    { target: own, floorIs: '', loads: [] },
    { target: bareAt(bare), floorIs: 'bare fastify route, same JSON', loads: [] },
  ];
  if (isCommit)
    runs.push({ target: bareAt(committing), floorIs: 'the same, with one bare SQLite commit', loads: [] });
  if (ofFake !== null)
    runs.push({
      target: { url: new URL(path, url), token, body: () => ofFake },
      floorIs: '@seamapi/fake-seam-connect, 100 users, an answer of its own',
      loads: [],
    });
  for (const { target } of runs) await load(target, requests);
  for (let round = 0; round < ROUNDS; round += 1)
    for (const { target, loads } of runs) loads.push(await load(target, requests));

  const [mine, ...floors] = runs.map(({ floorIs, loads }) => ({
    floorIs,
    perSecond: percentile(
      loads.map((one) => one.perSecond),
      0.5,
    ),
    p99Ms: percentile(
      loads.map((one) => one.p99Ms),
      0.5,
    ),
  }));
  const name = `${what}, store of ${count}`;
  return floors.flatMap(({ floorIs, perSecond, p99Ms }) => [
    rate(name, 'requests/s', mine?.perSecond ?? 0, perSecond, floorIs),
    cost(`${name} (p99)`, 'ms', mine?.p99Ms ?? 0, p99Ms, floorIs),
  ]);
}

/** Resident memory of the daemon alone, MB: its hosts of drivers have nothing to do with rows. */
function memoryMb(daemon: EncoderdProcess): number {
  const status = readFileSync(`/proc/${daemon.process.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}
