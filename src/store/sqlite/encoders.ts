import type { Encoder } from '../../model/encoder.ts';
import type { EncoderTable } from '../desk-tables.ts';
import type { Database } from './database.ts';
import { Conditions, readPage } from './query.ts';

interface EncoderRow {
  readonly sequence: number;
  readonly acs_encoder_id: string;
  readonly driver: string;
  readonly name: string;
  readonly technologies: string;
  readonly is_virtual: number;
  readonly is_online: number;
  readonly is_busy: number;
  readonly created_at: number;
  readonly removed_at: number | null;
}

const SELECT = `SELECT acs_encoders.*,
    EXISTS (SELECT 1 FROM action_attempts WHERE action_attempts.acs_encoder_id = acs_encoders.acs_encoder_id AND is_live = 1) AS is_busy
  FROM acs_encoders`;

const toEncoder = (row: EncoderRow): Encoder => ({
  id: row.acs_encoder_id,
  driver: row.driver,
  name: row.name,
  technologies: JSON.parse(row.technologies),
  isVirtual: row.is_virtual === 1,
  isOnline: row.is_online === 1,
  isBusy: row.is_busy === 1,
  createdAt: row.created_at,
  removedAt: row.removed_at,
});

interface ServedRow {
  readonly uid: string | null;
  readonly user: string | null;
  readonly credential: string | null;
}

/** The table acs_encoders. */
export function encoderTable(database: Database): EncoderTable {
  return {
    get: (id) => {
      const row = database.get<EncoderRow>(`${SELECT} WHERE acs_encoder_id = ?`, id);
      return row === undefined ? null : toEncoder(row);
    },
    list: (filter, page) =>
      readPage<EncoderRow, Encoder>(
        database,
        SELECT,
        'acs_encoders',
        new Conditions().whenIn('acs_encoders.acs_encoder_id', filter.ids),
        page,
        toEncoder,
      ),
    insert: (encoder, deviceId) => {
      database.run(
        `INSERT INTO acs_encoders (acs_encoder_id, driver, device_id, name, technologies, is_virtual, is_online, created_at, removed_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        encoder.id,
        encoder.driver,
        deviceId,
        encoder.name,
        JSON.stringify(encoder.technologies),
        encoder.isVirtual ? 1 : 0,
        encoder.isOnline ? 1 : 0,
        encoder.createdAt,
        encoder.removedAt,
      );
    },
    update: (encoder) => {
      database.run(
        'UPDATE acs_encoders SET name = ?, technologies = ?, is_online = ?, removed_at = ? WHERE acs_encoder_id = ?',
        encoder.name,
        JSON.stringify(encoder.technologies),
        encoder.isOnline ? 1 : 0,
        encoder.removedAt,
        encoder.id,
      );
    },
    servedCard: (id) => {
      const row = database.get<ServedRow>(
        `SELECT served_card_uid AS uid, served_acs_user_id AS user, served_acs_credential_id AS credential
         FROM acs_encoders WHERE acs_encoder_id = ?`,
        id,
      );
      if (row === undefined || row.uid === null || row.credential === null) return null;
      return { uid: row.uid, acsUserId: row.user, acsCredentialId: row.credential };
    },
    setServedCard: (id, card) => {
      database.run(
        `UPDATE acs_encoders SET served_card_uid = ?, served_acs_user_id = ?, served_acs_credential_id = ?
         WHERE acs_encoder_id = ?`,
        card?.uid ?? null,
        card?.acsUserId ?? null,
        card?.acsCredentialId ?? null,
        id,
      );
    },
  };
}
