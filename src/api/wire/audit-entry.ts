import { z } from 'zod';
import { ACTOR_KINDS, toTimeText, type WrittenEntry } from '../../model/audit-entry.ts';
import { toAuditEntry } from '../../site/audit-log.ts';

const value = z.union([z.string(), z.int(), z.boolean(), z.null()]);

/** Who did what: docs/audit-log.md. */
export const auditEntry = z
  .object({
    sequence: z.int(),
    at: z.string(),
    actor: z.object({ kind: z.enum(ACTOR_KINDS), id: z.string().nullable(), name: z.string() }),
    /** A word, or the path of an operation. */
    action: z.string(),
    subject: z.record(z.string(), z.union([value, z.array(value).readonly()])),
    previous_hash: z.string(),
    hash: z.string(),
  })
  .meta({ id: 'audit_entry' });

/** Throws SyntaxError for an entry that was tampered with so that it cannot be read. */
export function toWireEntry(written: WrittenEntry): z.input<typeof auditEntry> {
  const { sequence, at, actor, action, subject, previousHash, hash } = toAuditEntry(written);
  return { sequence, at: toTimeText(at), actor, action, subject, previous_hash: previousHash, hash };
}
