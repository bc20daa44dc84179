import { z } from 'zod';
import { defineOperation, READS } from '../../../operation.ts';
import { logLine, toLogLine } from '../../../wire/log-line.ts';

export const logList = defineOperation({
  path: '/v1/log/list',
  methods: READS,
  scopes: ['admin'],
  summary:
    "The last lines of the daemon's log, 1,000 at most, oldest first; they are gone when the daemon ends",
  input: z.object({
    /** Only lines with a greater sequence. */
    after: z.int().min(0).default(0),
    /** Of these, the last ones. */
    limit: z.int().min(1).max(1000).default(1000),
  }),
  output: z.object({
    log_lines: z.array(logLine),
    /** Of the last line that there is. Less than `after`: the daemon was started again, and counts from 1. */
    last_sequence: z.int(),
  }),
  handle: ({ input: { after, limit }, desk: { recentLog } }) => ({
    log_lines: recentLog.after(after > recentLog.last ? 0 : after, limit).map(toLogLine),
    last_sequence: recentLog.last,
  }),
});
