import type { CardTechnology } from '../../model/card.ts';
import type { CardFormat } from '../../model/card-format.ts';
import {
  type AccessMethod,
  type Credential,
  PLAIN_CREDENTIAL,
  type VendorMetadata,
} from '../../model/credential.ts';
import type { CredentialTable } from '../people-tables.ts';
import type { Database } from './database.ts';
import { type FilteredTable, listFiltered, timeFilter, type WideFilter } from './filtered-list.ts';
import { Conditions } from './query.ts';
import { SearchIndex } from './search-index.ts';

interface CredentialRow {
  readonly sequence: number;
  readonly acs_credential_id: string;
  readonly access_method: AccessMethod;
  readonly acs_user_id: string | null;
  readonly user_identity_id: string | null;
  readonly code: string | null;
  readonly card_number: string | null;
  readonly card_uid: string | null;
  readonly card_technology: CardTechnology | null;
  readonly card_format: CardFormat | null;
  /** JSON. */
  readonly record_on_card: string | null;
  /** A JSON list of ids. */
  readonly entrance_ids: string;
  readonly issue_counter: number;
  readonly has_lost_cards: number;
  readonly needs_reissue: number;
  readonly reissue_needed_at: number | null;
  readonly starts_at: number | null;
  readonly ends_at: number | null;
  readonly is_multi_phone_sync: number;
  readonly is_one_time_use: number;
  readonly vendor_metadata: string;
  readonly schedule_modified_at: number | null;
  readonly schedule_externally_modified_at: number | null;
  readonly unfinished_write_at: number | null;
  readonly deletion_asked_at: number | null;
  readonly is_issued: number;
  readonly issued_at: number | null;
  readonly created_at: number;
}

const COLUMNS = `acs_credentials.*,
    (SELECT holder.user_identity_id FROM acs_users AS holder
      WHERE holder.acs_user_id = acs_credentials.acs_user_id) AS user_identity_id,
    (SELECT json_group_array(acs_entrance_id) FROM acs_credential_entrances AS opened
      WHERE opened.acs_credential_id = acs_credentials.acs_credential_id) AS entrance_ids`;

const SELECT = `SELECT ${COLUMNS} FROM acs_credentials`;

const toVendorMetadata = (text: string): VendorMetadata =>
  text === '{}' ? PLAIN_CREDENTIAL.vendorMetadata : JSON.parse(text);

const toCredential = (row: CredentialRow): Credential => ({
  id: row.acs_credential_id,
  accessMethod: row.access_method,
  acsUserId: row.acs_user_id,
  userIdentityId: row.user_identity_id,
  code: row.code,
  cardNumber: row.card_number,
  cardUid: row.card_uid,
  cardTechnology: row.card_technology,
  cardFormat: row.card_format,
  recordOnCard: row.record_on_card === null ? null : JSON.parse(row.record_on_card),
  entranceIds: JSON.parse(row.entrance_ids),
  issueCounter: row.issue_counter,
  hasLostCards: row.has_lost_cards === 1,
  needsReissue: row.needs_reissue === 1,
  reissueNeededAt: row.reissue_needed_at,
  startsAt: row.starts_at,
  endsAt: row.ends_at,
  isMultiPhoneSync: row.is_multi_phone_sync === 1,
  isOneTimeUse: row.is_one_time_use === 1,
  vendorMetadata: toVendorMetadata(row.vendor_metadata),
  scheduleModifiedAt: row.schedule_modified_at,
  scheduleExternallyModifiedAt: row.schedule_externally_modified_at,
  unfinishedWriteAt: row.unfinished_write_at,
  deletionAskedAt: row.deletion_asked_at,
  isIssued: row.is_issued === 1,
  issuedAt: row.issued_at,
  createdAt: row.created_at,
});

