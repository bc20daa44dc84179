import { z } from 'zod';
import { PAGE_NAME } from '../../../../model/page-pairing.ts';
import { requestPagePairing } from '../../../../site/page-pairings.ts';
import { defineOperation, POSTS } from '../../../operation.ts';
import {
  pageKeyParameter,
  pageOrigin,
  pagePairing,
  pageScopesParameter,
  toPagePairing,
} from '../../../wire/page-pairing.ts';

export const pairingRequest = defineOperation({
  path: '/v1/pairing/request',
  methods: POSTS,
  scopes: null,
  isForAnyOrigin: true,
  summary:
    'A web page asks to be let in; nothing comes of it until a person reads a code at the desk and types it into the page',
  input: z.object({
    scopes: pageScopesParameter,
    /** Whose private half WebCrypto does not give out. */
    public_key: pageKeyParameter,
    /** What the page calls itself. */
    name: z
      .string()
      .trim()
      .regex(PAGE_NAME, 'Expected 1 to 100 characters, and no control characters')
      .optional(),
  }),
  output: z.object({ pairing: pagePairing }),
  handle: ({ input, origin, desk: { site } }) => ({
    pairing: toPagePairing(
      requestPagePairing(site, {
        origin: pageOrigin(origin),
        name: input.name ?? null,
        scopes: input.scopes,
        publicKey: input.public_key,
      }),
    ),
  }),
});
