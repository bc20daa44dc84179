import { isSameBytes } from '../same-bytes.ts';
import { aes128, type BlockCipher, chainedCmac, tripleDes } from './block-cipher.ts';
import { rotatedLeft, xor } from './bytes.ts';
import { Ev1Messaging } from './ev1-messaging.ts';
import { Ev2Messaging, type Ev2SessionKeys } from './ev2-messaging.ts';
import { messagingError, type SecureMessaging } from './secure-messaging.ts';

/** An authentication, without the wire: two commands out, two answers back. */
export interface Handshake<Session extends SecureMessaging = SecureMessaging> {
  readonly ins: number;
  /** What follows INS in the first command. */
  readonly parameters: Uint8Array;
  /** What the second command (AF) carries, made from the first answer. Throws `device_protocol` on an answer of another length. */
  answerTo(challenge: Uint8Array): Uint8Array;
  /** The session, once the second answer proves that the card has the key. Throws `device_protocol` when it does not. */
  finish(proof: Uint8Array): Session;
}

/** AuthenticateEV2First, 71 (AN12343 section 7.1.1). `rndA` is 16 random bytes. */
export function ev2First(keyNumber: number, key: Uint8Array, rndA: Uint8Array): Handshake<Ev2Messaging> {
  // LenCap 0: no capabilities of this side follow.
  const cipher = aes128(key);
  return handshake(0x71, Uint8Array.of(keyNumber, 0x00), cipher, rndA, 'zero', (proof, rndB) => {
    if (proof.length !== 32) throw messagingError(`its proof has ${proof.length} bytes instead of 32`);
    const opened = cipher.decrypt(new Uint8Array(16), proof);
    requireProof(opened.slice(4, 20), rndA);
    return new Ev2Messaging(keyNumber, ev2SessionKeys(cipher, rndA, rndB), opened.slice(0, 4));
  });
}

/** AuthenticateEV2NonFirst, 77: another key within the session `within`, whose id and counter go on. */
export function ev2NonFirst(
  keyNumber: number,
  key: Uint8Array,
  rndA: Uint8Array,
  within: Ev2Messaging,
): Handshake<Ev2Messaging> {
  const cipher = aes128(key);
  return handshake(0x77, Uint8Array.of(keyNumber), cipher, rndA, 'zero', (proof, rndB) => {
    requireLength(proof, 16);
    requireProof(cipher.decrypt(new Uint8Array(16), proof), rndA);
    const keys = ev2SessionKeys(cipher, rndA, rndB);
    return new Ev2Messaging(keyNumber, keys, within.transactionId, within.counter);
  });
}

/** AuthenticateAES, AA, of EV1 and its successors. `rndA` is 16 random bytes. */
export function ev1Aes(keyNumber: number, key: Uint8Array, rndA: Uint8Array): Handshake<Ev1Messaging> {
  return ev1(0xaa, keyNumber, aes128(key), rndA, (rndB) =>
    aes128(Uint8Array.of(...part(rndA, 0), ...part(rndB, 0), ...part(rndA, 12), ...part(rndB, 12))),
  );
}

/** AuthenticateISO, 1A, with a DES key of 8 bytes, as it comes from the factory. `rndA` is 8 random bytes. */
export function ev1Des(keyNumber: number, key: Uint8Array, rndA: Uint8Array): Handshake<Ev1Messaging> {
  return ev1(0x1a, keyNumber, tripleDes(key), rndA, (rndB) =>
    tripleDes(Uint8Array.of(...part(rndA, 0), ...part(rndB, 0))),
  );
}

/** KSesAuthENC and KSesAuthMAC from SV1 and SV2 (AN12343 section 7.1.3). */
export function ev2SessionKeys(key: BlockCipher, rndA: Uint8Array, rndB: Uint8Array): Ev2SessionKeys {
  const zeros = new Uint8Array(16);
  const rest = [
    ...[0x00, 0x01, 0x00, 0x80],
    ...rndA.subarray(0, 2),
    ...xor(rndA.subarray(2, 8), rndB.subarray(0, 6)),
    ...rndB.subarray(6),
    ...rndA.subarray(8),
  ];
  return {
    encryption: chainedCmac(key, zeros, Uint8Array.of(0xa5, 0x5a, ...rest)),
    mac: chainedCmac(key, zeros, Uint8Array.of(0x5a, 0xa5, ...rest)),
  };
}

function ev1(
  ins: number,
  keyNumber: number,
  cipher: BlockCipher,
  rndA: Uint8Array,
  sessionCipher: (rndB: Uint8Array) => BlockCipher,
): Handshake<Ev1Messaging> {
  return handshake(ins, Uint8Array.of(keyNumber), cipher, rndA, 'chained', (proof, rndB, iv) => {
    requireLength(proof, rndA.length);
    requireProof(cipher.decrypt(iv, proof), rndA);
    return new Ev1Messaging(keyNumber, sessionCipher(rndB));
  });
}

/** `ivs`: in EV1 the chain runs on through all three messages, in EV2 each begins with zeros. */
function handshake<Session extends SecureMessaging>(
  ins: number,
  parameters: Uint8Array,
  cipher: BlockCipher,
  rndA: Uint8Array,
  ivs: 'zero' | 'chained',
  open: (proof: Uint8Array, rndB: Uint8Array, iv: Uint8Array) => Session,
): Handshake<Session> {
  const { blockBytes } = cipher;
  const zeros: Uint8Array = new Uint8Array(blockBytes);
  let rndB = zeros;
  let iv = zeros;
  return {
    ins,
    parameters,
    answerTo(challenge) {
      requireLength(challenge, rndA.length);
      rndB = cipher.decrypt(zeros, challenge);
      const sendIv = ivs === 'zero' ? zeros : challenge.slice(-blockBytes);
      const token = cipher.encrypt(sendIv, Uint8Array.of(...rndA, ...rotatedLeft(rndB)));
      iv = token.slice(-blockBytes);
      return token;
    },
    finish: (proof) => open(proof, rndB, iv),
  };
}

function part(random: Uint8Array, from: number): Uint8Array {
  return random.subarray(from, from + 4);
}

function requireLength(bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) throw messagingError(`${bytes.length} bytes came instead of ${length}`);
}

function requireProof(rotated: Uint8Array, rndA: Uint8Array): void {
  if (!isSameBytes(rotated, rotatedLeft(rndA))) throw messagingError('it does not prove that it has the key');
}
