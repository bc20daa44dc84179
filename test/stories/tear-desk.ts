import type { SimulatedCardOrder } from '../../src/encoder/contract.ts';
import type { CardWriteOutcome } from '../../src/model/card-write.ts';

/** Where a card is pulled away: exchanges are counted from 1 since it was put down. */
export interface TearPoint {
  readonly exchange: number;
  /** Before the command reached the card, or after it took effect and before the answer. */
  readonly moment: 'before' | 'after';
}

/** What an attempt says of a card that was pulled: nothing, for it was not known yet which card that is; or what the person is told; or how it ended. */
export type Rest = 'unseen' | 'hold_card_still' | 'put_card_back' | 'success' | 'error';

/** How an attempt ended. */
export interface Ending {
  readonly status: 'success' | 'error';
  /** Seam's type; null: it succeeded. */
  readonly type: string | null;
  readonly reason: string | null;
  /** Of a scan. */
  readonly found: Found | null;
}

/** What a scan found on a card. */
export interface Found {
  /** What the card itself says; null: it carries no record. */
  readonly onCard: { readonly credentialId: string; readonly standing: string } | null;
  /** The credential that the site has for it. */
  readonly onSite: string | null;
  readonly isInSync: boolean;
}

/** A desk with one encoder, however one comes to it. */
export interface TearDesk {
  /** A credential that waits to be issued. */
  newCredential(): Promise<string>;
  /** Makes it end a day later. */
  prolong(credentialId: string): Promise<void>;
  delete(credentialId: string): Promise<void>;
  /** Asks to write it on the next card, whatever that carries; the attempt's id. */
  encode(credentialId: string): Promise<string>;
  scan(): Promise<string>;
  /** Puts the card down; `tear` pulls it away again. */
  place(card: SimulatedCardOrder, tear?: TearPoint): Promise<void>;
  /** Takes the card away, and resolves when that is known. Nothing there is fine. */
  lift(): Promise<void>;
  /** Resolves once the pulled card has made the attempt wait, or the attempt has ended. */
  rest(attemptId: string): Promise<Rest>;
  end(attemptId: string): Promise<Ending>;
  /** Lets time pass until the attempt ends by itself. */
  giveUp(attemptId: string): Promise<Ending>;
  /** How each write of this card ended, in order; null: it is open. */
  outcomes(uid: string): Promise<readonly (CardWriteOutcome | null)[]>;
  /** How often the credential was issued or reissued. */
  issues(credentialId: string): Promise<number>;
}

/** Puts the card down, waits for the attempt's end, and takes it away. */
export async function serve(desk: TearDesk, card: SimulatedCardOrder, attemptId: string): Promise<Ending> {
  await desk.place(card);
  const ended = await desk.end(attemptId);
  await desk.lift();
  return ended;
}

/** What a scan finds of a card of this site. */
export function carries(credentialId: string, isInSync: boolean): Found {
  return { onCard: { credentialId, standing: 'authentic' }, onSite: credentialId, isInSync };
}
