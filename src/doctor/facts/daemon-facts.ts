import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Computer } from '../computer.ts';
import { said } from '../said.ts';

/** Of the patience, for as long as the daemon may take to answer. */
const PART = 0.25;

const whereabouts = z.object({ url: z.url(), pid: z.int(), version: z.string().optional() });

const health = z.object({
  msg: z.string(),
  site_keys: z.string(),
  sync: z.object({
    state: z.enum(['off', 'connecting', 'working', 'offline', 'stopped']),
    waiting: z.int(),
    refused: z.int(),
    hint: z.string().nullable(),
  }),
  drivers: z.array(z.object({ driver: z.string(), state: z.string(), reason: z.string().optional() })),
});

export type DaemonHealth = z.output<typeof health>;

/** What is known of the daemon of the state folder. */
export interface DaemonFacts {
  /** What the daemon left in daemon.json; null: it is not there, or not for us to read. */
  readonly file: z.output<typeof whereabouts> | null;
  /** Why the file is of no use, though it may be there; null: it is, or it is not there. */
  readonly fileProblem: string | null;
  readonly filePath: string;
  /** Where it was asked. */
  readonly url: string;
  /** What it said at /health; null: nothing of the kind. */
  readonly health: DaemonHealth | null;
  /** Why there was no answer; null: there was one. */
  readonly silence: string | null;
  /** Whether the process in daemon.json is there. */
  readonly isAlive: boolean;
}

/** Asks the daemon that daemon.json names; where nobody may read that, whoever is at the configured port. */
export async function daemonFacts(desk: Computer): Promise<DaemonFacts> {
  const filePath = join(desk.stateDir, 'daemon.json');
  const { file, problem } = readWhereabouts(filePath);
  const url = file?.url ?? `http://127.0.0.1:${desk.config?.port ?? 3375}`;
  const isAlive = file !== null && isRunning(file.pid);
  const answer = await ask(url, desk.patienceMs * PART);
  return { file, fileProblem: problem, filePath, url, isAlive, ...answer };
}

/** Whether there is such a process, whoever it belongs to. */
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function readWhereabouts(path: string): {
  readonly file: DaemonFacts['file'];
  readonly problem: string | null;
} {
  try {
    return { file: whereabouts.parse(JSON.parse(readFileSync(path, 'utf8'))), problem: null };
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return { file: null, problem: isMissing ? null : `${path}: ${said(error).split('\n')[0] ?? ''}` };
  }
}

async function ask(url: string, deadlineMs: number): Promise<Pick<DaemonFacts, 'health' | 'silence'>> {
  try {
    const response = await fetch(new URL('/health', url), { signal: AbortSignal.timeout(deadlineMs) });
    const parsed = health.safeParse(await response.json());
    if (parsed.success) return { health: parsed.data, silence: null };
    return { health: null, silence: `${url}/health answers ${response.status}, not as encoderd does` };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { health: null, silence: `${url}/health: ${said(cause)}` };
  }
}
