import { z } from 'zod';
import { askForPairing } from '../../../../site/pairing-requests.ts';
import { resourceId } from '../../../../sync/bridge-shapes.ts';
import { defineOperation, POSTS } from '../../../operation.ts';

export const bridgeClaimPairing = defineOperation({
  path: '/v1/bridge/claim_pairing',
  methods: POSTS,
  scopes: null,
  isForStrangers: true,
  hasSecretAnswer: true,
  summary: 'A desk that asked to be paired asks whether its code was typed; from then on its key counts',
  input: z.object({
    pairing_request_id: resourceId,
    /** The key of which the request named the hash. */
    key: z.string().max(200),
  }),
  output: z.object({
    is_paired: z.boolean(),
    /** What the desk is called at the property server; null: it is not paired yet. */
    desk_name: z.string().nullable(),
    /** So that a desk whose cards name another system leaves it at that; null: it is not paired yet. */
    acs_system_id: z.string().nullable(),
  }),
  handle: ({ input, desk: { site } }) => {
    const { desk } = askForPairing(site, input.pairing_request_id, input.key);
    const isPaired = desk !== null;
    const acs_system_id = isPaired ? site.identity.acsSystemId : null;
    return { is_paired: isPaired, desk_name: desk?.name ?? null, acs_system_id };
  },
});
