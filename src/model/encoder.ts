import type { CardTechnology } from './card.ts';

/** An encoder that this desk has seen, whether or not it is attached now. Times are milliseconds since 1970. */
export interface Encoder {
  /** Made from the driver and the device's own id: the same after replugging and after a reboot. */
  readonly id: string;
  readonly driver: string;
  readonly name: string;
  readonly technologies: readonly CardTechnology[];
  readonly isVirtual: boolean;
  readonly isOnline: boolean;
  /** Whether an attempt is live on it. */
  readonly isBusy: boolean;
  readonly createdAt: number;
  /** When somebody reported that it is gone for good; null: nobody did. */
  readonly removedAt: number | null;
}

/** The card that completed the last attempt and, as far as the desk knows, has not left the field since. */
export interface ServedCard {
  readonly uid: string;
  /** The user whom it served; null: a credential that belongs to nobody. */
  readonly acsUserId: string | null;
  /** The credential that it served. */
  readonly acsCredentialId: string;
}
