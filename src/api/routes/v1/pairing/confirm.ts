import { z } from 'zod';
import { PAGE_PAIRING_CODE } from '../../../../model/page-pairing.ts';
import { confirmPagePairing } from '../../../../site/page-pairings.ts';
import { defineOperation, POSTS } from '../../../operation.ts';
import { clientSession, toClientSession } from '../../../wire/client-session.ts';
import { idParameter } from '../../../wire/fields.ts';
import { pageOrigin } from '../../../wire/page-pairing.ts';

export const pairingConfirm = defineOperation({
  path: '/v1/pairing/confirm',
  methods: POSTS,
  scopes: null,
  isForAnyOrigin: true,
  hasSecretAnswer: true,
  summary:
    'Lets in the web page that asked, by the code that a person read at the desk; gives its client session once',
  input: z.object({
    pairing_id: idParameter,
    /** Six digits; spaces and hyphens do not count. */
    code: z
      .string()
      .max(20)
      .transform((typed) => typed.replaceAll(/[\s-]/g, ''))
      .pipe(z.string().regex(PAGE_PAIRING_CODE, 'Expected six digits')),
  }),
  output: z.object({
    client_session: clientSession,
    /** For the frame "authenticate" of the WebSocket; it is good with a signature only. */
    token: z.string(),
    /** By which the page knows this desk again: SPKI as base64url without padding. */
    desk_public_key: z.string(),
  }),
  handle: ({ input, origin, desk }) => {
    const made = confirmPagePairing(desk.site, input.pairing_id, pageOrigin(origin), input.code);
    return {
      client_session: toClientSession(made.session, desk),
      token: made.token,
      desk_public_key: Buffer.from(made.deskPublicKey).toString('base64url'),
    };
  },
});
