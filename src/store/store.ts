import type {
  AnswerTable,
  ApiKeyTable,
  ClientSessionTable,
  OriginTable,
  PagePairingTable,
} from './access-tables.ts';
import type { AuditTable } from './audit-table.ts';
import type { AttemptTable, CardWriteTable, EncoderStrainTable, EncoderTable } from './desk-tables.ts';
import type {
  AccessGroupTable,
  CredentialTable,
  EntranceTable,
  UserIdentityTable,
  UserTable,
} from './people-tables.ts';
import type { ChangeTable, DeliveryTable, EventTable, WebhookTable } from './record-tables.ts';
import type {
  BackendTable,
  FeedTable,
  HeldItemTable,
  OutboxTable,
  PairedDeskTable,
  PairingRequestTable,
  SharedResourceTable,
} from './sync-tables.ts';

/**
 * What must outlive the process. A call outside a transaction is one of its own; what it wrote is on the disk when it
 * returns. A failure of the disk is thrown as it is: nobody goes on as if it had been written.
 */
export interface Store extends Disposable {
  /** All of `work`'s writes or none of them. May be nested: an inner one that throws undoes only its own. */
  transaction<T>(work: () => T): T;
  readonly site: SiteTable;
  readonly encoders: EncoderTable;
  readonly encoderStrain: EncoderStrainTable;
  readonly attempts: AttemptTable;
  readonly users: UserTable;
  readonly userIdentities: UserIdentityTable;
  readonly credentials: CredentialTable;
  readonly entrances: EntranceTable;
  readonly accessGroups: AccessGroupTable;
  readonly cardWrites: CardWriteTable;
  readonly events: EventTable;
  readonly changes: ChangeTable;
  readonly outbox: OutboxTable;
  readonly backend: BackendTable;
  readonly sharedResources: SharedResourceTable;
  readonly heldItems: HeldItemTable;
  readonly pairedDesks: PairedDeskTable;
  readonly pairingRequests: PairingRequestTable;
  readonly feed: FeedTable;
  readonly apiKeys: ApiKeyTable;
  readonly clientSessions: ClientSessionTable;
  readonly pagePairings: PagePairingTable;
  readonly webhooks: WebhookTable;
  readonly deliveries: DeliveryTable;
  readonly origins: OriginTable;
  readonly answers: AnswerTable;
  readonly auditLog: AuditTable;
  /** A number that differs after another process has written here. Cheap enough to ask twice a second. */
  foreignWrites(): number;
  /** A number that differs after anything was written about who may come in (keys, sessions, origins), and after another process has written here. */
  accessVersion(): number;
}

/** Who this desk is, made once. */
export interface SiteIdentity {
  /** Of this desk alone, and never another, whichever system it belongs to. */
  readonly deskId: string;
  readonly workspaceId: string;
  readonly acsSystemId: string;
  readonly connectedAccountId: string;
  readonly createdAt: number;
}

export interface SiteTable {
  read(): SiteIdentity | null;
  /** In place of the one before, if there is one. */
  write(identity: SiteIdentity): void;
}
