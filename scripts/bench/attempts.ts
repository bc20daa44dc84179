import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SQLite from 'better-sqlite3';
import { openAttemptDesk } from './attempt-desk.ts';
import { type Figure, rate } from './figure.ts';

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

async function measureAttempts(folder: string): Promise<number> {
  await using desk = await openAttemptDesk(folder, ENCODERS);
  const work = (count: number) =>
    Promise.all(
      desk.encoderIds.map(async (id) => {
        for (let done = 0; done < count; done += 1) await desk.assignOne(id);
      }),
    );
  await work(10);
  const began = process.hrtime.bigint();
  await work(ATTEMPTS / ENCODERS);
  return ATTEMPTS / (Number(process.hrtime.bigint() - began) / 1e9);
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
