import { diagnose } from './diagnosis.ts';
import { DeskError } from './errors.ts';
import { makeKeyPair } from './keys.ts';
import type { KeptPairing, Page } from './page.ts';
import { answered, type Frame, frameIn, type Pairing, refusalIn, type Scope } from './wire.ts';

/** What a page asks for, and how the person is asked for the code. */
export interface PairingOrder {
  readonly scopes: readonly Scope[];
  /** What the page is called at the desk. */
  readonly name: string;
  /** Resolves with the code that the desk shows, or null to give up. Called again after a wrong code. */
  readonly askForCode: (pairing: Pairing) => Promise<string | null> | string | null;
}

/** Asks the desk to let this page in, and keeps what it answers. Rejects as `connect` does. */
export async function pair(page: Page, url: string, order: PairingOrder): Promise<KeptPairing> {
  const { scopes, name, askForCode } = order;
  const { key, publicKey } = await makeKeyPair();
  const asked = await knock(page, `${url}/v1/pairing/request`, {
    scopes,
    public_key: publicKey,
    name,
  });
  let pairing = answered<Pairing>(asked['pairing'], 'pairing_id');
  for (;;) {
    const { pairing_id, expires_at } = pairing;
    const code = await askForCode(pairing);
    if (!code) throw new DeskError('pairing_refused');
    try {
      const answer = await knock(page, `${url}/v1/pairing/confirm`, { pairing_id, code });
      const { client_session, token, desk_public_key } = answered<Confirmed>(answer, 'desk_public_key');
      const id = client_session.client_session_id;
      const kept: KeptPairing = { id, token, deskKey: desk_public_key, key, scopes };
      await page.keepPairing(url, kept);
      return kept;
    } catch (error) {
      if (!(error instanceof DeskError)) throw error;
      const { code, detail, data } = error;
      // These are no six digits.
      if (code === 'invalid_input') continue;
      const triesLeft = Number(data['tries_left'] ?? 0);
      if (triesLeft > 0) {
        pairing = { ...pairing, tries_left: triesLeft };
        continue;
      }
      if (!/^pairing_(code_wrong|not_found)$/.test(code)) throw error;
      // What is gone before its time was refused at the desk, or took too many wrong codes.
      const isEarly = Date.parse(expires_at) > Date.now();
      throw new DeskError(isEarly ? 'pairing_refused' : 'pairing_expired', detail, data);
    }
  }
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
  throw new DeskError('wrong_port', door);
}
