import type { ClientErrorCode } from './errors.ts';
import type { Scope } from './wire.ts';

/** What a page keeps of its pairing with a desk. */
export interface KeptPairing {
  /** Of the client session. */
  readonly id: string;
  readonly token: string;
  /** SPKI, base64url. */
  readonly deskKey: string;
  /** Cannot be read out, only be used: a stolen token is of no use without it. */
  readonly key: CryptoKey;
  /** Of the same pair; SPKI, base64url. By it the desk knows which session a new one takes the place of. */
  readonly publicKey: string;
  readonly scopes: readonly Scope[];
}

/** The page and the browser around it, as far as not every program that runs JavaScript has the same. */
export interface Page {
  /** As the browser sends it in the header Origin. */
  readonly pageOrigin: string;
  readonly pageTitle: string;
  /** Whether this browser lets no https page reach programs on this computer without TLS. */
  readonly isSafari: boolean;
  /** What keeps the page from every program on this computer; null: nothing that the browser tells of. */
  problem(): Promise<PageProblem | null>;
  /** Pairings by the daemon's URL. */
  pairingAt(url: string): Promise<KeptPairing | undefined>;
  /** Undefined drops it. */
  keepPairing(url: string, pairing: KeptPairing | undefined): Promise<unknown>;
  /** Ids of attempts that this tab began and has not seen the end of; they survive a reload. */
  attempts(url: string): readonly string[];
  keepAttempts(url: string, ids: readonly string[]): void;
  /** Runs the work of one tab at a time. */
  exclusively<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Calls the listener when the page is shown or hidden, until the signal is aborted. */
  onWake(listener: () => void, signal: AbortSignal): void;
  /** Asks the person for a text; null: nothing was typed. */
  ask(question: string): string | null;
}

/** The browser has asked, or will ask as soon as the page tries. */
export const PROMPT = 'permission_prompt_pending';

export type PageProblem = Extract<
  ClientErrorCode,
  'page_not_secure' | 'iframe_needs_permission' | 'permission_denied' | typeof PROMPT
>;
