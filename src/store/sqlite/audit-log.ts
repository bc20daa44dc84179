import { type AuditPlace, BEFORE_THE_FIRST, type WrittenEntry } from '../../model/audit-entry.ts';
import type { AuditTable } from '../audit-table.ts';
import type { Database } from './database.ts';

interface AuditRow {
  readonly sequence: number;
  readonly at: number;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly previous_hash: string;
  readonly hash: string;
}

const toEntry = ({ previous_hash, ...row }: AuditRow): WrittenEntry => ({
  ...row,
  previousHash: previous_hash,
});

/** The tables audit_log, audit_log_forgotten, audit_secret and audit_configuration. */
export function auditTable(database: Database): AuditTable {
  const forgotten = () => database.get<AuditPlace>('SELECT sequence, hash FROM audit_log_forgotten') ?? null;
  const secret = () =>
    database.get<{ readonly secret: Uint8Array }>('SELECT secret FROM audit_secret')?.secret;
  return {
    head: () =>
      database.get<AuditPlace>('SELECT sequence, hash FROM audit_log ORDER BY sequence DESC LIMIT 1') ??
      forgotten() ??
      BEFORE_THE_FIRST,
    append: ({ sequence, at, actor, action, subject, previousHash, hash }) => {
      database.run(
        'INSERT INTO audit_log (sequence, at, actor, action, subject, previous_hash, hash) VALUES (?, ?, ?, ?, ?, ?, ?)',
        sequence,
        at,
        actor,
        action,
        subject,
        previousHash,
        hash,
      );
    },
    after: (sequence, limit) =>
      database
        .all<AuditRow>(
          'SELECT * FROM audit_log WHERE sequence > ? ORDER BY sequence LIMIT ?',
          sequence,
          limit,
        )
        .map(toEntry),
    newest: (limit, since) =>
      database
        .all<AuditRow>(
          `SELECT * FROM audit_log ${since === null ? '' : 'WHERE at >= ? '}ORDER BY sequence DESC LIMIT ?`,
          ...(since === null ? [] : [since]),
          limit,
        )
        .map(toEntry)
        .reverse(),
    forgotten,
    forgetThrough: ({ sequence, hash }) => {
      database.run(
        'INSERT OR REPLACE INTO audit_log_forgotten (only_row, sequence, hash) VALUES (1, ?, ?)',
        sequence,
        hash,
      );
      database.run('DELETE FROM audit_log WHERE sequence <= ?', sequence);
    },
    secret: (make) => {
      const known = secret();
      if (known !== undefined) return known;
      database.run('INSERT OR IGNORE INTO audit_secret (only_row, secret) VALUES (1, ?)', make());
      return secret() ?? make();
    },
    configuration: () =>
      new Map(
        database
          .all<{ readonly name: string; readonly hash: string }>('SELECT name, hash FROM audit_configuration')
          .map(({ name, hash }) => [name, hash]),
      ),
    noteConfiguration: (hashes) => {
      database.run('DELETE FROM audit_configuration');
      for (const [name, hash] of hashes) {
        database.run('INSERT INTO audit_configuration (name, hash) VALUES (?, ?)', name, hash);
      }
    },
  };
}
