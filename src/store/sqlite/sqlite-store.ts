import type { SiteIdentity, Store } from '../store.ts';
import { answerTable, apiKeyTable, originTable } from './access.ts';
import { accessGroupTable } from './access-groups.ts';
import { attemptTable } from './attempts.ts';
import { auditTable } from './audit-log.ts';
import { backendTable, heldItemTable, sharedResourceTable } from './backend.ts';
import { cardWriteTable } from './card-writes.ts';
import { changeTable } from './changes.ts';
import { clientSessionTable } from './client-sessions.ts';
import { credentialTable } from './credentials.ts';
import { type Database, type DatabaseOptions, openDatabase } from './database.ts';
import { encoderStrainTable } from './encoder-strain.ts';
import { encoderTable } from './encoders.ts';
import { entranceTable } from './entrances.ts';
import { eventTable } from './events.ts';
import { feedTable } from './feed.ts';
import { outboxTable } from './outbox.ts';
import { pagePairingTable } from './page-pairings.ts';
import { pairedDeskTable, pairingRequestTable } from './paired-desks.ts';
import { userIdentityTable } from './user-identities.ts';
import { userTable } from './users.ts';
import { deliveryTable, webhookTable } from './webhooks.ts';

interface SiteRow {
  readonly desk_id: string;
  readonly workspace_id: string;
  readonly acs_system_id: string;
  readonly connected_account_id: string;
  readonly created_at: number;
}

/** Opens the store in one SQLite file, made if it is missing. */
export function openSqliteStore(path: string, options: DatabaseOptions = {}): Store {
  return sqliteStore(openDatabase(path, options));
}

/** The store in an open database, which it closes. */
export function sqliteStore(database: Database): Store {
  let accessWrites = 0;
  const accessDatabase: Database = {
    ...database,
    run: (sql, ...values) => {
      accessWrites += 1;
      return database.run(sql, ...values);
    },
  };
  const foreignWrites = () =>
    database.get<{ readonly data_version: number }>('PRAGMA data_version')?.data_version ?? 0;
  return {
    transaction: database.transaction,
    site: {
      read: (): SiteIdentity | null => {
        const row = database.get<SiteRow>('SELECT * FROM site');
        if (row === undefined) return null;
        return {
          deskId: row.desk_id,
          workspaceId: row.workspace_id,
          acsSystemId: row.acs_system_id,
          connectedAccountId: row.connected_account_id,
          createdAt: row.created_at,
        };
      },
      write: (identity) => {
        database.run(
          'INSERT OR REPLACE INTO site (only_row, desk_id, workspace_id, acs_system_id, connected_account_id, created_at) VALUES (1, ?, ?, ?, ?, ?)',
          identity.deskId,
          identity.workspaceId,
          identity.acsSystemId,
          identity.connectedAccountId,
          identity.createdAt,
        );
      },
    },
    encoders: encoderTable(database),
    encoderStrain: encoderStrainTable(database),
    attempts: attemptTable(database),
    users: userTable(database),
    userIdentities: userIdentityTable(database),
    credentials: credentialTable(database),
    entrances: entranceTable(database),
    accessGroups: accessGroupTable(database),
    cardWrites: cardWriteTable(database),
    events: eventTable(database),
    changes: changeTable(database),
    outbox: outboxTable(database),
    backend: backendTable(database),
    sharedResources: sharedResourceTable(database),
    heldItems: heldItemTable(database),
    pairedDesks: pairedDeskTable(database),
    pairingRequests: pairingRequestTable(database),
    feed: feedTable(database),
    apiKeys: apiKeyTable(accessDatabase),
    clientSessions: clientSessionTable(accessDatabase),
    pagePairings: pagePairingTable(database),
    webhooks: webhookTable(database),
    deliveries: deliveryTable(database),
    origins: originTable(accessDatabase),
    answers: answerTable(database),
    auditLog: auditTable(database),
    foreignWrites,
    accessVersion: () => accessWrites + foreignWrites(),
    [Symbol.dispose]: () => database.close(),
  };
}
