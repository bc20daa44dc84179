import { z } from 'zod';
import { defineOperation, READS } from '../../../operation.ts';
import { cardWrite, toCardWrite } from '../../../wire/card-write.ts';
import {
  idParameter,
  pageParameters,
  pagination,
  toPageRequest,
  toPagination,
} from '../../../wire/fields.ts';

export const cardWritesList = defineOperation({
  path: '/v1/card_writes/list',
  methods: READS,
  scopes: ['read'],
  summary:
    'What was written on cards, in order, and how each write ended; one that is open may have left its card half written',
  input: z.object({
    /** Hexadecimal. */
    card_uid: z.string().min(1).toUpperCase().optional(),
    acs_credential_id: idParameter.optional(),
    is_open: z.boolean().optional(),
    ...pageParameters,
  }),
  output: z.object({ card_writes: z.array(cardWrite), pagination }),
  handle: ({ input, desk: { site } }) => {
    const page = site.store.cardWrites.list(
      { cardUid: input.card_uid, acsCredentialId: input.acs_credential_id, isOpen: input.is_open },
      toPageRequest(input),
    );
    return { card_writes: page.rows.map(toCardWrite), pagination: toPagination(page) };
  },
});
