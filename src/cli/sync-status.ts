import { z } from 'zod';
import { counted } from './terminal.ts';

const time = z.string().nullable();

/** How it stands with the backend, as the daemon tells it. */
export const syncStatus = z.looseObject({
  state: z.enum(['off', 'connecting', 'working', 'offline', 'stopped']),
  endpoint: z.string().nullable(),
  protocol: z.string().nullable(),
  waiting: z.int(),
  refused: z.int(),
  oldest_waiting_at: time,
  last_delivered_at: time,
  last_reached_at: time,
  problem: z.object({ message: z.string(), since: z.string(), retry_at: time }).nullable(),
  clock_ahead_ms: z.number().nullable(),
  mirror: z.object({
    is_walking: z.boolean(),
    met_count: z.int(),
    walked_at: time,
    held_count: z.int(),
  }),
  hint: z.string().nullable(),
});

export type SyncStatus = z.output<typeof syncStatus>;

const STATES: Readonly<Record<SyncStatus['state'], string>> = {
  off: 'This desk has no backend: it is its own. To name one: docs/sync.md; to pair the desk with another encoderd: encoderctl pair URL',
  connecting: 'connecting: the backend was not reached since the daemon started',
  working: 'working: the backend answers',
  offline: 'offline: the backend cannot be reached; the desk works on and tells it afterwards',
  stopped: 'stopped: nothing is told any more until a person has acted',
};

const PROTOCOLS: Readonly<Record<string, string>> = { seam: 'Seam’s API', bridge: 'a property server' };

/** The same, for a technician. */
export function syncStatusLines(sync: SyncStatus): readonly string[] {
  const { state, problem, mirror, endpoint, protocol } = sync;
  if (state === 'off' && endpoint === null && problem === null) return [STATES.off, ...leftOver(sync)];
  const kind = protocol === null ? '' : ` (${PROTOCOLS[protocol] ?? protocol})`;
  return [
    ...facts([
      ['state', STATES[state]],
      ['backend', `${endpoint ?? 'none'}${kind}`],
      ['waiting', waitingWords(sync)],
      ['last taken', sync.last_delivered_at ?? 'nothing yet'],
      ['last answer', sync.last_reached_at ?? 'none yet'],
      ['refused', refusedWords(sync.refused)],
      ['clock', clockWords(sync.clock_ahead_ms)],
      ['mirror', mirrorWords(mirror)],
    ]),
    ...(problem === null
      ? []
      : [
          '',
          `Since ${problem.since}: ${problem.message}`,
          problem.retry_at === null
            ? 'It is not tried again by itself. Once that is done: encoderctl sync retry'
            : `It is tried again at ${problem.retry_at}; at once with: encoderctl sync retry`,
        ]),
  ];
}

/** What was to be told to a backend that is not there any more. */
function leftOver({ waiting, refused }: SyncStatus): readonly string[] {
  if (waiting === 0 && refused === 0) return [];
  return [
    `Left over: ${counted(waiting, 'change')} to be told to the next one, and ${refused} refused by the last one.`,
  ];
}

/** Words under words, the second ones under each other. */
function facts(pairs: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...pairs.map(([name]) => name.length));
  return pairs.map(([name, words]) => `${name.padEnd(width)}  ${words}`);
}

const waitingWords = ({ waiting, oldest_waiting_at }: SyncStatus): string =>
  waiting === 0
    ? 'nothing'
    : `${counted(waiting, 'change')}, the oldest since ${oldest_waiting_at ?? 'just now'}`;

const refusedWords = (refused: number): string =>
  refused === 0
    ? 'nothing'
    : `${counted(refused, 'change')}: a person must decide. See: encoderctl sync refused`;

/** From here on a technician should set the clock. */
const WRONG_CLOCK_MS = 60_000;

function clockWords(ahead: number | null): string {
  if (ahead === null) return 'the backend’s is not known';
  const seconds = (Math.abs(ahead) / 1000).toFixed(1);
  const words = `this computer’s is ${seconds} s ${ahead < 0 ? 'behind' : 'ahead of'} the backend’s`;
  return Math.abs(ahead) < WRONG_CLOCK_MS
    ? words
    : `${words}: set it (on Linux: systemctl status systemd-timesyncd)`;
}

function mirrorWords({ is_walking, met_count, walked_at, held_count }: SyncStatus['mirror']): string {
  // After a restart nobody knows how many there were.
  const met = met_count === 0 ? '' : `: ${counted(met_count, 'thing')}`;
  const walk = is_walking
    ? `reading everything that the backend has${met} so far`
    : walked_at === null
      ? 'nothing was read in full yet'
      : `read in full at ${walked_at}${met}`;
  return held_count === 0 ? walk : `${walk}; ${held_count} cannot be stored yet, and are asked for again`;
}
