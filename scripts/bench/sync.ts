import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { openAttemptDesk } from './attempt-desk.ts';
import { cost, type Figure, percentile, plain, rate } from './figure.ts';
import { ask, load } from './load.ts';
import { openCrowdedStore } from './million.ts';
import {
  backendLine,
  deskKey,
  fillOutbox,
  keyFor,
  NOBODY,
  type Protocol,
  readEverything,
  residentBytes,
  startIn,
  untilSync,
} from './sync-desks.ts';

const WAITING = 10_000;
const DRAINED = 4000;
/** Less for a quick look. */
const MIRRORED = Number(process.env['BENCH_MIRRORED'] ?? 100_000);
const ASSIGNMENTS = 300;
const ROUNDS = 3;

/** What sync costs: how fast the outbox empties, the first mirror of a large property, and what a clerk notices while the backend is away. */
export async function benchSync(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-bench-'));
  try {
    return [
      ...(await measureDrain(join(folder, 'seam'), 'seam')),
      ...(await measureDrain(join(folder, 'bridge'), 'bridge')),
      ...(await measureFirstMirror(join(folder, 'mirror'))),
      ...(await measureOutage(join(folder, 'outage'))),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Messages a second from a desk that was offline, against the same number of bare requests of the same kind to the same server. */
async function measureDrain(folder: string, protocol: Protocol): Promise<readonly Figure[]> {
  mkdirSync(folder, { recursive: true });
  const server = await startIn(folder, 'server');
  const keyFile = join(folder, 'key');
  writeFileSync(keyFile, deskKey(folder, server, protocol));
  try {
    const token = server.createApiKey('bench');
    const own = await load(
      {
        url: new URL('/acs/users/create', server.url),
        token,
        body: userBody(await systemOf(server.url, token)),
      },
      DRAINED,
    );
    fillOutbox(join(folder, 'desk'), DRAINED);
    const deskToken = keyFor(folder, 'desk');
    const desk = await startIn(folder, 'desk', backendLine(server.url, keyFile, protocol));
    try {
      // The first poll that finds some of them told; before that the desk walks through what the server has.
      let first: { readonly at: number; readonly waiting: number } | null = null;
      const left = await untilSync(desk.url, deskToken, 20, ({ waiting }) => {
        if (waiting < DRAINED) first ??= { at: performance.now(), waiting };
        return waiting === 0;
      });
      if (left.refused > 0 || first === null) throw new Error(`${left.refused} messages were refused`);
      const perSecond = messagesPerSecond(first, performance.now());
      return [
        rate(
          `outbox drained, ${protocol}, ${DRAINED} users made offline`,
          'messages/s',
          perSecond,
          own.perSecond,
          'users/create, bare requests, 8 at once, same server',
        ),
      ];
    } finally {
      await desk.stop();
    }
  } finally {
    await server.stop();
  }
}

const messagesPerSecond = (first: { readonly at: number; readonly waiting: number }, now: number) =>
  first.waiting / ((now - first.at) / 1000);

/** How long a new desk takes to know 100,000 users, against reading the same pages without doing anything with them. */
async function measureFirstMirror(folder: string): Promise<readonly Figure[]> {
  mkdirSync(folder, { recursive: true });
  await (await startIn(folder, 'server')).stop();
  openCrowdedStore(join(folder, 'server'), MIRRORED)[Symbol.dispose]();
  const server = await startIn(folder, 'server');
  try {
    const keyFile = join(folder, 'key');
    const key = deskKey(folder, server, 'bridge');
    writeFileSync(keyFile, key);
    const read = await readEverything(server.url, key);
    const token = keyFor(folder, 'desk');
    const began = performance.now();
    const desk = await startIn(folder, 'desk', backendLine(server.url, keyFile, 'bridge'));
    try {
      let mostBytes = 0;
      await untilSync(desk.url, token, 250, async (status) => {
        mostBytes = Math.max(mostBytes, await residentBytes(desk.url, token));
        return status.mirror.walked_at !== null;
      });
      const seconds = (performance.now() - began) / 1000;
      const what = `first mirror of ${MIRRORED.toLocaleString('en')} users, identities and cards`;
      return [
        cost(what, 's', seconds, read.seconds, `${read.items} things read page by page`),
        plain(`memory of the desk meanwhile, at most`, 'MB', mostBytes / 1e6),
      ];
    } finally {
      await desk.stop();
    }
  } finally {
    await server.stop();
  }
}

/** Card to success at the desk, with 10,000 results waiting for a backend that is away, against a desk without a backend; in turns. */
async function measureOutage(folder: string): Promise<readonly Figure[]> {
  const [calm, away] = [join(folder, 'calm'), join(folder, 'away')];
  for (const place of [calm, away]) mkdirSync(place, { recursive: true });
  writeFileSync(join(away, 'key'), 'nobody asks for it');
  fillOutbox(join(away, 'state'), WAITING);
  const times: Record<'calm' | 'away', number[]> = { calm: [], away: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    times.calm.push(...(await assignments(calm, '')));
    times.away.push(...(await assignments(away, backendLine(NOBODY, join(away, 'key'), 'bridge'))));
  }
  return [0.5, 0.99].map((p) =>
    cost(
      `card to success, backend away, ${WAITING} waiting, p${p * 100}`,
      'ms',
      percentile(times.away, p),
      percentile(times.calm, p),
      'a desk without a backend',
    ),
  );
}

async function assignments(folder: string, settings: string): Promise<readonly number[]> {
  await using desk = await openAttemptDesk(folder, 1, settings);
  const [encoder] = desk.encoderIds;
  if (encoder === undefined) throw new Error('the desk has no encoder');
  for (let done = 0; done < 30; done += 1) await desk.assignOne(encoder);
  const times: number[] = [];
  for (let done = 0; done < ASSIGNMENTS; done += 1) times.push(await desk.assignOne(encoder));
  return times;
}

function userBody(acs_system_id: string): () => object {
  let made = 0;
  return () => {
    made += 1;
    return { acs_system_id, full_name: `Bare ${made}`, email_address: `bare${made}@desk.example` };
  };
}

async function systemOf(url: string, token: string): Promise<string> {
  const answer = await ask({ url: new URL('/acs/systems/list', url), token, body: () => ({}) });
  return z.object({ acs_systems: z.tuple([z.object({ acs_system_id: z.string() })]) }).parse(answer)
    .acs_systems[0].acs_system_id;
}
