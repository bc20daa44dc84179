import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SQLite from 'better-sqlite3';
import { z } from 'zod';
import { startEncoderd } from '../encoderd-process.ts';
import { type Figure, rate } from './figure.ts';
import { listen } from './live-listener.ts';

const ENCODERS = 8;
const ATTEMPTS = 800;

/**
 * What one scan-to-assign commits when the card comes after the request: the request, its start, the card in the
 * field, the card being read, the outcome with credential and event, and the card's leaving.
 */
const COMMITS_PER_ATTEMPT = 6;

/** Scan-to-assign attempts a second on 8 virtual encoders at once, against the same number of bare commits. */
export async function benchAttempts(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-bench-'));
  try {
    const perSecond = await measureAttempts(folder);
    const floor = measureCommits(join(folder, 'floor.db')) / COMMITS_PER_ATTEMPT;
    return [
      rate(
        `durable scan-to-assign, ${ENCODERS} virtual encoders`,
        'attempts/s',
        perSecond,
        floor,
        `${COMMITS_PER_ATTEMPT} bare SQLite commits each, same disk, synchronous=FULL`,
      ),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const changed = z.object({
  type: z.literal('action_attempt.changed'),
  action_attempt: z.object({ action_attempt_id: z.string(), status: z.string(), phase: z.string() }),
});

async function measureAttempts(folder: string): Promise<number> {
  const config = join(folder, 'config.yaml');
  writeFileSync(
    config,
    `drivers: { virtual: { encoders: ${ENCODERS} } }\nlimits: { requests_per_second: 1000000, request_burst: 1000000 }\n`,
  );
  const daemon = await startEncoderd({
    ENCODERD_STATE_DIR: join(folder, 'state'),
    ENCODERD_CONFIG: config,
    ENCODERD_LOG_LEVEL: 'warn',
  });
  const token = daemon.createApiKey('bench');
  const agent = new Agent({ keepAlive: true });
  const call = (path: string, body: object) => post(agent, new URL(path, daemon.url), token, body);
  const waiting = new Map<string, (phase: string) => void>();
  const early = new Map<string, string>();
  const ears = await listen(daemon.url, token, (message) => {
    const attempt = changed.safeParse(message);
    if (!attempt.success) return;
    const { action_attempt_id: id, phase } = attempt.data.action_attempt;
    early.set(id, phase);
    waiting.get(id)?.(phase);
  });
  const untilPhase = (id: string, isReached: (phase: string) => boolean) =>
    new Promise<void>((resolve) => {
      const look = (phase: string) => {
        if (!isReached(phase)) return;
        waiting.delete(id);
        resolve();
      };
      waiting.set(id, look);
      const known = early.get(id);
      if (known !== undefined) look(known);
    });
  try {
    const system = z
      .object({ acs_systems: z.tuple([z.object({ acs_system_id: z.string() })]) })
      .parse(await call('/acs/systems/list', {})).acs_systems[0].acs_system_id;
    const encoders = z
      .object({ acs_encoders: z.array(z.object({ acs_encoder_id: z.string() })) })
      .parse(await call('/acs/encoders/list', {})).acs_encoders;
    const user = z
      .object({ acs_user: z.object({ acs_user_id: z.string() }) })
      .parse(await call('/acs/users/create', { acs_system_id: system, full_name: 'Bench' }))
      .acs_user.acs_user_id;

    let cards = 0;
    const one = async (acs_encoder_id: string) => {
      cards += 1;
      const uid = `04${cards.toString(16).toUpperCase().padStart(12, '0')}`;
      const begun = z
        .object({ action_attempt: z.object({ action_attempt_id: z.string() }) })
        .parse(await call('/acs/encoders/scan_to_assign_credential', { acs_encoder_id, acs_user_id: user }));
      const id = begun.action_attempt.action_attempt_id;
      await untilPhase(id, (phase) => phase !== 'queued');
      await call('/acs/encoders/simulate/place_card', {
        acs_encoder_id,
        card: { technology: 'ntag213', uid },
      });
      await untilPhase(id, (phase) => phase === 'succeeded');
      await call('/acs/encoders/simulate/remove_card', { acs_encoder_id });
    };
    const work = (count: number) =>
      Promise.all(
        encoders.map(async ({ acs_encoder_id }) => {
          for (let done = 0; done < count; done += 1) await one(acs_encoder_id);
        }),
      );
    await work(10);
    const began = process.hrtime.bigint();
    await work(ATTEMPTS / ENCODERS);
    return ATTEMPTS / (Number(process.hrtime.bigint() - began) / 1e9);
  } finally {
    ears[Symbol.dispose]();
    agent.destroy();
    await daemon.stop();
  }
}

/** Bare commits a second: one row each, write-ahead log, synchronous=FULL. */
function measureCommits(path: string): number {
  const file = new SQLite(path);
  try {
    file.pragma('journal_mode = WAL');
    file.pragma('synchronous = FULL');
    file.exec('CREATE TABLE line (sequence INTEGER PRIMARY KEY, text TEXT)');
    const insert = file.prepare('INSERT INTO line (text) VALUES (?)');
    const text = 'x'.repeat(400);
    const count = ATTEMPTS * COMMITS_PER_ATTEMPT;
    const began = process.hrtime.bigint();
    for (let done = 0; done < count; done += 1) insert.run(text);
    return count / (Number(process.hrtime.bigint() - began) / 1e9);
  } finally {
    file.close();
  }
}

function post(agent: Agent, url: URL, token: string, body: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const text = JSON.stringify(body);
    const sent = request(
      url,
      {
        agent,
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(text),
        },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
      },
    );
    sent.on('error', reject);
    sent.end(text);
  });
}
