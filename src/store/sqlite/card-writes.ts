import type { CardTechnology } from '../../model/card.ts';
import type { CardWrite, CardWriteOutcome } from '../../model/card-write.ts';
import type { CardWriteTable } from '../desk-tables.ts';
import type { Database } from './database.ts';
import { Conditions, readPage } from './query.ts';

interface CardWriteRow {
  readonly sequence: number;
  readonly card_write_id: string;
  readonly card_uid: string;
  readonly card_technology: CardTechnology;
  readonly acs_encoder_id: string;
  readonly action_attempt_id: string;
  readonly acs_credential_id: string | null;
  /** JSON. */
  readonly image: string;
  readonly preimage: Uint8Array | null;
  readonly replaced_write_id: string | null;
  readonly outcome: CardWriteOutcome | null;
  readonly started_at: number;
  readonly ended_at: number | null;
}

const toCardWrite = (row: CardWriteRow): CardWrite => ({
  id: row.card_write_id,
  card: { uid: row.card_uid, technology: row.card_technology },
  encoderId: row.acs_encoder_id,
  attemptId: row.action_attempt_id,
  credentialId: row.acs_credential_id,
  image: JSON.parse(row.image),
  preimage: row.preimage === null ? null : Uint8Array.from(row.preimage),
  replacedId: row.replaced_write_id,
  outcome: row.outcome,
  startedAt: row.started_at,
  endedAt: row.ended_at,
});

/** Written out, so that the index of the open ones serves. */
const OPEN = { true: 'outcome IS NULL', false: 'outcome IS NOT NULL', any: 'TRUE' } as const;

/** The table card_writes. */
export function cardWriteTable(database: Database): CardWriteTable {
  const one = (condition: string, value: string) => {
    const row = database.get<CardWriteRow>(`SELECT * FROM card_writes WHERE ${condition}`, value);
    return row === undefined ? null : toCardWrite(row);
  };
  return {
    get: (id) => one('card_write_id = ?', id),
    openFor: (cardUid) => one('card_uid = ? AND outcome IS NULL', cardUid),
    list: (filter, page) =>
      readPage<CardWriteRow, CardWrite>(
        database,
        'SELECT * FROM card_writes',
        'card_writes',
        new Conditions()
          .when(filter.cardUid, 'card_uid = ?')
          .when(filter.acsCredentialId, 'acs_credential_id = ?')
          .add(OPEN[`${filter.isOpen ?? 'any'}`]),
        page,
        toCardWrite,
      ),
    insert: (write) => {
      database.run(
        `INSERT INTO card_writes (card_write_id, card_uid, card_technology, acs_encoder_id, action_attempt_id,
           acs_credential_id, image, preimage, replaced_write_id, started_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        write.id,
        write.card.uid,
        write.card.technology,
        write.encoderId,
        write.attemptId,
        write.credentialId,
        JSON.stringify(write.image),
        write.preimage,
        write.replacedId,
        write.startedAt,
      );
      database.run(
        'UPDATE action_attempts SET has_card_writes = 1 WHERE action_attempt_id = ? AND has_card_writes = 0',
        write.attemptId,
      );
    },
    end: (id, outcome, at) => {
      database.run(
        'UPDATE card_writes SET outcome = ?, ended_at = ?, preimage = NULL WHERE card_write_id = ?',
        outcome,
        at,
        id,
      );
    },
    reopen: (id, preimage) => {
      database.run(
        'UPDATE card_writes SET outcome = NULL, ended_at = NULL, preimage = ? WHERE card_write_id = ?',
        preimage,
        id,
      );
    },
  };
}
