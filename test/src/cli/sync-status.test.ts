import { expect, test } from 'vitest';
import { type SyncStatus, syncStatusLines } from '../../../src/cli/sync-status.ts';

const WORKING: SyncStatus = {
  state: 'working',
  endpoint: 'https://property.example',
  protocol: 'bridge',
  waiting: 0,
  refused: 0,
  oldest_waiting_at: null,
  last_delivered_at: '2031-04-05T10:00:00.000Z',
  last_reached_at: '2031-04-05T10:00:01.000Z',
  problem: null,
  clock_ahead_ms: -1_240,
  mirror: { is_walking: false, met_count: 1, walked_at: '2031-04-05T09:00:00.000Z', held_count: 0 },
  hint: null,
};

const OFFLINE: SyncStatus = {
  ...WORKING,
  state: 'offline',
  waiting: 3,
  refused: 1,
  oldest_waiting_at: '2031-04-05T08:00:00.000Z',
  problem: {
    message: 'Nothing answers at property.example:443. Check the network.',
    since: '2031-04-05T07:00:00.000Z',
    retry_at: '2031-04-05T10:05:00.000Z',
  },
  hint: 'Works offline; 3 results are waiting.',
};

/** What stands behind a word. */
const said = (status: SyncStatus, word: string) =>
  syncStatusLines(status)
    .find((line) => line.startsWith(`${word} `))
    ?.slice(word.length)
    .trim();

test('a desk that has told everything says so, line by line', () => {
  expect(syncStatusLines(WORKING)).toEqual([
    'state        working: the backend answers',
    'backend      https://property.example (a property server)',
    'waiting      nothing',
    'last taken   2031-04-05T10:00:00.000Z',
    'last answer  2031-04-05T10:00:01.000Z',
    'refused      nothing',
    'clock        this computer’s is 1.2 s behind the backend’s',
    'mirror       read in full at 2031-04-05T09:00:00.000Z: 1 thing',
  ]);
});

test('a desk that works offline says what waits, since when, why, and when it tries again', () => {
  expect(said(OFFLINE, 'state')).toContain('the desk works on and tells it afterwards');
  expect(said(OFFLINE, 'waiting')).toBe('3 changes, the oldest since 2031-04-05T08:00:00.000Z');
  expect(said(OFFLINE, 'refused')).toBe('1 change: a person must decide. See: encoderctl sync refused');
  expect(syncStatusLines(OFFLINE).slice(-2)).toEqual([
    'Since 2031-04-05T07:00:00.000Z: Nothing answers at property.example:443. Check the network.',
    'It is tried again at 2031-04-05T10:05:00.000Z; at once with: encoderctl sync retry',
  ]);
});

test('what a person must do first is not promised to be tried again', () => {
  const problem = { message: 'The key is refused.', since: '2031-04-05T07:00:00.000Z', retry_at: null };
  expect(syncStatusLines({ ...WORKING, state: 'stopped', problem }).at(-1)).toBe(
    'It is not tried again by itself. Once that is done: encoderctl sync retry',
  );
});

test.each([
  [null, 'the backend’s is not known'],
  [0, 'this computer’s is 0.0 s ahead of the backend’s'],
  [59_999, 'this computer’s is 60.0 s ahead of the backend’s'],
  [
    -60_000,
    'this computer’s is 60.0 s behind the backend’s: set it (on Linux: systemctl status systemd-timesyncd)',
  ],
])('a clock that is ahead by %d ms', (clock_ahead_ms, words) => {
  expect(said({ ...WORKING, clock_ahead_ms }, 'clock')).toBe(words);
});

test.each([
  [{ is_walking: true, met_count: 1200 }, 'reading everything that the backend has: 1200 things so far'],
  [{ met_count: 0 }, 'read in full at 2031-04-05T09:00:00.000Z'],
  [{ walked_at: null, met_count: 0 }, 'nothing was read in full yet'],
  [
    { held_count: 2 },
    'read in full at 2031-04-05T09:00:00.000Z: 1 thing; 2 cannot be stored yet, and are asked for again',
  ],
])('a mirror: %j', (mirror, words) => {
  expect(said({ ...WORKING, mirror: { ...WORKING.mirror, ...mirror } }, 'mirror')).toBe(words);
});

test('a desk without a backend says what is left over from the last one', () => {
  const off: SyncStatus = { ...WORKING, state: 'off', endpoint: null, protocol: null };
  expect(syncStatusLines(off)).toEqual([expect.stringContaining('encoderctl pair URL')]);
  expect(syncStatusLines({ ...off, waiting: 2, refused: 1 }).at(-1)).toBe(
    'Left over: 2 changes to be told to the next one, and 1 refused by the last one.',
  );
});
