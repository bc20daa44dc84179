import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign, verify } from 'node:crypto';
import { z } from 'zod';
import { type ProofTerms, proofText } from '../../model/page-proof.ts';
import { LiveWire } from './live-wire.ts';
import { bearer, type Target } from './target.ts';
import type { Answer, Headers } from './wire.ts';

const requested = z.object({ pairing: z.looseObject({ pairing_id: z.string() }) });
const listed = z.object({
  pairings: z.array(z.looseObject({ pairing_id: z.string(), code: z.string().nullable() })),
});
const confirmed = z.object({
  client_session: z.looseObject({ client_session_id: z.string() }),
  token: z.string(),
  desk_public_key: z.string(),
});

/** What a page has once it is paired. */
export interface Paired {
  readonly sessionId: string;
  readonly token: string;
  readonly deskKey: KeyObject;
}

/** What was said on the way to a socket, for somebody who has listened. */
export interface Introduction {
  readonly terms: Omit<ProofTerms, 'signer'>;
  readonly deskSignature: string;
}

/** A made-up web page with a key pair, which pairs as a browser's does. */
export class Page {
  readonly origin: string;
  readonly #target: Target;
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });

  constructor(target: Target) {
    this.#target = target;
    this.origin = `https://page-${randomBytes(6).toString('hex')}.invalid`;
  }

  /** SPKI as base64url. */
  get publicKey(): string {
    return this.#keys.publicKey.export({ type: 'spki', format: 'der' }).toString('base64url');
  }

  /** A request as this page's, with JSON. */
  async post(path: string, body: object, headers: Headers = {}): Promise<Answer | undefined> {
    const { answers } = await this.#target.send({
      ...{ method: 'POST', target: path, body: JSON.stringify(body) },
      headers: { 'content-type': 'application/json', origin: this.origin, ...headers },
    });
    return answers[0];
  }

  /** Asks to be paired. */
  request(headers: Headers = {}, scopes: readonly string[] = ['read']): Promise<Answer | undefined> {
    const order = { scopes, public_key: this.publicKey, name: 'encoderctl audit' };
    return this.post('/v1/pairing/request', order, headers);
  }

  /** Asks, and reads the code at the desk; else why there is none. */
  async ask(): Promise<
    { readonly id: string; readonly code: string; readonly answer: string } | { readonly why: string }
  > {
    const answer = await this.request();
    const id = pairingIdIn(answer);
    if (answer?.status !== 200 || id === undefined) {
      return { why: `Asking to be paired got ${answer?.status ?? 'no answer'} (/v1/pairing/request).` };
    }
    const code = (await codes(this.#target)).get(id);
    return code === undefined
      ? { why: 'The code of a page that waits is not listed (/v1/pairing/list).' }
      : { id, code, answer: answer.body };
  }

  confirm(id: string, code: string, headers: Headers = {}): Promise<Answer | undefined> {
    return this.post('/v1/pairing/confirm', { pairing_id: id, code }, headers);
  }

  sign(terms: ProofTerms): string {
    const key = { key: this.#keys.privateKey, dsaEncoding: 'ieee-p1363' } as const;
    return sign('sha256', Buffer.from(proofText(terms)), key).toString('base64url');
  }

  /** A socket on which the desk has proved itself; null where it does not. Close it (`using`). */
  async meet(
    { sessionId }: Pick<Paired, 'sessionId'>,
    { origin = this.origin, host = this.#target.host, pageNonce = newNonce() } = {},
  ): Promise<{ readonly wire: LiveWire; readonly said: Introduction } | null> {
    const wire = await LiveWire.open(this.#target.address, { host, origin });
    wire.send({ type: 'prove', client_session_id: sessionId, nonce: pageNonce });
    const heard = await wire.next();
    const proof = heard?.type === 'message' && heard.value['type'] === 'proof' ? heard.value : null;
    if (proof === null) {
      wire[Symbol.dispose]();
      return null;
    }
    const terms = {
      ...{ clientSessionId: sessionId, pageNonce, deskNonce: String(proof['nonce']) },
      ...{ origin, address: host },
    };
    return { wire, said: { terms, deskSignature: String(proof['signature']) } };
  }
}

export const newNonce = () => randomBytes(32).toString('base64url');

/** Whether the desk has signed these terms. */
export function isDesk({ terms, deskSignature }: Introduction, key: KeyObject): boolean {
  const text = Buffer.from(proofText({ ...terms, signer: 'desk' }));
  return verify('sha256', text, { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(deskSignature, 'base64url'));
}

/** Codes by the ids of the requests that wait, as a person reads them at the desk. */
async function codes(target: Target): Promise<ReadonlyMap<string, string>> {
  const { answers } = await target.send({
    ...{ method: 'POST', target: '/v1/pairing/list', body: '{}' },
    headers: { ...bearer(target.key), 'content-type': 'application/json' },
  });
  const known = listed.safeParse(json(answers[0]));
  const pairings = known.success ? known.data.pairings : [];
  return new Map(
    pairings.flatMap(({ pairing_id, code }) => (code === null ? [] : [[pairing_id, code] as const])),
  );
}

/** Takes back what this page was given, and what it still asks for. */
export async function takeBack(
  target: Target,
  what: { sessionId?: string; pairingId?: string },
): Promise<void> {
  const { sessionId, pairingId } = what;
  const headers = { ...bearer(target.key), 'content-type': 'application/json' };
  const send = (path: string, body: object) =>
    target.send({ method: 'POST', target: path, body: JSON.stringify(body), headers });
  if (sessionId !== undefined) await send('/client_sessions/delete', { client_session_id: sessionId });
  if (pairingId !== undefined) await send('/v1/pairing/refuse', { pairing_id: pairingId });
}

/** What the page was given; null: nothing. */
export function pairedIn(answer: Answer | undefined): Paired | null {
  const given = confirmed.safeParse(json(answer));
  if (!given.success) return null;
  const { client_session, token, desk_public_key } = given.data;
  const der = Buffer.from(desk_public_key, 'base64url');
  return {
    ...{ sessionId: client_session.client_session_id, token },
    deskKey: createPublicKey({ key: der, format: 'der', type: 'spki' }),
  };
}

/** The id of the request that an answer tells of, if it does. */
export function pairingIdIn(answer: Answer | undefined): string | undefined {
  const asked = requested.safeParse(json(answer));
  return asked.success ? asked.data.pairing.pairing_id : undefined;
}

function json(answer: Answer | undefined): unknown {
  try {
    return JSON.parse(answer?.body ?? '');
  } catch {
    return null;
  }
}
