import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { DaemonClient, type DaemonWords } from '../daemon-client.ts';
import { asJson, type Gathered, type Missing, orMissing } from './gathered.ts';

const anything = z.record(z.string(), z.unknown());

/** What the flight recorder keeps on the disk, for when nobody can be asked. */
const RECORDER_FILES = ['flight-recorder.jsonl', 'flight-recorder.jsonl.previous'];

/** What the running daemon says of itself, and of its past what it left. `journal`: its log as the system kept it; null: it did not. */
export async function fromDaemon(
  words: DaemonWords,
  stateDir: string,
  journal: Gathered | null,
): Promise<readonly (Gathered | Missing)[]> {
  const client = await orMissing('daemon', () => ({
    name: 'daemon',
    text: '',
    client: new DaemonClient(words),
  }));
  const daemon = 'client' in client && client.client instanceof DaemonClient ? client.client : null;
  const why = 'missing' in client ? client.missing : '';
  const ask = (name: string, path: string) =>
    orMissing(name, async () =>
      daemon === null ? { name, missing: why } : asJson(name, await daemon.call(path, {}, anything)),
    );
  return [
    await recorded(daemon, stateDir, why),
    ...RECORDER_FILES.slice(daemon === null ? 0 : 1).flatMap((name) => kept(join(stateDir, name), name)),
    journal ?? (await log(daemon, why)),
    await ask('health.json', '/v1/encoders/list_health'),
    await ask('sync.json', '/v1/sync/status'),
    await orMissing('metrics.txt', async () => {
      if (daemon === null) return { name: 'metrics.txt', missing: why };
      const headers = { authorization: `Bearer ${daemon.token}` };
      return {
        name: 'metrics.txt',
        text: await (await fetch(new URL('/metrics', daemon.url), { headers })).text(),
      };
    }),
  ];
}

/** The last exchanges with readers and cards. */
async function recorded(
  daemon: DaemonClient | null,
  stateDir: string,
  why: string,
): Promise<Gathered | Missing> {
  const name = 'flight-recorder.now.jsonl';
  if (daemon === null) {
    const isKept = existsSync(join(stateDir, 'flight-recorder.jsonl'));
    return { name, missing: isKept ? `${why} What was written last is in flight-recorder.jsonl.` : why };
  }
  return await orMissing(name, async () => {
    const { records } = await daemon.call(
      '/v1/flight_recorder/list',
      { limit: 10_000 },
      z.object({ records: z.array(z.unknown()) }),
    );
    return { name, text: records.map((record) => `${JSON.stringify(record)}\n`).join(''), keepsBytes: true };
  });
}

function kept(path: string, name: string): readonly Gathered[] {
  return existsSync(path) ? [{ name, text: readFileSync(path, 'utf8'), keepsBytes: true }] : [];
}

/** The last lines that the daemon has itself. */
async function log(daemon: DaemonClient | null, why: string): Promise<Gathered | Missing> {
  const name = 'log.jsonl';
  if (daemon === null) return { name, missing: `The system's journal has none that you may read. ${why}` };
  return await orMissing(name, async () => {
    const { log_lines } = await daemon.call(
      '/v1/log/list',
      { limit: 1000 },
      z.object({ log_lines: z.array(z.unknown()) }),
    );
    return { name, text: log_lines.map((line) => `${JSON.stringify(line)}\n`).join('') };
  });
}
