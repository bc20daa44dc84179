import { randomBytes } from 'node:crypto';
import type { Caller } from '../model/caller.ts';
import type { ClientSession } from '../model/client-session.ts';
import { type ProofTerms, proofText } from '../model/page-proof.ts';
import { notePageUsed } from '../site/client-sessions.ts';
import { isSignedBy, signWith } from '../site/page-keys.ts';
import type { Site } from '../site/site.ts';
import { ApiError } from './errors.ts';
import type { Gate } from './gate.ts';
import type { Frame } from './live-frames.ts';

/** From where a socket was opened. */
export interface SocketOrigin {
  /** Of the web page; null: no page opened it. */
  readonly origin: string | null;
  /** Host and port at which it asked for the daemon: `127.0.0.1:3375`. */
  readonly address: string;
}

/** What both sides know once the desk has signed. */
interface Proof {
  readonly session: ClientSession;
  readonly terms: Omit<ProofTerms, 'signer'>;
}

/**
 * How a socket gets to know who holds it, and who it is to know later. An app says its token. A paired page first asks the desk to
 * sign a nonce, so that it tells its token to nobody else, and then signs the desk's, so that the token is good for nobody else.
 */
export class LiveHandshake {
  readonly #gate: Gate;
  readonly #site: Site;
  readonly #from: SocketOrigin;
  #proof: Proof | null = null;
  #token = '';
  #provenSessionId: string | undefined;

  constructor(gate: Gate, site: Site, from: SocketOrigin) {
    this.#gate = gate;
    this.#site = site;
    this.#from = from;
  }

  /** Signs for the desk. Throws as Gate.pageSession does, and `invalid_input` for the second time. */
  prove(frame: Frame & { type: 'prove' }): object {
    if (this.#proof !== null) {
      throw new ApiError('invalid_input', 'The desk has proved itself on this socket. Open another one.');
    }
    const { origin, address } = this.#from;
    const session = this.#gate.pageSession(frame.client_session_id, origin);
    const deskKey = this.#site.store.clientSessions.deskKey(session.id);
    if (origin === null || deskKey === null) throw new Error(`The session ${session.id} has no key.`);
    const deskNonce = randomBytes(32).toString('base64url');
    const terms = { clientSessionId: session.id, pageNonce: frame.nonce, deskNonce, origin, address };
    this.#proof = { session, terms };
    return {
      type: 'proof',
      nonce: deskNonce,
      signature: signWith(deskKey, proofText({ ...terms, signer: 'desk' })),
    };
  }

  /** Who holds the socket. Throws as Gate.identify does. */
  authenticate({ token, signature }: Frame & { type: 'authenticate' }): Caller {
    if (this.#proof !== null) this.#provenSessionId = provenSession(this.#proof, signature);
    const client = this.#gate.identify(token, this.#from.origin, this.#provenSessionId);
    if (this.#proof !== null && client.id !== this.#provenSessionId) {
      throw new ApiError('proof_required', 'The token is not that of the session which was proved.');
    }
    this.#token = token;
    this.noteUsed();
    return client;
  }

  /** Who holds the socket by now. Throws as Gate.identify does when that one may not any more. */
  identifyAgain(): Caller {
    return this.#gate.identify(this.#token, this.#from.origin, this.#provenSessionId);
  }

  /** Notes that the paired page is still here, if one holds the socket. */
  noteUsed(): void {
    if (this.#provenSessionId !== undefined) notePageUsed(this.#site, this.#provenSessionId);
  }
}

/** The id of the session whose page signed. Throws `proof_required`. */
function provenSession({ session, terms }: Proof, signature: string | undefined): string {
  const text = proofText({ ...terms, signer: 'page' });
  const isSigned =
    session.page !== null && signature !== undefined && isSignedBy(session.page.publicKey, text, signature);
  if (isSigned) return session.id;
  throw new ApiError(
    'proof_required',
    'The signature is not that of the page which was paired, for this socket. Pair the page again.',
  );
}
