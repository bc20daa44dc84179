import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SQLite from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { DamagedError, NewerDatabaseError, StorageError } from '../../../../src/store/errors.ts';
import { keptBefore } from '../../../../src/store/sqlite/before-migration.ts';
import { DATABASE, keptCopies, takeCopy } from '../../../../src/store/sqlite/copies.ts';
import { openDatabase } from '../../../../src/store/sqlite/database.ts';
import { problemsOf } from '../../../../src/store/sqlite/problems.ts';
import { putBack } from '../../../../src/store/sqlite/put-back.ts';
import { knownVersion } from '../../../../src/store/sqlite/versions.ts';

const MIGRATIONS = new URL('../../../../src/store/migrations/', import.meta.url);
const HOUR_MS = 3_600_000;
const NEVER = new AbortController().signal;

function stateFolder(): { readonly stateDir: string; readonly path: string } {
  const stateDir = mkdtempSync(join(tmpdir(), 'encoderd-copies-'));
  onTestFinished(() => rmSync(stateDir, { recursive: true, force: true }));
  return { stateDir, path: join(stateDir, DATABASE) };
}

/** A desk's database with so many web origins in it, closed. */
function deskWith(path: string, count: number): void {
  const database = openDatabase(path);
  for (let n = 0; n < count; n += 1) addOrigin(database, `https://${n}.example`);
  database.close();
}

const addOrigin = (database: Pick<ReturnType<typeof openDatabase>, 'run'>, origin: string) =>
  database.run('INSERT INTO allowed_origins (origin, created_at) VALUES (?, 1)', origin);

function originsIn(path: string): number {
  const file = new SQLite(path, { readonly: true });
  try {
    return Number(file.prepare('SELECT count(*) FROM allowed_origins').pluck().get());
  } finally {
    file.close();
  }
}

/** Overwrites pages in the middle of the file, as a disk does that fails. */
function spoil(path: string): void {
  const size = statSync(path).size;
  const file = openSync(path, 'r+');
  for (let at = 8 * 4096; at < size; at += 4096) writeSync(file, Buffer.alloc(4096, 0x5a), 0, 4096, at);
}

describe('a copy', () => {
  test('is one sound file of mode 0600 with what was committed, also while others write', async () => {
    const { stateDir, path } = stateFolder();
    deskWith(path, 300);
    const database = openDatabase(path);
    const taken = takeCopy(stateDir, 0, NEVER);
    let more = 0;
    const writing = setInterval(() => {
      more += 1;
      addOrigin(database, `https://more-${more}.example`);
    }, 1);
    const copy = await taken.finally(() => clearInterval(writing));
    expect(more).toBeGreaterThan(0);
    database.close();
    expect(problemsOf(copy.path)).toEqual([]);
    expect(originsIn(copy.path)).toBeGreaterThanOrEqual(300);
    expect(copy.userVersion).toBe(knownVersion());
    expect(statSync(copy.path).mode & 0o777).toBe(0o600);
    expect(statSync(join(stateDir, 'copies')).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(stateDir, 'copies'))).toHaveLength(1);
  });

  test('is kept three times, the last ones, also where the clock goes back', async () => {
    const { stateDir, path } = stateFolder();
    deskWith(path, 1);
    const at = [100, 102, 104, 50].map((hours) => hours * HOUR_MS);
    for (const time of at) await takeCopy(stateDir, time, NEVER);
    expect(keptCopies(stateDir).map((copy) => copy.at)).toEqual([50, 104, 102].map((h) => h * HOUR_MS));
    expect(readdirSync(join(stateDir, 'copies'))).toHaveLength(3);
  });

  test('takes the place of one from within the hour: who starts again and again keeps the older ones', async () => {
    const { stateDir, path } = stateFolder();
    deskWith(path, 1);
    const at = [100, 102, 104, 104.1, 104.2, 104.3, 104.4].map((hours) => hours * HOUR_MS);
    for (const time of at) await takeCopy(stateDir, time, NEVER);
    expect(keptCopies(stateDir).map((copy) => copy.at)).toEqual([104.4, 102, 100].map((h) => h * HOUR_MS));
  });

  test('of a damaged database is not kept, and those before stay', async () => {
    const { stateDir, path } = stateFolder();
    deskWith(path, 300);
    const before = await takeCopy(stateDir, 0, NEVER);
    spoil(path);
    const bytes = readFileSync(path);
    await expect(takeCopy(stateDir, 30 * HOUR_MS, NEVER)).rejects.toThrow(DamagedError);
    expect(readdirSync(join(stateDir, 'copies'))).toHaveLength(1);
    expect(keptCopies(stateDir)).toEqual([before]);
    expect(readFileSync(path)).toEqual(bytes);
  });

  test('is not there when its thread was stopped, and neither is anything else of it', async () => {
    const { stateDir, path } = stateFolder();
    deskWith(path, 1);
    const stop = new AbortController();
    const taken = takeCopy(stateDir, 0, stop.signal);
    stop.abort(new Error('the daemon stops'));
    await expect(taken).rejects.toThrow('the daemon stops');
    expect(readdirSync(join(stateDir, 'copies'))).toEqual([]);
    await takeCopy(stateDir, 0, NEVER);
    expect(keptCopies(stateDir)).toHaveLength(1);
  });

  test('that was half taken when the power went is cleared away by the next', async () => {
    const { stateDir, path } = stateFolder();
    deskWith(path, 1);
    mkdirSync(join(stateDir, 'copies'));
    for (const rest of ['new', 'new-journal'])
      writeFileSync(join(stateDir, 'copies', `000001-19700101T000000Z.db.${rest}`), 'half');
    await takeCopy(stateDir, 0, NEVER);
    expect(readdirSync(join(stateDir, 'copies'))).toEqual(['000001-19700101T000000Z.db']);
  });

  test('where the disk does not take one is a failure of the disk', async () => {
    const { stateDir, path } = stateFolder();
    deskWith(path, 1);
    writeFileSync(join(stateDir, 'copies'), 'no folder');
    await expect(takeCopy(stateDir, 0, NEVER)).rejects.toThrow(StorageError);
  });
});

