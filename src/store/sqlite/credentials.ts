import type { CardTechnology } from '../../model/card.ts';
import type { CardFormat } from '../../model/card-format.ts';
import type { AccessMethod, Credential, VendorMetadata } from '../../model/credential.ts';
import type { CredentialTable } from '../people-tables.ts';
import type { Database } from './database.ts';
import { Conditions, readPage } from './query.ts';

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
  /** A JSON list of ids. */
  readonly entrance_ids: string;
  readonly issue_counter: number;
  readonly has_lost_cards: number;
  readonly needs_reissue: number;
  readonly starts_at: number | null;
  readonly ends_at: number | null;
  readonly is_multi_phone_sync: number;
  readonly is_one_time_use: number;
  readonly vendor_metadata: string;
  readonly schedule_modified_at: number | null;
  readonly schedule_externally_modified_at: number | null;
  readonly deletion_asked_at: number | null;
  readonly is_issued: number;
  readonly issued_at: number | null;
  readonly created_at: number;
}

const SELECT = `SELECT acs_credentials.*, holder.user_identity_id,
    (SELECT json_group_array(acs_entrance_id) FROM acs_credential_entrances AS opened
      WHERE opened.acs_credential_id = acs_credentials.acs_credential_id) AS entrance_ids
  FROM acs_credentials LEFT JOIN acs_users AS holder USING (acs_user_id)`;

/** Whether a credential opens the entrance that is the parameter: the other way round in src/store/sqlite/entrances.ts. */
const OPENS = `? IN (
  SELECT acs_entrance_id FROM acs_credential_entrances AS own
    WHERE own.acs_credential_id = acs_credentials.acs_credential_id AND coalesce(holder.is_suspended, 0) = 0
  UNION ALL
  SELECT acs_entrance_id FROM acs_user_grants AS granted
    WHERE granted.acs_user_id = acs_credentials.acs_user_id AND holder.is_suspended = 0)`;

/** As credentialDisplayName in src/model/credential.ts makes it. */
const DISPLAY_NAME = `CASE access_method
  WHEN 'card' THEN 'Card' || coalesce(' ' || substr(coalesce(card_number, code), 1, 3) || '***', '')
  WHEN 'mobile_key' THEN iif(is_multi_phone_sync, 'Multi Phone Sync Credential', 'Mobile Key')
  WHEN 'cloud_key' THEN 'Cloud Key'
  ELSE 'Code ' || substr(code, 1, 2) || substr('********', 1, max(0, length(code) - 2)) END`;

const toVendorMetadata = (text: string): VendorMetadata => JSON.parse(text);

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
  entranceIds: JSON.parse(row.entrance_ids),
  issueCounter: row.issue_counter,
  hasLostCards: row.has_lost_cards === 1,
  needsReissue: row.needs_reissue === 1,
  startsAt: row.starts_at,
  endsAt: row.ends_at,
  isMultiPhoneSync: row.is_multi_phone_sync === 1,
  isOneTimeUse: row.is_one_time_use === 1,
  vendorMetadata: toVendorMetadata(row.vendor_metadata),
  scheduleModifiedAt: row.schedule_modified_at,
  scheduleExternallyModifiedAt: row.schedule_externally_modified_at,
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
    credential.issueCounter,
    credential.hasLostCards ? 1 : 0,
    credential.needsReissue ? 1 : 0,
    credential.startsAt,
    credential.endsAt,
    credential.isMultiPhoneSync ? 1 : 0,
    credential.isOneTimeUse ? 1 : 0,
    JSON.stringify(credential.vendorMetadata),
    credential.scheduleModifiedAt,
    credential.scheduleExternallyModifiedAt,
    credential.deletionAskedAt,
    credential.isIssued ? 1 : 0,
    credential.issuedAt,
  ] as const;

/** The table acs_credentials. */
export function credentialTable(database: Database): CredentialTable {
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
    list: (filter, page) =>
      readPage<CredentialRow, Credential>(
        database,
        SELECT,
        'acs_credentials',
        new Conditions()
          .when(filter.acsUserId, 'acs_credentials.acs_user_id = ?')
          .when(filter.userIdentityId, 'holder.user_identity_id = ?')
          .when(filter.acsEntranceId, OPENS)
          .when(
            filter.isMultiPhoneSync === undefined ? undefined : Number(filter.isMultiPhoneSync),
            'is_multi_phone_sync = ?',
          )
          .when(filter.createdBefore, 'acs_credentials.created_at < ?')
          .whenContains(filter.search, [
            DISPLAY_NAME,
            'code',
            'card_number',
            'acs_credential_id',
            'acs_credentials.acs_user_id',
          ]),
        page,
        toCredential,
      ),
    insert: (credential) => {
      database.run(
        `INSERT INTO acs_credentials (access_method, acs_user_id, code, card_number, card_uid, card_technology,
           card_format, issue_counter, has_lost_cards, needs_reissue, starts_at, ends_at, is_multi_phone_sync,
           is_one_time_use, vendor_metadata, schedule_modified_at, schedule_externally_modified_at, deletion_asked_at, is_issued, issued_at, acs_credential_id, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        ...values(credential),
        credential.id,
        credential.createdAt,
      );
      addEntrances(credential);
    },
    update: (credential) => {
      database.run(
        `UPDATE acs_credentials SET access_method = ?, acs_user_id = ?, code = ?, card_number = ?, card_uid = ?, card_technology = ?,
           card_format = ?, issue_counter = ?, has_lost_cards = ?, needs_reissue = ?, starts_at = ?, ends_at = ?, is_multi_phone_sync = ?,
           is_one_time_use = ?, vendor_metadata = ?, schedule_modified_at = ?, schedule_externally_modified_at = ?, deletion_asked_at = ?, is_issued = ?, issued_at = ?
         WHERE acs_credential_id = ?`,
        ...values(credential),
        credential.id,
      );
      setEntrances(credential);
    },
    delete: (id) => {
      database.run('DELETE FROM acs_credentials WHERE acs_credential_id = ?', id);
    },
  };
}
