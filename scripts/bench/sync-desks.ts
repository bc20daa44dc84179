import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { systemClock } from '../../src/clock.ts';
import { createDoorbell } from '../../src/doorbell.ts';
import { openSite } from '../../src/site/site.ts';
import { createUser } from '../../src/site/users.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { type EncoderdProcess, startEncoderd } from '../encoderd-process.ts';
import { ask } from './load.ts';

const ENCODERCTL = fileURLToPath(new URL('../../src/cli/encoderctl.ts', import.meta.url));

/** Nobody listens there (the port of `discard`). */
export const NOBODY = 'http://127.0.0.1:9';

export type Protocol = 'seam' | 'bridge';

/** The line of a desk's configuration that names its backend. */
export const backendLine = (endpoint: string, keyFile: string, protocol: Protocol) =>
  `backend: { endpoint: "${endpoint}", api_key_file: ${keyFile}, protocol: ${protocol} }\n`;

/** Starts a daemon with the state folder `folder/name`, which nothing limits. */
export function startIn(folder: string, name: string, settings = ''): Promise<EncoderdProcess> {
  const config = join(folder, `${name}.yaml`);
  writeFileSync(
    config,
    `drivers: { virtual: {} }\nsite: { entrances: [] }\nlimits: { requests_per_second: 1000000, request_burst: 1000000, kept_days: 3650 }\n${settings}`,
  );
  return startEncoderd({
    ENCODERD_STATE_DIR: join(folder, name),
    ENCODERD_CONFIG: config,
    ENCODERD_LOG_LEVEL: 'fatal',
  });
}

/** Makes the key by which a desk comes to the server whose state folder is `folder/server`. */
export function deskKey(folder: string, server: EncoderdProcess, protocol: Protocol): string {
  if (protocol === 'seam') return server.createApiKey('desk');
  return encoderctl(join(folder, 'server'), ['desks', 'add', 'Desk', '--json']);
}

/** Makes an API key for the state folder `folder/name`, whether its daemon runs or not. */
export function keyFor(folder: string, name: string): string {
  const words = ['keys', 'create', '--name', 'bench', '--json'];
  return encoderctl(join(folder, name), words);
}

function encoderctl(stateDir: string, words: readonly string[]): string {
  const env = { ...process.env, ENCODERD_STATE_DIR: stateDir };
  const made = execFileSync(process.execPath, [ENCODERCTL, ...words], { env, encoding: 'utf8' });
  return z.object({ api_key: z.string() }).parse(JSON.parse(made)).api_key;
}

/** Users made at a desk that has a backend and was never connected: as many messages wait. */
export function fillOutbox(stateDir: string, count: number): void {
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  using store = openSqliteStore(join(stateDir, 'encoderd.db'));
  const site = openSite({
    store,
    clock: systemClock,
    doorbell: createDoorbell(),
    settings: {
      name: 'Front desk',
      timeZone: 'Europe/Berlin',
      externalType: null,
      enrolUnknownCards: true,
      cardNumberFormat: 'uid_msb_first',
      keptChanges: 100_000,
    },
  });
  store.backend.write({
    endpoint: NOBODY,
    isPaired: false,
    apiKey: null,
    identity: null,
    cursor: null,
    walk: null,
    walks: 0,
    walkedAt: null,
  });
  store.transaction(() => {
    for (let made = 0; made < count; made += 1) {
      createUser(site, {
        fullName: `Guest ${made}`,
        emailAddress: `guest${made}@desk.example`,
        phoneNumber: null,
        accessSchedule: null,
        userIdentityId: null,
      });
    }
  });
}

const syncStatus = z.object({
  sync: z.object({
    state: z.string(),
    waiting: z.number(),
    refused: z.number(),
    mirror: z.object({ walked_at: z.string().nullable() }),
  }),
});

export type Sync = z.output<typeof syncStatus>['sync'];

/** Asks how sync stands every `everyMs` until `isReached`, half an hour at most. */
export async function untilSync(
  url: string,
  token: string,
  everyMs: number,
  isReached: (status: Sync) => boolean | Promise<boolean>,
): Promise<Sync> {
  const giveUpAt = Date.now() + 1_800_000;
  while (Date.now() < giveUpAt) {
    const answer = await ask({ url: new URL('/v1/sync/status', url), token, body: () => ({}) });
    const { sync } = syncStatus.parse(answer);
    if (await isReached(sync)) return sync;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  throw new Error('sync did not get there within half an hour');
}

/** Memory that a daemon holds, by its own metrics. */
export async function residentBytes(url: string, token: string): Promise<number> {
  const response = await fetch(new URL('/metrics', url), { headers: { authorization: `Bearer ${token}` } });
  const line = (await response.text()).split('\n').find((one) => one.startsWith('process_resident_memory'));
  return Number(line?.split(' ')[1]);
}

const walkAnswer = z.object({ items: z.array(z.unknown()), position: z.string().nullable() });

/** Reads everything that a property server has, page by page, and forgets it. */
export async function readEverything(
  url: string,
  token: string,
): Promise<{ readonly items: number; readonly seconds: number }> {
  const began = performance.now();
  let items = 0;
  let position: string | null = null;
  do {
    const at: string | null = position;
    const answer = await ask({ url: new URL('/v1/bridge/walk', url), token, body: () => ({ position: at }) });
    const page = walkAnswer.parse(answer);
    items += page.items.length;
    position = page.position;
  } while (position !== null);
  return { items, seconds: (performance.now() - began) / 1000 };
}