describe('what is wrong with a database', () => {
  test('is nothing with one that daemons work with', () => {
    const { path } = stateFolder();
    deskWith(path, 3);
    expect(problemsOf(path)).toEqual([]);
  });

  test.each<[string, (path: string) => void, RegExp]>([
    ['spoiled pages', spoil, /malformed|Tree|page/i],
    [
      'something else in its place',
      (path) => writeFileSync(path, 'no database, '.repeat(999)),
      /not a database/,
    ],
    ['a file that was cut short', (path) => truncateSync(path, 8 * 4096), /malformed|Tree|page/i],
    [
      'a row that names nothing',
      (path) => {
        const file = new SQLite(path);
        file.pragma('foreign_keys = OFF');
        file.exec(
          "INSERT INTO paired_desks (desk_id, name, api_key_id, created_at) VALUES ('desk', 'Desk', 'no key', 1)",
        );
        file.close();
      },
      /rows of paired_desks that name none of api_keys: 1/,
    ],
  ])('%s', (_, hurt, problem) => {
    const { path } = stateFolder();
    deskWith(path, 300);
    hurt(path);
    expect(problemsOf(path).join('\n')).toMatch(problem);
  });

  test('opening one that is no database says that it is damaged, tells who listens, and changes nothing', () => {
    const { path } = stateFolder();
    writeFileSync(path, 'no database, '.repeat(999));
    const bytes = readFileSync(path);
    const told: DamagedError[] = [];
    expect(() => openDatabase(path, { onDamage: (damage) => told.push(damage) })).toThrow(
      /is damaged: .*not a database.*encoderctl restore --last-good.*encoderctl doctor/,
    );
    expect(told).toHaveLength(1);
    expect(readFileSync(path)).toEqual(bytes);
  });

  test('a statement that meets spoiled pages throws DamagedError', () => {
    const { path } = stateFolder();
    deskWith(path, 300);
    spoil(path);
    const told: DamagedError[] = [];
    expect(() => {
      const database = openDatabase(path, { onDamage: (damage) => told.push(damage) });
      onTestFinished(() => database.close());
      database.all('SELECT * FROM allowed_origins');
    }).toThrow(DamagedError);
    expect(told).toHaveLength(1);
  });
});

/** A file as a desk of that version left it, with one web origin. */
function deskOfVersion(path: string, version: number): void {
  const file = new SQLite(path);
  const names = readdirSync(MIGRATIONS).filter((name) => name.endsWith('.sql'));
  file.function('folded', { deterministic: true }, (text) => text);
  file.function('search_pieces', { deterministic: true, varargs: true }, () => '');
  for (const name of names.sort().slice(0, version))
    file.exec(readFileSync(new URL(name, MIGRATIONS), 'utf8'));
  file.pragma(`user_version = ${version}`);
  file.exec("INSERT INTO allowed_origins (origin, created_at) VALUES ('https://pms.example', 1)");
  file.close();
}

