import { z } from 'zod';
import { DESFIRE_GENERATIONS } from '../../../../../encoder/contract.ts';
import { CARD_TECHNOLOGIES } from '../../../../../model/card.ts';
import { defineOperation, POSTS } from '../../../../operation.ts';
import { simulatorOf } from '../../../../simulator.ts';
import { idParameter } from '../../../../wire/fields.ts';

const technology = z.enum(CARD_TECHNOLOGIES);

export const acsEncodersSimulatePlaceCard = defineOperation({
  path: '/acs/encoders/simulate/place_card',
  methods: POSTS,
  scopes: ['manage'],
  summary: 'Puts a card made of code on a virtual encoder; one that is there is taken away first',
  input: z.object({
    acs_encoder_id: idParameter,
    card: z.object({
      technology,
      /** Hexadecimal. Drawn at random when absent. */
      uid: z.string().optional(),
      /** Names a card that keeps its memory when it is taken away and put back. */
      id: z.string().min(1).max(100).optional(),
      /** Of a DESFire that is new. */
      generation: z.enum(DESFIRE_GENERATIONS).optional(),
      faults: z
        .object({
          pulled_at: z.object({ exchange: z.int().min(1), moment: z.enum(['before', 'after']) }).optional(),
          delay_ms: z.int().min(0).max(60_000).optional(),
          mute_from: z.int().min(1).optional(),
        })
        .optional(),
    }),
  }),
  output: z.object({ card: z.object({ id: z.string(), uid: z.string(), technology }) }),
  handle: async ({ input: { acs_encoder_id, card }, desk }) => {
    const { pulled_at, delay_ms, mute_from } = card.faults ?? {};
    const { id, uid, technology } = await simulatorOf(desk, acs_encoder_id).placeCard({
      technology: card.technology,
      ...(card.uid === undefined ? {} : { uid: card.uid }),
      ...(card.id === undefined ? {} : { id: card.id }),
      ...(card.generation === undefined ? {} : { generation: card.generation }),
      faults: {
        ...(pulled_at === undefined ? {} : { pulledAt: pulled_at }),
        ...(delay_ms === undefined ? {} : { delayMs: delay_ms }),
        ...(mute_from === undefined ? {} : { muteFrom: mute_from }),
      },
    });
    return { card: { id, uid, technology } };
  },
});
