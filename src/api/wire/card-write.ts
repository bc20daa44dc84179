import { z } from 'zod';
import { CARD_TECHNOLOGIES } from '../../model/card.ts';
import { CARD_FORMATS } from '../../model/card-format.ts';
import type { CardWrite } from '../../model/card-write.ts';
import { isoTime, toIsoTime, toOptionalIsoTime } from './fields.ts';

/** A line of the journal of what was written on cards; what was on the card before stays inside. */
export const cardWrite = z
  .object({
    card_write_id: z.uuid(),
    card: z.object({ uid: z.string(), technology: z.enum(CARD_TECHNOLOGIES) }),
    format: z.enum(CARD_FORMATS),
    image: z.enum(['record', 'blank']),
    acs_credential_id: z.uuid().optional(),
    /** Of the record. */
    issue_counter: z.int().optional(),
    acs_encoder_id: z.uuid(),
    action_attempt_id: z.uuid(),
    /** Null while the card may be half written: put it on an encoder again. */
    outcome: z.enum(['written', 'repaired', 'rolled_back', 'superseded', 'not_begun']).nullable(),
    started_at: isoTime,
    ended_at: isoTime.optional(),
  })
  .meta({ id: 'card_write' });

export function toCardWrite(write: CardWrite): z.input<typeof cardWrite> {
  const { card, image } = write;
  return {
    card_write_id: write.id,
    card: { uid: card.uid, technology: card.technology },
    format: image.format,
    image: image.kind,
    acs_credential_id: write.credentialId ?? undefined,
    issue_counter: image.kind === 'record' ? image.record.issueCounter : undefined,
    acs_encoder_id: write.encoderId,
    action_attempt_id: write.attemptId,
    outcome: write.outcome,
    started_at: toIsoTime(write.startedAt),
    ended_at: toOptionalIsoTime(write.endedAt),
  };
}