const values = (credential: Credential) =>
  [
    credential.accessMethod,
    credential.acsUserId,
    credential.code,
    credential.cardNumber,
    credential.cardUid,
    credential.cardTechnology,
    credential.cardFormat,
    credential.recordOnCard === null ? null : JSON.stringify(credential.recordOnCard),
    credential.issueCounter,
    credential.hasLostCards ? 1 : 0,
    credential.needsReissue ? 1 : 0,
    credential.reissueNeededAt,
    credential.startsAt,
    credential.endsAt,
    credential.isMultiPhoneSync ? 1 : 0,
    credential.isOneTimeUse ? 1 : 0,
    JSON.stringify(credential.vendorMetadata),
    credential.scheduleModifiedAt,
    credential.scheduleExternallyModifiedAt,
    credential.unfinishedWriteAt,
    credential.deletionAskedAt,
    credential.isIssued ? 1 : 0,
    credential.issuedAt,
  ] as const;

/** The filter of what opens an entrance, which needs a holder: the other way round in src/store/sqlite/entrances.ts. */
function opening(acsEntranceId: string): WideFilter<Credential> {
  return {
    holds: `(SELECT is_suspended FROM acs_users AS holder WHERE holder.acs_user_id = acs_credentials.acs_user_id) = 0
      AND (EXISTS (SELECT 1 FROM acs_credential_entrances AS own
          WHERE own.acs_credential_id = acs_credentials.acs_credential_id AND own.acs_entrance_id = ?)
        OR EXISTS (SELECT 1 FROM acs_user_entrances AS granted
          WHERE granted.acs_user_id = acs_credentials.acs_user_id AND granted.acs_entrance_id = ?)
        OR EXISTS (SELECT 1 FROM acs_access_group_users AS membership
          CROSS JOIN acs_access_group_entrances AS opened USING (acs_access_group_id)
          WHERE membership.acs_user_id = acs_credentials.acs_user_id AND opened.acs_entrance_id = ?))`,
    rows: `SELECT sequence FROM (
      SELECT held.sequence FROM acs_credential_entrances AS own
        CROSS JOIN acs_credentials AS held USING (acs_credential_id) WHERE own.acs_entrance_id = ?
      UNION ALL
      SELECT held.sequence FROM acs_user_entrances AS granted
        CROSS JOIN acs_credentials AS held USING (acs_user_id) WHERE granted.acs_entrance_id = ?
      UNION ALL
      SELECT held.sequence FROM acs_access_group_entrances AS opened
        CROSS JOIN acs_access_group_users AS membership USING (acs_access_group_id)
        CROSS JOIN acs_credentials AS held USING (acs_user_id) WHERE opened.acs_entrance_id = ?)`,
    values: [acsEntranceId, acsEntranceId, acsEntranceId],
  };
}

const RENAMING = [
  'UPDATE acs_credentials SET acs_credential_id = ? WHERE acs_credential_id = ?',
  'UPDATE acs_credential_entrances SET acs_credential_id = ? WHERE acs_credential_id = ?',
  'UPDATE card_writes SET acs_credential_id = ? WHERE acs_credential_id = ?',
  'UPDATE events SET acs_credential_id = ? WHERE acs_credential_id = ?',
  'UPDATE acs_encoders SET served_acs_credential_id = ? WHERE served_acs_credential_id = ?',
];

