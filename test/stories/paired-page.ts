import { z } from 'zod';
import { clientSession } from '../../src/api/wire/client-session.ts';
import { pagePairing } from '../../src/api/wire/page-pairing.ts';
import { SCOPES, type Scope } from '../../src/model/api-key.ts';
import { type ProofTerms, proofText } from '../../src/model/page-proof.ts';
import { showCode } from '../../src/site/page-pairings.ts';
import type { Desk } from './desk.ts';
import { LiveClient } from './live-client.ts';
import { type RawAnswer, RawClient } from './raw-client.ts';

const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

const requested = z.object({ pairing: pagePairing });

/** What a page gets when it is paired. */
const pairedAnswer = z.object({
  client_session: clientSession,
  token: z.string(),
  desk_public_key: z.string(),
});
export type PairedAnswer = z.output<typeof pairedAnswer>;

export const base64url = (bytes: ArrayBuffer | Uint8Array): string =>
  Buffer.from(bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes).toString('base64url');

/** A nonce as a page draws it. */
export const drawNonce = (): string => base64url(crypto.getRandomValues(new Uint8Array(32)));

/** As Node.js and browsers both call it. */
interface Keys {
  readonly privateKey: Parameters<typeof crypto.subtle.sign>[1];
}

/** A web page that pairs as a browser does: a key that WebCrypto does not give out, and an Origin in every request. */
export class PairedPage {
  readonly origin: string;
  readonly desk: Desk;
  readonly #keys: Keys;
  readonly publicKey: string;

  private constructor(desk: Desk, origin: string, keys: Keys, publicKey: string) {
    this.desk = desk;
    this.origin = origin;
    this.#keys = keys;
    this.publicKey = publicKey;
  }

  static async open(desk: Desk, origin: string): Promise<PairedPage> {
    const keys = await crypto.subtle.generateKey(ECDSA, false, ['sign', 'verify']);
    return new PairedPage(
      desk,
      origin,
      keys,
      base64url(await crypto.subtle.exportKey('spki', keys.publicKey)),
    );
  }

  post(path: string, body: object, headers: Record<string, string | undefined> = {}): Promise<RawAnswer> {
    return new RawClient(this.desk.url, undefined).post(path, body, { origin: this.origin, ...headers });
  }

  /** Asks to be paired, and resolves with what the page is told. */
  async request(scopes: readonly Scope[] = ['read'], name?: string): Promise<z.output<typeof pagePairing>> {
    const order = { scopes, public_key: this.publicKey, ...(name === undefined ? {} : { name }) };
    const { status, body } = await this.post('/v1/pairing/request', order);
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
    return requested.parse(body).pairing;
  }

  confirm(pairingId: string, code: string): Promise<RawAnswer> {
    return this.post('/v1/pairing/confirm', { pairing_id: pairingId, code });
  }

  /** The code, as a person reads it at the desk. */
  code(pairingId: string): string {
    return this.desk.inStore((store) => {
      const pairing = store.pagePairings.get(pairingId);
      return pairing === null ? '' : (showCode(store, pairing, SCOPES) ?? '');
    });
  }

  /** Asks, reads the code, and types it. */
  async pair(scopes?: readonly Scope[], name?: string): Promise<PairedAnswer> {
    const pairing = await this.request(scopes, name);
    const { status, body } = await this.confirm(pairing.pairing_id, this.code(pairing.pairing_id));
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
    return pairedAnswer.parse(body);
  }

  async sign(terms: ProofTerms): Promise<string> {
    const text = new TextEncoder().encode(proofText(terms));
    return base64url(await crypto.subtle.sign(ECDSA, this.#keys.privateKey, text));
  }

  /** A socket of this page that has said nothing yet. */
  connect(address = this.address): Promise<LiveClient> {
    return LiveClient.connect(this.desk.url, { headers: { origin: this.origin, host: address } });
  }

  /** Host and port of the desk, as the page names it. */
  get address(): string {
    return new URL(this.desk.url).host;
  }

  /** A socket, and what both sides sign on it. */
  async prove(paired: PairedAnswer): Promise<{ live: LiveClient; terms: Omit<ProofTerms, 'signer'> }> {
    const live = await this.connect();
    const clientSessionId = paired.client_session.client_session_id;
    const pageNonce = drawNonce();
    live.send({ type: 'prove', client_session_id: clientSessionId, nonce: pageNonce });
    const { nonce: deskNonce, signature } = await live.next('proof', () => true);
    const { origin, address } = this;
    const terms = { clientSessionId, pageNonce, deskNonce, origin, address };
    const text = proofText({ ...terms, signer: 'desk' });
    const deskKey = await crypto.subtle.importKey(
      'spki',
      Buffer.from(paired.desk_public_key, 'base64url'),
      ECDSA,
      false,
      ['verify'],
    );
    const isDesk = await crypto.subtle.verify(
      ECDSA,
      deskKey,
      Buffer.from(signature, 'base64url'),
      new TextEncoder().encode(text),
    );
    if (!isDesk) throw new Error('This is not the desk that was paired.');
    return { live, terms };
  }

  /** A socket that is this page's, for all that the desk knows. */
  async live(paired: PairedAnswer): Promise<LiveClient> {
    const { live, terms } = await this.prove(paired);
    const signature = await this.sign({ ...terms, signer: 'page' });
    live.send({ type: 'authenticate', token: paired.token, signature });
    await live.next('authenticated', () => true);
    return live;
  }
}
