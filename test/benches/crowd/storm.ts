import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { startPeer } from '../../../scripts/bench/peers/peer.ts';
import { type EncoderdProcess, startEncoderd } from '../../../scripts/encoderd-process.ts';
import { systemClock } from '../../../src/clock.ts';
import { createApiKey } from '../../../src/site/api-keys.ts';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import { collectGarbage, INSPECTED } from './collect-garbage.ts';
import { Regular } from './regular.ts';

export interface StormOptions {
  /** How many are in the crowd. */
  readonly clients: number;
  readonly calmMs: number;
  readonly stormMs: number;
  /** How long those that never read wait before they look, ms; 0: they never look. */
  readonly sleepMs: number;
  /** How long the daemon may take to let go of those that are gone, ms. */
  readonly lettingGoMs: number;
}

/** How a storm went. */
export interface StormReport {
  /** How long the well-behaved waited for each answer, ms. */
  readonly calm: readonly number[];
  readonly storm: readonly number[];
  /** Cards that were assigned at the encoder meanwhile. */
  readonly assigned: number;
  /** What the well-behaved got that they should not have. */
  readonly wrong: readonly string[];
  /** Changes that one of them missed, had twice, or in another order. */
  readonly lost: number;
  readonly changes: number;
  /** What the crowd did, by what it is. */
  readonly tally: Readonly<Record<string, number>>;
  /** Files and sockets that the daemon still had open when the crowd was gone or mute, when they were more than in the calm. */
  readonly filesLeft: readonly string[];
  /** Resident memory of the daemon, MB: before the storm, at most during it, and when everybody was gone; the first and the last without garbage. */
  readonly memoryMb: { readonly calm: number; readonly most: number; readonly after: number };
  /** Lines of the daemon's log that say that something went wrong that nobody foresaw. */
  readonly errors: readonly string[];
}

const REGULARS = 4;
const VISITOR_KEYS = 20;
/** The limit of a key is 100 requests a second. */
const PAUSE_MS = 12;
/** An attempt takes six of them or more. */
const ATTEMPT_PAUSE_MS = 100;
/** As much as is kept of what happened on a busy desk, so that whoever wants all of it gets a lot. */
const OLD_CHANGES = 1500;

const tallied = z.object({ tally: z.record(z.string(), z.number()) });
const systems = z.object({ acs_systems: z.tuple([z.object({ acs_system_id: z.string() })]) });
const user = z.object({ acs_user: z.object({ acs_user_id: z.string() }) });
const encoders = z.object({ acs_encoders: z.array(z.object({ acs_encoder_id: z.string() })) });
const attempt = z.object({ action_attempt: z.object({ action_attempt_id: z.string(), status: z.string() }) });

