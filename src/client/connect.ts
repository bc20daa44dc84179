import type { DeskState } from './connection.ts';
import { type Desk, openDesk } from './desk.ts';
import { checkPage } from './diagnosis.ts';
import { DeskError, orAborted } from './errors.ts';
import type { Admission } from './line.ts';
import type { Page } from './page.ts';
import { type AskForCode, pair } from './pairing.ts';
import type { Scope } from './wire.ts';

export type ConnectState = DeskState | 'connecting' | 'waiting_for_permission' | 'pairing';

export interface ConnectOptions {
  /** Where the daemon is: `http://127.0.0.1:3375`, or its address with TLS. */
  readonly url?: string | undefined;
  /** Of a client session that your server made, in place of a pairing. */
  readonly token?: string | undefined;
  /** What the page wants to do, when it is paired; read, scan and encode unless told otherwise. */
  readonly scopes?: readonly Scope[] | undefined;
  /** What the page is called at the desk, up to 100 characters; its title, as far as it fits, unless told otherwise. */
  readonly name?: string | undefined;
  /**
   * Asks the person for the code that the desk shows; null: given up. Called again after a code that was wrong, or no
   * six digits (`wasWrong`); `pairing.tries_left` says how many more the desk takes. Unless told otherwise the browser
   * asks (`window.prompt`); `null` pairs no page: without a pairing `page_not_paired` is thrown.
   */
  readonly askForCode?: AskForCode | null | undefined;
  /** Makes a new pairing in place of the one that this page has, which the desk then ends. */
  readonly pairAgain?: boolean | undefined;
  readonly onState?: ((state: ConnectState) => void) | undefined;
  /** Ends the attempt to connect. */
  readonly signal?: AbortSignal | undefined;
}

/** Connects a page with its desk; the page is paired first where it has to be. Rejects with a DeskError that says what is in the way. */
export function connectFrom(page: Page, defaultUrl: string, options: ConnectOptions): Promise<Desk> {
  const { onState, signal } = options;
  const url = new URL(options.url ?? defaultUrl).origin;
  const connected = async () => {
    onState?.('connecting');
    await checkPage(page, url, () => onState?.('waiting_for_permission'));
    const admission = await admissionOf(page, url, options);
    const desk = await openDesk(page, url, admission, onState);
    // Nobody waits for it any more.
    if (signal?.aborted) desk.close();
    return desk;
  };
  return orAborted(connected(), signal);
}

async function admissionOf(page: Page, url: string, options: ConnectOptions): Promise<Admission> {
  const {
    token,
    askForCode,
    onState,
    scopes = ['read', 'scan', 'encode'],
    name = nameIn(page.pageTitle),
  } = options;
  if (token) return { token };
  const before = await page.pairingAt(url);
  if (before && !options.pairAgain) return before;
  // Of two tabs one pairs, and the other finds what it got.
  return page.exclusively(url, async () => {
    const now = await page.pairingAt(url);
    if (now && now.token !== before?.token) return now;
    if (askForCode === null) throw new DeskError('page_not_paired');
    onState?.('pairing');
    const ask: AskForCode = (pairing, wasWrong) =>
      page.ask(`${wasWrong ? 'That was wrong. ' : ''}${QUESTION} Tries left: ${pairing.tries_left}.`);
    return pair(page, url, { scopes, name }, askForCode ?? ask, now);
  });
}

const QUESTION = 'Type the six digits that the desk shows (encoderctl pairing list).';

/** What the daemon takes of a title: 1 to 100 characters that can be seen. Undefined: nothing. */
const nameIn = (title: string): string | undefined =>
  title
    .slice(0, 100)
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '')
    .trim() || undefined;