describe('a migration', () => {
  test('keeps beside the database what it was before, as one sound file of mode 0600', () => {
    const { stateDir, path } = stateFolder();
    deskOfVersion(path, 5);
    const other = new SQLite(path);
    onTestFinished(() => void other.close());
    other.pragma('journal_mode = WAL');
    other.exec("INSERT INTO allowed_origins (origin, created_at) VALUES ('https://in-the-log.example', 1)");
    openDatabase(path).close();
    const kept = `${path}.before-5`;
    expect(originsIn(kept)).toBe(2);
    expect(problemsOf(kept)).toEqual([]);
    expect(new SQLite(kept, { readonly: true }).pragma('user_version', { simple: true })).toBe(5);
    expect(statSync(kept).mode & 0o777).toBe(0o600);
    expect(readdirSync(stateDir).filter((name) => name.includes('.new'))).toEqual([]);
  });

  test('keeps the two newest only; a new desk keeps none', () => {
    const { stateDir, path } = stateFolder();
    for (const version of [2, 3, 4]) writeFileSync(`${path}.before-${version}`, 'older');
    deskOfVersion(path, 5);
    openDatabase(path).close();
    expect(keptBefore(path).map(({ version }) => version)).toEqual([5, 4]);
    const other = join(stateDir, 'other.db');
    openDatabase(other).close();
    expect(keptBefore(other)).toEqual([]);
  });

  test('is not begun where the disk does not take what was before', () => {
    const { path } = stateFolder();
    deskOfVersion(path, 5);
    mkdirSync(`${path}.before-5`);
    expect(() => openDatabase(path)).toThrow(StorageError);
    const file = new SQLite(path, { readonly: true });
    expect(file.pragma('user_version', { simple: true })).toBe(5);
    file.close();
  });

  test('of a newer daemon is refused, with the file that helps', () => {
    const { path } = stateFolder();
    deskWith(path, 0);
    const file = new SQLite(path);
    file.pragma('user_version = 999');
    file.close();
    expect(() => openDatabase(path)).toThrow(NewerDatabaseError);
    writeFileSync(`${path}.before-${knownVersion()}`, '');
    expect(() => openDatabase(path)).toThrow(`encoderctl restore ${path}.before-${knownVersion()}`);
  });
});

describe('putting a copy back', () => {
  test('replaces the database, and keeps what was there with its log', async () => {
    const { stateDir, path } = stateFolder();
    deskWith(path, 1);
    const copy = await takeCopy(stateDir, 0, NEVER);
    const database = openDatabase(path);
    addOrigin(database, 'https://later.example');
    writeFileSync(join(stateDir, 'encoderctl.key'), 'key');
    database.close();
    const draft = join(stateDir, 'draft');
    writeFileSync(draft, readFileSync(copy.path));
    const kept = join(stateDir, 'replaced');
    putBack(stateDir, draft, kept);
    expect(originsIn(path)).toBe(1);
    expect(originsIn(join(kept, DATABASE))).toBe(2);
    expect(existsSync(join(stateDir, 'encoderctl.key'))).toBe(false);
    expect(existsSync(join(kept, 'encoderctl.key'))).toBe(true);
    expect(existsSync(draft)).toBe(false);
  });

  test('of one whose log was left behind by a power cut does not play that log into the copy', () => {
    const { stateDir, path } = stateFolder();
    deskWith(path, 1);
    const draft = join(stateDir, 'draft');
    writeFileSync(draft, readFileSync(path));
    const other = join(stateDir, 'other.db');
    writeFileSync(other, readFileSync(path));
    // What a kill leaves: a log that nobody has taken over.
    const open = openDatabase(path);
    addOrigin(open, 'https://in-the-log.example');
    const files = ['', '-wal'].map((rest) => [rest, readFileSync(`${path}${rest}`)] as const);
    open.close();
    for (const [rest, bytes] of files) writeFileSync(`${path}${rest}`, bytes);
    const kept = join(stateDir, 'replaced');
    putBack(stateDir, draft, kept);
    expect(originsIn(path)).toBe(1);
    expect(originsIn(join(kept, DATABASE))).toBe(2);
    expect(problemsOf(path)).toEqual([]);
  });

  test('does not play the log of a damaged database into the copy', () => {
    const { stateDir, path } = stateFolder();
    deskWith(path, 1);
    const draft = join(stateDir, 'draft');
    writeFileSync(draft, readFileSync(path));
    const open = openDatabase(path);
    addOrigin(open, 'https://in-the-log.example');
    const log = readFileSync(`${path}-wal`);
    open.close();
    writeFileSync(`${path}-wal`, log);
    writeFileSync(path, 'no database, '.repeat(999));
    putBack(stateDir, draft, join(stateDir, 'replaced'));
    expect(originsIn(path)).toBe(1);
    expect(readFileSync(join(stateDir, 'replaced', `${DATABASE}-wal`))).toEqual(log);
  });

  test('keeps a damaged database as it is, byte by byte', async () => {
    const { stateDir, path } = stateFolder();
    deskWith(path, 300);
    const copy = await takeCopy(stateDir, 0, NEVER);
    spoil(path);
    const bytes = readFileSync(path);
    const draft = join(stateDir, 'draft');
    writeFileSync(draft, readFileSync(copy.path));
    putBack(stateDir, draft, join(stateDir, 'replaced'));
    expect(problemsOf(path)).toEqual([]);
    expect(readFileSync(join(stateDir, 'replaced', DATABASE))).toEqual(bytes);
  });
});
