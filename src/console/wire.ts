/** What the daemon tells, as far as the console shows it (src/api/wire has all of it), and how it is taken out of an answer. */

export interface Guest {
  readonly acs_user_id: string;
  readonly full_name: string;
  readonly email_address?: string;
  readonly phone_number?: string;
  readonly user_identity_id?: string;
  readonly is_suspended: boolean;
  readonly access_schedule?: { readonly starts_at: string; readonly ends_at: string | null };
  readonly created_at: string;
}

/** A card, a code or a key for a phone, of a guest. */
export interface GuestKey {
  readonly acs_credential_id: string;
  readonly display_name: string;
  readonly access_method: 'card' | 'code' | 'mobile_key' | 'cloud_key';
  readonly acs_user_id?: string;
  readonly card_number?: string;
  readonly code?: string;
  readonly starts_at?: string;
  readonly ends_at?: string;
  readonly is_issued: boolean;
  readonly created_at: string;
  readonly card_format?: string;
  readonly warnings: readonly { readonly warning_code: string; readonly message: string }[];
}

export interface Entrance {
  readonly acs_entrance_id: string;
  readonly display_name: string;
  /** What cards call it. */
  readonly number: number;
}

export interface AccessSystem {
  readonly acs_system_id: string;
  readonly name: string;
  readonly location: { readonly time_zone: string | null };
}

/** What lies on a card, as a scan tells it. */
export interface CardOnEncoder {
  readonly card_number: string | null;
  readonly is_issued: boolean | null;
  readonly starts_at: string | null;
  readonly ends_at: string | null;
  readonly format: string | null;
  readonly record_standing:
    | 'authentic'
    | 'altered'
    | 'copied'
    | 'other_site'
    | 'none'
    | 'incomplete'
    | 'locked'
    | 'foreign';
  readonly acs_credential_id?: string;
  readonly is_expired?: boolean;
  /** Numbers of entrances. */
  readonly entrances?: readonly number[];
}

export interface CardScan {
  readonly acs_credential_on_encoder: CardOnEncoder | null;
  readonly acs_credential_on_seam: GuestKey | null;
  readonly warnings: readonly { readonly warning_code: string; readonly warning_message: string }[];
}

export interface PresentedCard {
  readonly uid: string;
  readonly card_number: string;
  readonly technology: string;
}

export interface SyncStatus {
  readonly state: 'off' | 'connecting' | 'working' | 'offline' | 'stopped';
  readonly waiting: number;
  readonly refused: number;
}

/** A page that asks to be let in. `code` is null where this page may not see it, or did not ask for it. */
export interface WaitingPage {
  readonly pairing_id: string;
  readonly origin: string;
  readonly name: string;
  readonly scopes: readonly ('read' | 'scan' | 'encode' | 'manage' | 'admin')[];
  readonly expires_at: string;
  readonly code: string | null;
}

type Guard<Item> = (value: unknown) => value is Item;

/** The daemon is believed in what its objects hold; a thing is told by the field that only it has. */
function having<Item>(field: string): Guard<Item> {
  return (value): value is Item => typeof value === 'object' && value !== null && field in value;
}

export const isGuest = having<Guest>('full_name');
export const isGuestKey = having<GuestKey>('access_method');
export const isEntrance = having<Entrance>('acs_entrance_id');
export const isAccessSystem = having<AccessSystem>('location');
export const isCardScan = having<CardScan>('acs_credential_on_encoder');
export const isPresentedCard = having<PresentedCard>('uid');
export const isSyncStatus = having<SyncStatus>('waiting');
export const isWaitingPage = having<WaitingPage>('pairing_id');

/** The things of a list in an answer: `listOf(answer, 'acs_users', isGuest)`. Empty where there is no such list. */
export function listOf<Item>(answer: object, field: string, isItem: Guard<Item>): readonly Item[] {
  const list: unknown = Object.entries(answer).find(([name]) => name === field)?.[1];
  return Array.isArray(list) ? list.filter(isItem) : [];
}

/** One thing in an answer. Throws a plain Error where it is not there: that is another daemon than this page is made for. */
export function oneOf<Item>(answer: object, field: string, isItem: Guard<Item>): Item {
  const found: unknown = Object.entries(answer).find(([name]) => name === field)?.[1];
  if (isItem(found)) return found;
  throw new Error(`the daemon's answer has no ${field}`);
}
