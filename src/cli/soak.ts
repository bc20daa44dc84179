import { writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { DaemonClient } from './daemon-client.ts';
import { listEncoders } from './encoders.ts';
import { Ledger } from './soak/ledger.ts';
import { OwnDesk } from './soak/own-desk.ts';
import { SoakTally } from './soak/tally.ts';
import { megabytes, type SoakSample, type SoakVerdict, verdictOf } from './soak/verdict.ts';
import { type Line, SoakWorker } from './soak/worker.ts';
import { CommandError, EXIT, type Terminal } from './terminal.ts';
import { inWords, timingsOf } from './timings.ts';
import { wrongUseOf } from './verbs.ts';
import { readWords } from './words.ts';

const USAGE = 'soak [--hours N] [--encoders N] [--report FILE]';

const HOURS = { usual: 1, most: 1_000 } as const;
const ENCODERS = { usual: 4, most: 32 } as const;
/** A line a minute; more often where the whole is short. */
const SAMPLE_MS = { most: 60_000, least: 5_000, parts: 6 } as const;
/** The daemon is restarted twice, and every so often in a long test: by SIGTERM and by SIGKILL in turn. */
const RESTART_MS = 2 * 3_600_000;
const LOST_EVERY_S = 20;
const QUICK_REQUESTS = 5;

/** Works a daemon of its own hard for hours, and says whether it leaks or was ever wrong. Never touches the desk. */
export const soakCommand = {
  usage: USAGE,
  async run(words: readonly string[], terminal: Terminal): Promise<number> {
    const { values, positionals } = readWords(words, {
      hours: { type: 'string' },
      encoders: { type: 'string' },
      report: { type: 'string' },
    });
    if (positionals.length > 0) throw wrongUseOf([USAGE]);
    const hours = readNumber('--hours', values.hours, HOURS);
    const encoders = readNumber('--encoders', values.encoders, ENCODERS);
    const end = new AbortController();
    const interrupt = () => end.abort();
    process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
    try {
      const outcome = await soak(hours * 3_600_000, Math.floor(encoders), end, (sample) =>
        terminal.news(sample, lineOf(sample)),
      );
      if (values.report !== undefined) {
        writeFileSync(
          values.report,
          `${JSON.stringify({ schema: 'encoderd-soak/1', ...outcome }, null, 2)}\n`,
        );
      }
      terminal.result(outcome.verdict, verdictLines(outcome));
      return outcome.verdict.is_well ? 0 : EXIT.failed;
    } finally {
      process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    }
  },
};

/** What a soak test leaves. */
interface Outcome {
  readonly took_s: number;
  readonly encoders: number;
  /** Of attempts that succeeded, with the card's way there and back; milliseconds. */
  readonly attempt_ms: ReturnType<typeof timingsOf>;
  readonly samples: readonly SoakSample[];
  readonly verdict: SoakVerdict;
}

async function soak(
  totalMs: number,
  encoders: number,
  end: AbortController,
  tell: (sample: SoakSample) => void,
): Promise<Outcome> {
  await using desk = new OwnDesk(encoders, LOST_EVERY_S);
  let running = desk.start();
  const line: Line = { daemon: () => running };
  const first = await running;
  const ledger = new Ledger();
  const tally = new SoakTally();
  const { signal } = end;
  const parts = { line, ledger, tally, signal, systemId: await systemIn(first) };
  const workers = (await listEncoders(first)).map(
    ({ acs_encoder_id }) => new SoakWorker({ ...parts, encoderId: acs_encoder_id }),
  );
  const trouble = Promise.withResolvers<never>();
  trouble.promise.catch(() => end.abort());
  const working = workers.map((worker) => worker.work().catch(trouble.reject));
  const began = performance.now();
  const samples: SoakSample[] = [];
  const everyMs = Math.max(SAMPLE_MS.least, Math.min(SAMPLE_MS.most, totalMs / SAMPLE_MS.parts));
  const restartMs = Math.min(RESTART_MS, totalMs / 3);
  let nextRestart = restartMs;
  while (!signal.aborted && performance.now() - began < totalMs) {
    const left = totalMs - (performance.now() - began);
    await delay(Math.min(everyMs, left), undefined, { signal }).catch(() => {});
    if (desk.hasDied) ledger.wrong.push(`The daemon ended by itself: ${desk.lastWords}`);
    const sample = await sampled(await running, desk, tally, began);
    samples.push(sample);
    tell(sample);
    const isTime = performance.now() - began >= nextRestart && left > everyMs;
    if (!desk.hasDied && !isTime) continue;
    nextRestart += restartMs;
    running = restarted(desk, tally.restarts % 2 === 0 ? 'SIGTERM' : 'SIGKILL');
    tally.restarts += 1;
    await recheck(await running, ledger);
  }
  end.abort();
  await Promise.race([Promise.all(working), trouble.promise]).catch((error: unknown) =>
    ledger.wrong.push(error instanceof Error ? error.message : String(error)),
  );
  return {
    took_s: (performance.now() - began) / 1_000,
    encoders,
    attempt_ms: timingsOf(tally.times),
    samples,
    verdict: verdictOf(samples, ledger.wrong),
  };
}

async function restarted(desk: OwnDesk, signal: 'SIGTERM' | 'SIGKILL'): Promise<DaemonClient> {
  await desk.end(signal);
  return desk.start();
}

/** What was acknowledged before a restart is still so after it. */
async function recheck(daemon: DaemonClient, ledger: Ledger): Promise<void> {
  for (const action_attempt_id of ledger.recent) {
    const answer = z.object({ action_attempt: z.looseObject({ status: z.string() }) });
    const { action_attempt } = await daemon.call('/action_attempts/get', { action_attempt_id }, answer);
    if (action_attempt.status !== 'success') {
      ledger.wrong.push(
        `attempt ${action_attempt_id} was a success before a restart, and is ${action_attempt.status}`,
      );
    }
  }
}

async function sampled(
  daemon: DaemonClient,
  desk: OwnDesk,
  tally: SoakTally,
  began: number,
): Promise<SoakSample> {
  let answerMs = 0;
  for (let done = 0; done < QUICK_REQUESTS; done++) {
    const asked = performance.now();
    await daemon.call('/v1/hello', {}, z.unknown()).catch(() => {});
    answerMs = Math.max(answerMs, performance.now() - asked);
  }
  const { rssBytes, fds, databaseBytes } = desk.usage();
  return {
    at_s: Math.round((performance.now() - began) / 1_000),
    ...{ attempts: tally.attempts, succeeded: tally.succeeded },
    failures: Object.fromEntries(tally.failures),
    ...{ pulled_cards: tally.pulled, restarts: tally.restarts },
    ...{ rss_bytes: rssBytes, fds, answer_ms: answerMs, database_bytes: databaseBytes },
  };
}

function lineOf(sample: SoakSample): string {
  const { at_s, attempts, failures, rss_bytes, fds, answer_ms, database_bytes } = sample;
  const minutes = `${Math.floor(at_s / 60)}:${String(at_s % 60).padStart(2, '0')}`;
  const why = Object.entries(failures).map(([reason, count]) => `${reason} ${count}`);
  return [
    `${minutes.padStart(7)}  ${attempts} attempts, ${sample.succeeded} succeeded`,
    `${sample.pulled_cards} pulled, ${sample.restarts} restarts`,
    rss_bytes === null ? 'rss ?' : `rss ${megabytes(rss_bytes)} MB`,
    `${fds ?? '?'} files`,
    `answers within ${inWords(answer_ms)}`,
    `database ${megabytes(database_bytes)} MB`,
    ...(why.length === 0 ? [] : [`failed: ${why.join(', ')}`]),
  ].join('; ');
}

function verdictLines({ verdict, samples, attempt_ms }: Outcome): readonly string[] {
  const { is_well, complaints, rss_bytes_per_hour } = verdict;
  const attempts = samples.at(-1)?.attempts ?? 0;
  const slope =
    rss_bytes_per_hour === null
      ? 'too short to say whether memory grows'
      : `memory grows by ${megabytes(rss_bytes_per_hour)} MB an hour`;
  const times = attempt_ms === null ? '' : `, half of them within ${inWords(attempt_ms.p50)}`;
  return [
    '',
    is_well
      ? `Well: ${attempts} attempts${times}, no wrong result; ${slope}.`
      : `NOT well, after ${attempts} attempts:`,
    ...complaints.map((complaint) => `  ${complaint}`),
  ];
}

async function systemIn(daemon: DaemonClient): Promise<string> {
  const answer = z.object({ acs_systems: z.array(z.looseObject({ acs_system_id: z.string() })) });
  const [system] = (await daemon.call('/acs/systems/list', {}, answer)).acs_systems;
  if (system === undefined) throw new CommandError('The daemon has no access system.', EXIT.unavailable);
  return system.acs_system_id;
}

function readNumber(
  name: string,
  word: string | undefined,
  { usual, most }: { usual: number; most: number },
): number {
  if (word === undefined) return usual;
  const number = /^\d+(\.\d+)?$/.test(word) ? Number(word) : 0;
  if (number > 0 && number <= most) return number;
  throw new CommandError(`${name} is a number above 0 and up to ${most}, not "${word}".`, EXIT.usage);
}
