import { randomBytes } from 'node:crypto';
import { EncoderError } from '../../encoder/errors.ts';
import type { IsoDepLink } from '../link.ts';
import { Ev2Messaging } from './ev2-messaging.ts';
import { type DesfireAnswer, exchange, exchangeFrame, perform } from './exchange.ts';
import { ev1Aes, ev1Des, ev2First, ev2NonFirst, type Handshake } from './handshake.ts';
import { CHANGE_KEY, type KeyChange, type SecureMessaging } from './secure-messaging.ts';
import { STATUS, statusError } from './status.ts';

/** AES, 16 bytes; or the DES key, 8 bytes, that a card's master key is from the factory. */
export interface DesfireKey {
  readonly kind: 'aes' | 'des';
  readonly bytes: Uint8Array;
}

/** The card in the field: commands without a session, and authentication. */
export class DesfireCard {
  readonly link: IsoDepLink;
  /** Whether it knows EV2 authentication; undefined until it was asked. */
  #hasEv2: boolean | undefined;

  constructor(link: IsoDepLink) {
    this.link = link;
  }

  /** A command whose status the caller judges. */
  exchange(ins: number, data?: Uint8Array): Promise<DesfireAnswer> {
    return exchange(this.link, ins, data);
  }

  /** A command that must succeed: its data. */
  perform(doing: string, ins: number, data?: Uint8Array): Promise<Uint8Array> {
    return perform(this.link, doing, ins, data);
  }

  /**
   * Authenticates with an AES key of the selected application: EV2 where the card has it, EV1 otherwise; within `session`, if there is one,
   * the EV2 transaction goes on. Undefined: it is not the card's key. Costs 2 exchanges, and once 1 more on an EV1.
   */
  async authenticate(
    keyNumber: number,
    key: Uint8Array,
    session?: DesfireSession,
  ): Promise<DesfireSession | undefined> {
    if (session?.messaging instanceof Ev2Messaging) {
      return this.#open(ev2NonFirst(keyNumber, key, randomBytes(16), session.messaging));
    }
    if (this.#hasEv2 !== false) {
      const handshake = ev2First(keyNumber, key, randomBytes(16));
      const challenge = await this.#begin(handshake);
      this.#hasEv2 = challenge.status !== STATUS.noSuchCommand;
      if (this.#hasEv2) return this.#finish(handshake, challenge);
    }
    return this.authenticateEv1(keyNumber, { kind: 'aes', bytes: key });
  }

  /** Authenticates as an EV1 does, which its successors know too. Undefined: it is not the card's key. */
  authenticateEv1(keyNumber: number, { kind, bytes }: DesfireKey): Promise<DesfireSession | undefined> {
    return this.#open(
      kind === 'aes' ? ev1Aes(keyNumber, bytes, randomBytes(16)) : ev1Des(keyNumber, bytes, randomBytes(8)),
    );
  }

  async #open(handshake: Handshake): Promise<DesfireSession | undefined> {
    return this.#finish(handshake, await this.#begin(handshake));
  }

  #begin({ ins, parameters }: Handshake): Promise<DesfireAnswer> {
    return exchangeFrame(this.link, ins, parameters);
  }

  async #finish(handshake: Handshake, challenge: DesfireAnswer): Promise<DesfireSession | undefined> {
    if (isWrongKey(challenge.status)) return undefined;
    if (challenge.status !== STATUS.more) throw unfinished(challenge.status);
    const proof = await exchangeFrame(this.link, STATUS.more, handshake.answerTo(challenge.data));
    if (isWrongKey(proof.status)) return undefined;
    if (proof.status !== STATUS.done) throw unfinished(proof.status);
    return new DesfireSession(this.link, handshake.finish(proof.data));
  }
}

/** What follows an authentication. Any error status, and the change of its own key, ends it. */
export class DesfireSession {
  readonly messaging: SecureMessaging;
  readonly #link: IsoDepLink;

  constructor(link: IsoDepLink, messaging: SecureMessaging) {
    this.#link = link;
    this.messaging = messaging;
  }

  /** A command in clear, with MACs; its data. */
  async perform(doing: string, ins: number, parameters: Uint8Array = new Uint8Array(0)): Promise<Uint8Array> {
    const sent = this.messaging.command(ins, parameters);
    return this.messaging.answer(await perform(this.#link, doing, ins, sent));
  }

  async write(doing: string, ins: number, header: Uint8Array, body: Uint8Array): Promise<void> {
    const sent = this.messaging.encipheredCommand(ins, header, body);
    this.messaging.answer(await perform(this.#link, doing, ins, sent));
  }

  /** `length` bytes that come enciphered. */
  async read(doing: string, ins: number, header: Uint8Array, length: number): Promise<Uint8Array> {
    const sent = this.messaging.command(ins, header);
    return this.messaging.encipheredAnswer(await perform(this.#link, doing, ins, sent), length);
  }

  async changeKey(doing: string, change: KeyChange): Promise<void> {
    const data = await perform(this.#link, doing, CHANGE_KEY, this.messaging.keyChange(change));
    // The change of its own key ends the session: no MAC comes, only a new authentication tells.
    if (change.oldKey !== undefined) this.messaging.answer(data);
  }

  /** A command whose status the caller judges, and whose answer nobody trusts: only what is read afterwards tells. Ends the session. */
  async attempt(ins: number, parameters: Uint8Array = new Uint8Array(0)): Promise<number> {
    return (await exchange(this.#link, ins, this.messaging.command(ins, parameters))).status;
  }
}

function isWrongKey(status: number): boolean {
  return status === STATUS.authenticationError || status === STATUS.noSuchKey;
}

function unfinished(status: number): EncoderError {
  if (status === STATUS.done) {
    return new EncoderError('device_protocol', 'the card opened a session before it knew the key');
  }
  return statusError('authenticate', status);
}