/** A daemon in a process of its own, a few well-behaved clients with a card encoder, and a crowd in a third process. */
export async function runStorm(options: StormOptions): Promise<StormReport> {
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-storm-'));
  const keys = makeKeys(folder);
  writeFileSync(join(folder, 'config.yaml'), 'drivers: { virtual: { encoders: 1 } }\n');
  const daemon = await startEncoderd({
    ENCODERD_STATE_DIR: folder,
    ENCODERD_CONFIG: join(folder, 'config.yaml'),
    ENCODERD_LOG_LEVEL: 'warn',
    ENCODERD_DRIVERS: 'virtual',
    ...allocatorOfService(),
    ...INSPECTED,
  });
  try {
    // SQLite keeps the copying thread's file open for the next copy (https://sqlite.org/src/file/src/os_unix.c, "pending close"): once, from the first.
    const copies = join(folder, 'copies');
    const isCopied = () => existsSync(copies) && readdirSync(copies).some((name) => name.endsWith('.db'));
    for (let look = 0; look < 300 && !isCopied(); look += 1) await sleep(100);
    return await stormAt(daemon, keys, options);
  } finally {
    await daemon.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Keys {
  readonly desk: string;
  readonly regulars: readonly string[];
  readonly visitors: readonly string[];
  readonly flooder: string;
  readonly sleeper: string;
}

async function stormAt(daemon: EncoderdProcess, keys: Keys, options: StormOptions): Promise<StormReport> {
  const { acs_systems } = systems.parse(await daemon.post(keys.desk, '/acs/systems/list', {}));
  const [{ acs_system_id }] = acs_systems;
  using regulars = new DisposableStack();
  const all: Regular[] = [];
  for (const [index, token] of keys.regulars.entries()) {
    const made = await daemon.post(keys.desk, '/acs/users/create', {
      acs_system_id,
      full_name: `Guest ${index}`,
    });
    const { acs_user_id } = user.parse(made).acs_user;
    all.push(regulars.use(await Regular.open(daemon.url, token, `regular ${index}`, acs_user_id)));
  }
  // Whoever was made last has not heard of those who were made before.
  const heardFrom = (await lastSequence(daemon, keys)) + 1;
  const work = async (ms: number) => {
    const until = performance.now() + ms;
    const isOver = () => performance.now() >= until;
    const asking = all.map((regular) => regular.askUntil(isOver, PAUSE_MS));
    const assigned = await assignUntil(daemon, keys.desk, acs_system_id, isOver);
    return { times: (await Promise.all(asking)).flat(), assigned };
  };

  // The first answers are those of code that has never run.
  await work(options.calmMs / 2);
  const calm = await work(options.calmMs);
  const calmFiles = filesOf(daemon);
  await collectGarbage(daemon);
  const calmMb = memoryMbOf(daemon);
  await using crowd = await startPeer(new URL('crowd-program.ts', import.meta.url).href, {
    url: daemon.url,
    ...{ visitors: keys.visitors, flooder: keys.flooder, sleeper: keys.sleeper },
    ...{ clients: options.clients, sleepMs: options.sleepMs },
  });
  let mostMb = calmMb;
  const watching = setInterval(() => {
    mostMb = Math.max(mostMb, memoryMbOf(daemon));
  }, 250);
  const storm = await work(options.stormMs);
  const { tally } = tallied.parse(await crowd.order({}));
  clearInterval(watching);
  // Those that hold their sockets and never say a word are still there.
  const until = performance.now() + options.lettingGoMs;
  if (options.lettingGoMs === 0) await crowd[Symbol.asyncDispose]();
  const patience = Math.max(until, performance.now() + 10_000);
  const filesLeft = () => {
    const now = filesOf(daemon);
    return now.length > calmFiles.length ? beyond(now, calmFiles) : [];
  };
  while (filesLeft().length > 0 && performance.now() < patience) await sleep(250);
  const left = filesLeft();
  await work(options.calmMs);
  await collectGarbage(daemon);
  const afterMb = memoryMbOf(daemon);

  const last = await lastSequence(daemon, keys);
  await Promise.all(all.map((regular) => regular.askUntil(() => regular.heard.at(-1) === last, PAUSE_MS)));
  const expected = Array.from({ length: last - heardFrom + 1 }, (_, index) => heardFrom + index);
  const lostOf = ({ heard }: Regular) => {
    const own = heard.filter((sequence) => sequence >= heardFrom);
    return (
      Math.abs(own.length - expected.length) +
      expected.filter((sequence, index) => own[index] !== sequence).length
    );
  };
  return {
    calm: calm.times,
    storm: storm.times,
    assigned: storm.assigned,
    wrong: all.flatMap((regular) => regular.wrong),
    lost: all.reduce((total, regular) => total + lostOf(regular), 0),
    changes: expected.length,
    tally,
    filesLeft: left,
    memoryMb: { calm: calmMb, most: mostMb, after: afterMb },
    errors: daemon.output.filter((line) => /"level":[56]0/.test(line)),
  };
}

/** Scans and assigns cards, one after the other. Resolves with how many; rejects when one fails. */
async function assignUntil(
  daemon: EncoderdProcess,
  token: string,
  acs_system_id: string,
  isOver: () => boolean,
): Promise<number> {
  const { acs_encoders } = encoders.parse(await daemon.post(token, '/acs/encoders/list', {}));
  const acs_encoder_id = acs_encoders[0]?.acs_encoder_id;
  let assigned = 0;
  do {
    const made = await daemon.post(token, '/acs/users/create', { acs_system_id, full_name: 'Guest' });
    const { acs_user_id } = user.parse(made).acs_user;
    const scan = { acs_encoder_id, acs_user_id };
    const begun = await daemon.post(token, '/acs/encoders/scan_to_assign_credential', scan);
    const { action_attempt_id } = attempt.parse(begun).action_attempt;
    const uid = `04${Math.floor(Math.random() * 2 ** 48)
      .toString(16)
      .toUpperCase()
      .padStart(12, '0')}`;
    const card = { technology: 'ntag213', uid };
    await daemon.post(token, '/acs/encoders/simulate/place_card', { acs_encoder_id, card });
    let status = 'pending';
    while (status === 'pending') {
      const seen = await daemon.post(token, '/action_attempts/get', { action_attempt_id });
      ({ status } = attempt.parse(seen).action_attempt);
      await sleep(20);
    }
    if (status !== 'success') throw new Error(`The attempt ${action_attempt_id} ended with ${status}.`);
    await daemon.post(token, '/acs/encoders/simulate/remove_card', { acs_encoder_id });
    assigned += 1;
    await sleep(ATTEMPT_PAUSE_MS);
  } while (!isOver());
  return assigned;
}

function makeKeys(folder: string): Keys {
  using store = openSqliteStore(join(folder, 'encoderd.db'));
  const make = (name: string) =>
    createApiKey(store, { name, scopes: ['read', 'scan', 'manage'] }, systemClock.now()).token;
  store.transaction(() => {
    const card = { uid: '04112233445566', technology: 'ntag215' } as const;
    const change = { type: 'card.presented', encoderId: crypto.randomUUID(), card } as const;
    for (let n = 0; n < OLD_CHANGES; n += 1)
      store.changes.append({ ...change, cardNumber: String(n).repeat(200) }, systemClock.now());
  });
  return {
    desk: make('desk'),
    regulars: Array.from({ length: REGULARS }, (_, index) => make(`regular ${index}`)),
    visitors: Array.from({ length: VISITOR_KEYS }, (_, index) => make(`visitor ${index}`)),
    flooder: make('flooder'),
    sleeper: make('sleeper'),
  };
}

/** The sequence of the newest change, as a socket is told when it has authenticated. */
async function lastSequence(daemon: EncoderdProcess, keys: Keys): Promise<number> {
  const socket = new WebSocket(`${daemon.url.replace('http', 'ws')}/live`);
  try {
    return await new Promise<number>((resolve, reject) => {
      socket.onerror = () => reject(new Error('The daemon cannot be asked.'));
      socket.onopen = () => socket.send(JSON.stringify({ type: 'authenticate', token: keys.desk }));
      socket.onmessage = ({ data }) =>
        resolve(z.object({ sequence: z.int() }).parse(JSON.parse(data)).sequence);
    });
  } finally {
    socket.close();
  }
}

/** What is in `all` more often than in `known`: a file may be open twice. */
function beyond(all: readonly string[], known: readonly string[]): readonly string[] {
  const left = [...known];
  return all.filter((one) => {
    const at = left.indexOf(one);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/** The files and sockets that the daemon has open, as the kernel names them. */
function filesOf({ process: { pid } }: EncoderdProcess): readonly string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((number) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${number}`);
    } catch {
      return []; // It was closed meanwhile.
    }
  });
}

/** How the service sets the system's allocator of memory. */
function allocatorOfService(): Readonly<Record<string, string>> {
  const unit = readFileSync(new URL('../../../systemd/encoderd.service', import.meta.url), 'utf8');
  return Object.fromEntries(
    [...unit.matchAll(/^Environment=(MALLOC_\w+)=(\d+)$/gm)].map(([, name, value]) => [name, value]),
  );
}

/** Resident memory of the daemon, MB. */
function memoryMbOf({ process: { pid } }: EncoderdProcess): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}
