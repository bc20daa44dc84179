import { aes, type BlockCipher, isSame, rotated, tripleDes } from './block-cipher.ts';
import { Ev1Messaging } from './ev1-messaging.ts';
import { Ev2Messaging, type Ev2Transaction, ev2SessionKeys } from './ev2-messaging.ts';
import { cipherOf, isSingleDes } from './keys.ts';
import { LegacyMessaging } from './legacy-messaging.ts';
import type { Messaging } from './messaging.ts';
import type { CardKey } from './picc.ts';
import type { PoweredCard } from './powered-card.ts';
import { AUTHENTICATION_ERROR, ILLEGAL_COMMAND, LENGTH_ERROR, Refusal } from './status.ts';

/** An authentication that waits for the reader's second frame. */
export interface Handshake {
  /** What goes out with `AF`. */
  readonly challenge: Uint8Array;
  /** The last frame of the card, and the messaging from then on. Throws the card's AE for a wrong token, 7E for one of a wrong length. */
  readonly finish: (token: Uint8Array) => { readonly data: Uint8Array; readonly messaging: Messaging };
}

type Start = (card: PoweredCard, payload: Uint8Array, before: Messaging | undefined) => Handshake;

const EV2_CAPABILITIES_BYTES = 6;

/** The authentications by the code of their first frame. */
const STARTS: ReadonlyMap<number, Start> = new Map<number, Start>([
  [0x0a, startLegacy],
  [0x1a, (card, payload) => startEv1(card, payload, ['des', '3k3des'])],
  [0xaa, (card, payload) => startEv1(card, payload, ['aes'])],
  [0x71, startEv2First],
  [0x77, startEv2NonFirst],
]);

export function isAuthentication(code: number): boolean {
  return STARTS.has(code);
}

/**
 * The first frame of an authentication. Whatever was authenticated before is not any more; what a transaction changed stays pending, but for AuthenticateEV2First.
 * Throws the card's refusal: 1C for EV2 on an EV1, 40 for a key that is not there, AE for one of another kind.
 */
export function startAuthentication(card: PoweredCard, code: number, payload: Uint8Array): Handshake {
  const start = STARTS.get(code);
  const isEv2 = code === 0x71 || code === 0x77;
  if (start === undefined || (isEv2 && card.picc.generation === 'ev1')) throw new Refusal(ILLEGAL_COMMAND);
  const before = card.messaging;
  card.messaging = undefined;
  return start(card, payload, before);
}

function keyFor(
  card: PoweredCard,
  keyNumber: number | undefined,
  kinds: readonly CardKey['kind'][],
): CardKey {
  if (keyNumber === undefined) throw new Refusal(LENGTH_ERROR);
  const key = card.key(keyNumber);
  if (!kinds.includes(key.kind)) throw new Refusal(AUTHENTICATION_ERROR);
  return key;
}

/** 0A: both sides encipher and decipher with an IV of zeros for each frame; the reader deciphers what it sends. */
function startLegacy(card: PoweredCard, payload: Uint8Array): Handshake {
  if (payload.length !== 1) throw new Refusal(LENGTH_ERROR);
  const [keyNumber = 0] = payload;
  const key = keyFor(card, keyNumber, ['des']);
  const cipher = cipherOf(key);
  const zeros = new Uint8Array(8);
  const rndB = card.random(8);
  return {
    challenge: cipher.encrypt(zeros, rndB),
    finish: (token) => {
      if (token.length !== 16) throw new Refusal(LENGTH_ERROR);
      const first = token.subarray(0, 8);
      const rndA = cipher.encrypt(zeros, first);
      const answered = cipher.encrypt(zeros, token.subarray(8)).map((byte, at) => byte ^ (first[at] ?? 0));
      if (!isSame(answered, rotated(rndB))) throw new Refusal(AUTHENTICATION_ERROR);
      const messaging = new LegacyMessaging(keyNumber, sessionCipher(key, rndA, rndB));
      return { data: cipher.encrypt(zeros, rotated(rndA)), messaging };
    },
  };
}