/** The table acs_credentials. */
export function credentialTable(database: Database): CredentialTable {
  const index = new SearchIndex(database, {
    table: 'acs_credentials',
    columns: ['display_name', 'code', 'card_number', 'acs_credential_id', 'acs_user_id'].map(
      (column) => `acs_credentials.${column}`,
    ),
  });
  const listed: FilteredTable<CredentialRow, Credential> = {
    table: 'acs_credentials',
    columns: COLUMNS,
    decode: toCredential,
    index,
  };
  const one = (condition: string, value: string) => {
    const row = database.get<CredentialRow>(`${SELECT} WHERE ${condition}`, value);
    return row === undefined ? null : toCredential(row);
  };
  const addEntrances = ({ id, entranceIds }: Credential) => {
    if (entranceIds.length === 0) return;
    database.run(
      `INSERT OR IGNORE INTO acs_credential_entrances (acs_credential_id, acs_entrance_id)
       SELECT ?, value FROM json_each(?)`,
      id,
      JSON.stringify(entranceIds),
    );
  };
  const setEntrances = (credential: Credential) => {
    database.run(
      `DELETE FROM acs_credential_entrances
       WHERE acs_credential_id = ? AND acs_entrance_id NOT IN (SELECT value FROM json_each(?))`,
      credential.id,
      JSON.stringify(credential.entranceIds),
    );
    addEntrances(credential);
  };
  return {
    get: (id) => one('acs_credential_id = ?', id),
    withCardNumber: (cardNumber) => one('card_number = ?', cardNumber),
    withCardUid: (uid) => one('card_uid = ?', uid),
    withCode: (code) => one('code = ?', code),
    beingDeleted: () =>
      database
        .all<CredentialRow>(`${SELECT} WHERE deletion_asked_at IS NOT NULL ORDER BY deletion_asked_at`)
        .map(toCredential),
    list: (filter, page) => {
      const { acsUserId, userIdentityId, isMultiPhoneSync } = filter;
      const narrow = new Conditions()
        .when(acsUserId, 'acs_credentials.acs_user_id = ?')
        .when(
          userIdentityId,
          'acs_credentials.acs_user_id = (SELECT acs_user_id FROM acs_users WHERE user_identity_id = ?)',
        );
      return listFiltered(
        database,
        listed,
        {
          narrow: acsUserId === undefined && userIdentityId === undefined ? null : narrow,
          wide: [
            filter.acsEntranceId === undefined ? null : opening(filter.acsEntranceId),
            timeFilter(
              database,
              listed,
              filter.createdBefore,
              isMultiPhoneSync === undefined ? null : ['is_multi_phone_sync', Number(isMultiPhoneSync)],
              page,
            ),
          ],
          search: filter.search,
        },
        page,
      );
    },
    insert: (credential) => {
      database.run(
        `INSERT INTO acs_credentials (access_method, acs_user_id, code, card_number, card_uid, card_technology,
           card_format, record_on_card, issue_counter, has_lost_cards, needs_reissue, reissue_needed_at, starts_at, ends_at, is_multi_phone_sync,
           is_one_time_use, vendor_metadata, schedule_modified_at, schedule_externally_modified_at, unfinished_write_at, deletion_asked_at, is_issued, issued_at, acs_credential_id, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        ...values(credential),
        credential.id,
        credential.createdAt,
      );
      addEntrances(credential);
      index.settle();
    },
    update: (credential) => {
      database.run(
        `UPDATE acs_credentials SET access_method = ?, acs_user_id = ?, code = ?, card_number = ?, card_uid = ?, card_technology = ?,
           card_format = ?, record_on_card = ?, issue_counter = ?, has_lost_cards = ?, needs_reissue = ?, reissue_needed_at = ?, starts_at = ?, ends_at = ?, is_multi_phone_sync = ?,
           is_one_time_use = ?, vendor_metadata = ?, schedule_modified_at = ?, schedule_externally_modified_at = ?, unfinished_write_at = ?, deletion_asked_at = ?, is_issued = ?, issued_at = ?
         WHERE acs_credential_id = ?`,
        ...values(credential),
        credential.id,
      );
      setEntrances(credential);
      index.settle();
    },
    rename: (id, newId) => {
      database.transaction(() => {
        // Until the end of the transaction: the rows that name it come after it.
        database.run('PRAGMA defer_foreign_keys = ON');
        for (const statement of RENAMING) database.run(statement, newId, id);
        // By its id it is searched, too.
        database.run(
          `INSERT OR IGNORE INTO acs_credentials_unindexed (sequence)
           SELECT sequence FROM acs_credentials WHERE acs_credential_id = ?`,
          newId,
        );
        index.settle();
      });
    },
    delete: (id) => {
      database.run('DELETE FROM acs_credentials WHERE acs_credential_id = ?', id);
    },
  };
}
