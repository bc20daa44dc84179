import { FORGOTTEN } from './audit-chain.ts';
import { type AuditParts, audit, DAEMON } from './audit-log.ts';

const DAY_MS = 24 * 3_600_000;

/**
 * Forgets up to `most` of the oldest entries, as far as they were written before the day (UTC) of `at`, milliseconds since 1970; and says so in
 * an entry, by which the first one that stays can be checked. Days, so that not every hour brings such an entry. Returns how many. One transaction.
 */
export function forgetAuditBefore(parts: AuditParts, at: number, most: number): number {
  const { auditLog } = parts.store;
  const day = Math.floor(at / DAY_MS) * DAY_MS;
  const first = auditLog.after(0, 1)[0];
  if (first === undefined || first.at >= day) return 0;
  return parts.store.transaction(() => {
    const oldest = auditLog.after(0, most);
    const firstKept = oldest.findIndex((entry) => entry.at >= day);
    const over = firstKept === -1 ? oldest : oldest.slice(0, firstKept);
    const last = over.at(-1);
    if (last === undefined) return 0;
    audit(parts, DAEMON, FORGOTTEN, {
      through_sequence: last.sequence,
      through_hash: last.hash,
      count: over.length,
    });
    auditLog.forgetThrough(last);
    return over.length;
  });
}
