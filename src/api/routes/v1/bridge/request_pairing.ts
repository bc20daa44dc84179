import { z } from 'zod';
import { DESK_NAME } from '../../../../site/paired-desks.ts';
import { requestPairing } from '../../../../site/pairing-requests.ts';
import { resourceId } from '../../../../sync/bridge-shapes.ts';
import { defineOperation, POSTS } from '../../../operation.ts';

const sha256 = z
  .string()
  .regex(/^[\da-f]{64}$/, 'Expected SHA-256 in lower-case hexadecimal')
  .transform((hex) => Buffer.from(hex, 'hex'));

export const bridgeRequestPairing = defineOperation({
  path: '/v1/bridge/request_pairing',
  methods: POSTS,
  scopes: null,
  isForStrangers: true,
  summary: 'A desk asks to be paired; nothing comes of it until an admin types the code that the desk shows',
  input: z.object({
    /** Drawn by the desk: asking again with it is the same request. */
    pairing_request_id: resourceId,
    desk_name: z.string().trim().regex(DESK_NAME, 'Expected 1 to 100 characters, and no control characters'),
    /** Of the code that the desk shows. */
    code_hash: sha256,
    /** Of the key that the desk has drawn for itself, and will come with. */
    key_hash: sha256,
  }),
  output: z.object({
    /** How long the code holds, seconds from now: clocks may differ. */
    expires_in_seconds: z.int(),
  }),
  handle: ({ input, desk: { site } }) => {
    const { expiresAt } = requestPairing(site, {
      id: input.pairing_request_id,
      deskName: input.desk_name,
      codeHash: input.code_hash,
      keyHash: input.key_hash,
    });
    return { expires_in_seconds: Math.ceil((expiresAt - site.clock.now()) / 1000) };
  },
});