/** 1A and AA: CBC that goes on from frame to frame, in both directions. */
function startEv1(card: PoweredCard, payload: Uint8Array, kinds: readonly CardKey['kind'][]): Handshake {
  if (payload.length !== 1) throw new Refusal(LENGTH_ERROR);
  const [keyNumber = 0] = payload;
  const key = keyFor(card, keyNumber, kinds);
  const cipher = cipherOf(key);
  const half = key.kind === 'des' ? 8 : 16;
  const rndB = card.random(half);
  const challenge = cipher.encrypt(new Uint8Array(cipher.blockBytes), rndB);
  return {
    challenge,
    finish: (token) => {
      if (token.length !== 2 * half) throw new Refusal(LENGTH_ERROR);
      const clear = cipher.decrypt(challenge.slice(-cipher.blockBytes), token);
      const rndA = clear.slice(0, half);
      if (!isSame(clear.subarray(half), rotated(rndB))) throw new Refusal(AUTHENTICATION_ERROR);
      const messaging = new Ev1Messaging(keyNumber, sessionCipher(key, rndA, rndB));
      return { data: cipher.encrypt(token.slice(-cipher.blockBytes), rotated(rndA)), messaging };
    },
  };
}

/** 71: `keyNumber length capabilities`; the card chooses the number of the transaction. */
function startEv2First(card: PoweredCard, payload: Uint8Array): Handshake {
  const [keyNumber, length] = payload;
  if (length === undefined || length > EV2_CAPABILITIES_BYTES || payload.length !== 2 + length) {
    throw new Refusal(LENGTH_ERROR);
  }
  card.transaction.rollBack();
  const capabilities = new Uint8Array(EV2_CAPABILITIES_BYTES);
  capabilities.set(payload.subarray(2));
  return startEv2(card, keyNumber, () => {
    const transaction = { identifier: card.random(4), commands: 0 };
    const tail = [...new Uint8Array(EV2_CAPABILITIES_BYTES), ...capabilities];
    return { transaction, head: transaction.identifier, tail };
  });
}

/** 77: another key, within the transaction that AuthenticateEV2First began. */
function startEv2NonFirst(card: PoweredCard, payload: Uint8Array, before: Messaging | undefined): Handshake {
  if (!(before instanceof Ev2Messaging)) throw new Refusal(AUTHENTICATION_ERROR);
  if (payload.length !== 1) throw new Refusal(LENGTH_ERROR);
  const { transaction } = before;
  return startEv2(card, payload[0], () => ({ transaction, head: [], tail: [] }));
}

interface Ev2Opening {
  readonly transaction: Ev2Transaction;
  readonly head: Iterable<number>;
  readonly tail: Iterable<number>;
}

function startEv2(card: PoweredCard, keyNumber = 0, open: () => Ev2Opening): Handshake {
  const key = keyFor(card, keyNumber, ['aes']);
  const cipher = aes(key.bytes);
  const zeros = new Uint8Array(16);
  const rndB = card.random(16);
  return {
    challenge: cipher.encrypt(zeros, rndB),
    finish: (token) => {
      if (token.length !== 32) throw new Refusal(LENGTH_ERROR);
      const clear = cipher.decrypt(zeros, token);
      const rndA = clear.slice(0, 16);
      if (!isSame(clear.subarray(16), rotated(rndB))) throw new Refusal(AUTHENTICATION_ERROR);
      const { transaction, head, tail } = open();
      const data = cipher.encrypt(zeros, Uint8Array.of(...head, ...rotated(rndA), ...tail));
      return {
        data,
        messaging: new Ev2Messaging(keyNumber, ev2SessionKeys(key.bytes, rndA, rndB), transaction),
      };
    },
  };
}

/** The session key of 0A, 1A and AA: parts of both random numbers, in turns. */
function sessionCipher(key: CardKey, rndA: Uint8Array, rndB: Uint8Array): BlockCipher {
  const parts =
    key.kind === 'aes' ? [0, 12] : key.kind === '3k3des' ? [0, 6, 12] : isSingleDes(key) ? [0] : [0, 4];
  const session = parts.flatMap((at) => [...rndA.subarray(at, at + 4), ...rndB.subarray(at, at + 4)]);
  return key.kind === 'aes' ? aes(Uint8Array.from(session)) : tripleDes(Uint8Array.from(session));
}
