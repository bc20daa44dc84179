import type { Logger } from '../log.ts';
import { canonicalJson } from '../model/audit-entry.ts';
import { StorageError } from '../store/errors.ts';
import { type AuditParts, audit, DAEMON, keyedHash } from './audit-log.ts';

/** What the daemon runs with: its version, and each part of the configuration under its name. */
export interface RunsWith {
  readonly version: string;
  readonly configuration: Readonly<Record<string, unknown>>;
}

/**
 * Notes in the audit log that the daemon has started, and which parts of its configuration are others than at the last start: their names, as
 * of values only keyed hashes are kept. Notes its end when what comes back is disposed of.
 */
export function auditRun(parts: AuditParts, { version, configuration }: RunsWith, log: Logger): Disposable {
  const { store } = parts;
  store.transaction(() => {
    audit(parts, DAEMON, 'daemon_started', { version });
    const before = store.auditLog.configuration();
    const now = hashesOf(parts, configuration);
    const changed = [...new Set([...before.keys(), ...now.keys()])]
      .filter((name) => before.get(name) !== now.get(name))
      .sort();
    if (changed.length === 0) return;
    store.auditLog.noteConfiguration(now);
    if (before.size > 0) audit(parts, DAEMON, 'configuration_changed', { changed });
  });
  return {
    [Symbol.dispose]() {
      try {
        audit(parts, DAEMON, 'daemon_stopped', {});
        logAuditHead(parts, log);
      } catch (error) {
        if (!(error instanceof StorageError)) throw error;
        log.error({ err: error }, 'the disk does not serve: that the daemon stops is not in the audit log');
      }
    },
  };
}

/** Hands the hash of the last entry to the log, so that the journal of the system can witness later that the audit log had it. */
export function logAuditHead({ store }: Pick<AuditParts, 'store'>, log: Logger): void {
  const { sequence, hash } = store.auditLog.head();
  log.info({ audit_sequence: sequence, audit_head: hash }, 'audit log: this is its last entry');
}

function hashesOf(
  { store }: AuditParts,
  configuration: Readonly<Record<string, unknown>>,
): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(configuration)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, keyedHash(store, 'configuration', canonicalJson([name, plain(value)]))]),
  );
}

/** As JSON has it: what is undefined is not there. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
