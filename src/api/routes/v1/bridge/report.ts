import { z } from 'zod';
import { feedCursor, isInHistory } from '../../../../site/feed.ts';
import { deskOfKey, noteSeen } from '../../../../site/paired-desks.ts';
import { takeReport } from '../../../../site/reports.ts';
import { MOST_REPORT_BYTES } from '../../../../sync/bridge-shapes.ts';
import { defineOperation, POSTS } from '../../../operation.ts';
import { deskTime, MOST_MESSAGES, reportedMessage, verdict } from '../../../wire/resource.ts';

export const bridgeReport = defineOperation({
  path: '/v1/bridge/report',
  methods: POSTS,
  scopes: ['bridge'],
  summary: 'Takes what happened at a paired desk, each message once, and says what became of it',
  needsApiKey: true,
  mostBodyBytes: MOST_REPORT_BYTES,
  input: z.object({
    messages: z.array(reportedMessage).min(1).max(MOST_MESSAGES),
    time: deskTime.optional(),
    /** The cursor of the report before, as far as the desk has one. */
    seen: z.string().max(200).nullable().default(null),
  }),
  output: z.object({
    /** One for each message, in their order. */
    verdicts: z.array(verdict).readonly(),
    high_water_mark: z.int(),
    /** Where this site's history is now that it has taken them. */
    cursor: z.string(),
    /** False: this site was restored from a backup that is older than the report before. */
    knows_seen: z.boolean(),
    time: z.int(),
  }),
  handle: ({ input, desk: { site }, client }) => {
    const desk = noteSeen(site, deskOfKey(site, client.apiKeyId), input.time ?? null);
    const knows_seen = input.seen === null || isInHistory(site, input.seen);
    const verdicts = takeReport(site, desk, input.messages);
    return {
      verdicts,
      high_water_mark: deskOfKey(site, client.apiKeyId).highWaterMark,
      cursor: feedCursor(site),
      knows_seen,
      time: site.clock.now(),
    };
  },
});
