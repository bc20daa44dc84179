import { z } from 'zod';
import { CARD_TECHNOLOGIES } from '../../model/card.ts';
import type { NumberedChange } from '../../model/change.ts';
import { RESOURCE_KINDS } from '../../model/resource.ts';
import type { Site } from '../../site/site.ts';
import { acsEncoder, toAcsEncoder } from './acs-encoder.ts';
import { actionAttempt, toActionAttempt } from './action-attempt.ts';
import { event, toEvent } from './event.ts';

const card = z.object({ uid: z.string(), card_number: z.string(), technology: z.enum(CARD_TECHNOLOGIES) });
const sequence = z.int();
const acs_encoder_id = z.uuid();

/** A change as the WebSocket tells it. */
const wireChange = z.discriminatedUnion('type', [
  z.object({ type: z.literal('action_attempt.changed'), sequence, action_attempt: actionAttempt }),
  z.object({ type: z.literal('encoder.changed'), sequence, acs_encoder: acsEncoder }),
  z.object({ type: z.literal('card.presented'), sequence, acs_encoder_id, card }),
  z.object({ type: z.literal('card.removed'), sequence, acs_encoder_id, card }),
  z.object({ type: z.literal('event'), sequence, event }),
  /** Of these, what is said of the backend is different now. */
  z.object({
    type: z.literal('sync.changed'),
    sequence,
    resources: z.array(z.object({ resource_type: z.enum(RESOURCE_KINDS), resource_id: z.uuid() })),
  }),
  /** Other web pages ask to be paired than before. */
  z.object({ type: z.literal('pairing.changed'), sequence }),
]);

export type WireChange = z.input<typeof wireChange>;

export function toChange({ sequence, change }: NumberedChange, site: Site): WireChange {
  switch (change.type) {
    case 'action_attempt.changed':
      return { type: change.type, sequence, action_attempt: toActionAttempt(change.attempt, site) };
    case 'encoder.changed':
      return { type: change.type, sequence, acs_encoder: toAcsEncoder(change.encoder, site) };
    case 'card.presented':
    case 'card.removed':
      return {
        type: change.type,
        sequence,
        acs_encoder_id: change.encoderId,
        card: {
          uid: change.card.uid,
          card_number: change.cardNumber,
          technology: change.card.technology,
        },
      };
    case 'event':
      return { type: change.type, sequence, event: toEvent(change.event, site) };
    case 'sync.changed':
      return {
        type: change.type,
        sequence,
        resources: change.resources.map(({ kind, id }) => ({ resource_type: kind, resource_id: id })),
      };
    case 'pairing.changed':
      return { type: change.type, sequence };
  }
}
