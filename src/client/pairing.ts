import { diagnose } from './diagnosis.ts';
import { DeskError, wrongPort } from './errors.ts';
import { makeKeyPair } from './keys.ts';
import type { KeptPairing, Page } from './page.ts';
import { answered, type Frame, frameIn, type Pairing, refusalIn, type Scope } from './wire.ts';

/** Resolves with the code that the desk shows, or null to give up. `wasWrong`: the one before was wrong, or no six digits. */
export type AskForCode = (pairing: Pairing, wasWrong: boolean) => Promise<string | null> | string | null;

/** What a page asks for. */
export interface PairingOrder {
  readonly scopes: readonly Scope[];
  /** What the page is called at the desk. */
  readonly name?: string | undefined;
}

/** How often the person is asked at most. */
const MOST_QUESTIONS = 20;

/**
 * Asks the desk to let this page in, and keeps what it answers. With the key of the pairing before, which the desk
 * then ends. Rejects as `connect` does.
 */
export async function pair(
  page: Page,
  url: string,
  order: PairingOrder,
  askForCode: AskForCode,
  before: KeptPairing | undefined,
): Promise<KeptPairing> {
  const { key, publicKey } = before?.publicKey ? before : await makeKeyPair();
  const asked = await knock(page, `${url}/v1/pairing/request`, { ...order, public_key: publicKey });
  let pairing = answered<Pairing>(asked['pairing'], 'pairing_id');
  for (let questions = 0; questions < MOST_QUESTIONS; questions += 1) {
    const { pairing_id, expires_at } = pairing;
    const typed = await askForCode(pairing, questions > 0);
    if (!typed) break;
    const code = typed.replace(/[\s-]/g, '');
    if (!/^\d{6}$/.test(code)) continue;
    try {
      const answer = await knock(page, `${url}/v1/pairing/confirm`, { pairing_id, code });
      const { client_session, token, desk_public_key } = answered<Confirmed>(answer, 'desk_public_key');
      const id = client_session.client_session_id;
      const kept: KeptPairing = { id, token, deskKey: desk_public_key, key, publicKey, scopes: order.scopes };
      await page.keepPairing(url, kept);
      return kept;
    } catch (error) {
      if (!(error instanceof DeskError)) throw error;
      const { code, detail, data } = error;
      const triesLeft = data['tries_left'];
      if (triesLeft) {
        pairing = { ...pairing, tries_left: Number(triesLeft) };
        continue;
      }
      if (!/^pairing_(code_wrong|not_found)$/.test(code)) throw error;
      // What is gone before its time was refused at the desk, or took too many wrong codes.
      const isEarly = Date.parse(expires_at) > Date.now();
      throw new DeskError(isEarly ? 'pairing_refused' : 'pairing_expired', detail, data);
    }
  }
  throw new DeskError('pairing_refused');
}

/** What the daemon answers to the right code. */
interface Confirmed {
  readonly client_session: { readonly client_session_id: string };
  readonly token: string;
  readonly desk_public_key: string;
}

/** One question at a door that is open to pages of every origin. */
async function knock(page: Page, door: string, body: object): Promise<Frame> {
  let answer: Frame;
  try {
    const response = await fetch(door, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    answer = frameIn(await response.text());
  } catch {
    throw await diagnose(page, new URL(door).origin);
  }
  if (answer['ok']) return answer;
  if ('error' in answer) throw refusalIn(answer);
  throw wrongPort(door);
}
