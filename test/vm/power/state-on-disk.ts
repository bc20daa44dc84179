import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import Database from 'better-sqlite3';
import { z } from 'zod';

/** Room for the daemon's own copies of its database, for which it wants some to spare. */
const DISK_MIB = 160;

/** A disk with an ext4 file system, with a journal, that holds what is in `folder`. */
export function ext4Disk(folder: string): Buffer {
  return inTemporaryFolder((temporary) => {
    const image = join(temporary, 'disk');
    execFileSync('truncate', ['-s', `${DISK_MIB}M`, image]);
    // Blocks as a larger disk has them.
    execFileSync('mkfs.ext4', ['-q', '-F', '-b', '4096', '-d', folder, image]);
    return readFileSync(image);
  });
}

/** What the daemon's state is after a power cut, as whoever mounts the disk finds it. */
export interface StateOnDisk {
  /** What e2fsck says of the file system once its journal was played back; empty when it is sound. */
  readonly fileSystem: string;
  /** What SQLite says of the file; `ok`, and no foreign key. */
  readonly integrity: unknown;
  readonly brokenKeys: readonly unknown[];
  /** Phases of attempts by their id. */
  readonly phases: ReadonlyMap<string, string>;
  readonly credentials: ReadonlySet<string>;
  /** How many cards are known to be half written. */
  readonly tornCards: number;
  /** Files of virtual cards by their name; a card that was never written to may be empty. */
  readonly cards: ReadonlyMap<string, 'whole' | 'empty' | 'broken'>;
}

/** Mounts the disk, as far as that needs no kernel: what is on it comes into `folder`, which is empty. `disk` stays as it is. */
export function recoverState(disk: Buffer, folder: string): StateOnDisk {
  return inTemporaryFolder((temporary) => {
    const image = join(temporary, 'disk');
    writeFileSync(image, disk);
    // It says 1 where it played the journal back.
    const { status, stderr } = spawnSync('e2fsck', ['-p', '-E', 'journal_only', image], { encoding: 'utf8' });
    if (status !== 0 && status !== 1) return broken(`the journal: ${stderr}`);
    const check = spawnSync('e2fsck', ['-fn', image], { encoding: 'utf8' });
    execFileSync('debugfs', ['-R', `rdump / ${folder}`, image], { stdio: ['ignore', 'ignore', 'pipe'] });
    return { ...databaseState(folder), fileSystem: check.status === 0 ? '' : check.stdout };
  });
}

function databaseState(state: string): Omit<StateOnDisk, 'fileSystem'> {
  const file = new Database(join(state, 'encoderd.db'));
  try {
    const rows = (sql: string) => file.prepare(sql).all();
    const phases = z.array(z.object({ action_attempt_id: z.string(), phase: z.string() }));
    const credentials = z.array(z.object({ acs_credential_id: z.string() }));
    return {
      integrity: file.pragma('integrity_check', { simple: true }),
      brokenKeys: z.array(z.unknown()).parse(file.pragma('foreign_key_check')),
      phases: new Map(
        phases
          .parse(rows("SELECT action_attempt_id, attempt ->> 'phase' AS phase FROM action_attempts"))
          .map(({ action_attempt_id, phase }) => [action_attempt_id, phase]),
      ),
      credentials: new Set(
        credentials
          .parse(rows('SELECT acs_credential_id FROM acs_credentials'))
          .map(({ acs_credential_id }) => acs_credential_id),
      ),
      tornCards: rows('SELECT 1 FROM card_writes WHERE outcome IS NULL').length,
      cards: cardFiles(state),
    };
  } finally {
    file.close();
  }
}

function cardFiles(state: string): StateOnDisk['cards'] {
  const names = readdirSync(state, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => /\/card-[^/]*\.json$/.test(name));
  return new Map(files.map((name) => [basename(name), cardFile(readFileSync(join(state, name), 'utf8'))]));
}

function cardFile(text: string): 'whole' | 'empty' | 'broken' {
  if (text === '') return 'empty';
  try {
    JSON.parse(text);
    return 'whole';
  } catch {
    return 'broken';
  }
}

function broken(fileSystem: string): StateOnDisk {
  const nothing = { phases: new Map<string, string>(), credentials: new Set<string>(), tornCards: 0 };
  return { fileSystem, integrity: 'not read', brokenKeys: [], cards: new Map(), ...nothing };
}

function inTemporaryFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-disk-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
