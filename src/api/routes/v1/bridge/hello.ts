import { z } from 'zod';
import { feedCursor } from '../../../../site/feed.ts';
import { deskOfKey, noteSeen } from '../../../../site/paired-desks.ts';
import { defineOperation, POSTS } from '../../../operation.ts';
import { deskTime } from '../../../wire/resource.ts';

export const bridgeHello = defineOperation({
  path: '/v1/bridge/hello',
  methods: POSTS,
  scopes: ['bridge'],
  summary: 'Tells a paired desk who this site is, and where its news begin',
  needsApiKey: true,
  input: z.object({ time: deskTime.optional() }),
  output: z.object({
    workspace_id: z.uuid(),
    acs_system_id: z.uuid(),
    connected_account_id: z.uuid(),
    /** What changes from now on comes after this. */
    cursor: z.string(),
    /** As which desk it is known here. */
    desk_id: z.uuid(),
    /** The greatest sequence of the desk's messages that was taken. */
    high_water_mark: z.int(),
    /** What the clock here says, milliseconds since 1970. */
    time: z.int(),
  }),
  handle: ({ input, desk: { site }, client }) => {
    const desk = noteSeen(site, deskOfKey(site, client.apiKeyId), input.time ?? null);
    const { workspaceId, acsSystemId, connectedAccountId } = site.identity;
    return {
      workspace_id: workspaceId,
      acs_system_id: acsSystemId,
      connected_account_id: connectedAccountId,
      cursor: feedCursor(site),
      desk_id: desk.id,
      high_water_mark: desk.highWaterMark,
      time: site.clock.now(),
    };
  },
});
