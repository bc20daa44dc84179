import { z } from 'zod';
import { defineOperation, READS } from '../../../operation.ts';
import { auditEntry, toWireEntry } from '../../../wire/audit-entry.ts';

/** How many entries an answer has, unless it is said, and at most. */
const USUAL = 100;
const MOST = 500;

export const auditLogList = defineOperation({
  path: '/v1/audit_log/list',
  methods: READS,
  scopes: ['admin'],
  summary: 'Who did what, oldest first; nobody can alter it unseen (docs/audit-log.md)',
  input: z.object({
    /** Only entries behind this sequence, the oldest of them; absent: the newest ones. */
    after: z.int().min(0).optional(),
    limit: z.int().min(1).max(MOST).default(USUAL),
  }),
  output: z.object({
    audit_entries: z.array(auditEntry),
    /** Of the last entry that there is. */
    last_sequence: z.int(),
    head: z.string(),
  }),
  handle: ({ input: { after, limit }, desk: { site } }) => {
    const { auditLog } = site.store;
    const { sequence, hash } = auditLog.head();
    const entries = after === undefined ? auditLog.newest(limit, null) : auditLog.after(after, limit);
    return { audit_entries: entries.map(toWireEntry), last_sequence: sequence, head: hash };
  },
});
