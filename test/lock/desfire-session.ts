import { areEqual, type Bytes, cmac, decrypt, encrypt, joined, xored } from './aes-keys.ts';
import { Shut } from './shut.ts';

/** One command of the card and its whole answer, with the status byte behind `91`. */
export type DesfireCommand = (ins: number, parameters: Uint8Array) => Promise<DesfireAnswer>;

export interface DesfireAnswer {
  readonly data: Uint8Array;
  readonly status: number;
}

/** Reads the first `length` bytes of a file that is enciphered. */
export type EncipheredRead = (file: number, length: number) => Promise<Uint8Array>;

export const DONE = 0x00;
export const MORE = 0xaf;
const READ_DATA = 0xbd;

/** The second half of AuthenticateEV2First, after the card's `E(K, RndB)`. */
export async function openEv2(
  send: DesfireCommand,
  key: Uint8Array,
  challenge: Uint8Array,
  rndA: Uint8Array,
): Promise<EncipheredRead> {
  const rndB = decrypt(key, challenge);
  const answer = await send(MORE, encrypt(key, joined(rndA, rotated(rndB))));
  if (answer.status !== DONE || answer.data.length !== 32) throw new Shut('unknown_key');
  const proof = decrypt(key, answer.data);
  if (!areEqual(proof.subarray(4, 20), rotated(rndA))) throw new Shut('unknown_key');
  const transaction = proof.subarray(0, 4);

  const behindLabel = joined(
    [0x00, 0x01, 0x00, 0x80],
    rndA.subarray(0, 2),
    xored(rndA.subarray(2, 8), rndB.subarray(0, 6)),
    rndB.subarray(6),
    rndA.subarray(8),
  );
  const cipherKey = cmac(key, joined([0xa5, 0x5a], behindLabel));
  const macKey = cmac(key, joined([0x5a, 0xa5], behindLabel));
  const mac = (...parts: readonly Bytes[]) => cmac(macKey, joined(...parts)).filter((_, at) => at % 2 === 1);

  return async (file, length) => {
    const parameters = readParameters(file, length);
    const commandMac = mac([READ_DATA, 0, 0], transaction, parameters);
    const { data, status } = await send(READ_DATA, joined(parameters, commandMac));
    const enciphered = data.subarray(0, -8);
    if (status !== DONE || enciphered.length !== (Math.floor(length / 16) + 1) * 16)
      throw new Shut('unreadable');
    if (!areEqual(data.subarray(-8), mac([0, 1, 0], transaction, enciphered))) throw new Shut('unreadable');
    const iv = encrypt(cipherKey, joined([0x5a, 0xa5], transaction, [1, 0], new Uint8Array(8)));
    return decrypt(cipherKey, enciphered, iv).subarray(0, length);
  };
}

/** The second half of AuthenticateAES. */
export async function openEv1(
  send: DesfireCommand,
  key: Uint8Array,
  challenge: Uint8Array,
  rndA: Uint8Array,
): Promise<EncipheredRead> {
  const rndB = decrypt(key, challenge);
  const response = encrypt(key, joined(rndA, rotated(rndB)), challenge);
  const answer = await send(MORE, response);
  if (answer.status !== DONE || answer.data.length !== 16) throw new Shut('unknown_key');
  if (!areEqual(decrypt(key, answer.data, response.subarray(-16)), rotated(rndA)))
    throw new Shut('unknown_key');
  const sessionKey = joined(rndA.subarray(0, 4), rndB.subarray(0, 4), rndA.subarray(12), rndB.subarray(12));

  return async (file, length) => {
    const parameters = readParameters(file, length);
    const iv = cmac(sessionKey, joined([READ_DATA], parameters));
    const { data, status } = await send(READ_DATA, parameters);
    if (status !== DONE || data.length !== Math.ceil((length + 4) / 16) * 16) throw new Shut('unreadable');
    const plain = decrypt(sessionKey, data, iv);
    const content = plain.subarray(0, length);
    const expected = joined(crc32(joined(content, [status])), new Uint8Array(plain.length - length - 4));
    if (!areEqual(plain.subarray(length), expected)) throw new Shut('unreadable');
    return content;
  };
}

function readParameters(file: number, length: number): Uint8Array {
  return Uint8Array.of(file, 0, 0, 0, length & 0xff, length >> 8, 0);
}

/** Left by a byte. */
function rotated(bytes: Uint8Array): Uint8Array {
  return joined(bytes.subarray(1), bytes.subarray(0, 1));
}

/** Reflected, preset FFFFFFFF, not inverted at the end, least significant byte first. */
function crc32(bytes: Uint8Array): Uint8Array {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb8_8320 : 0);
  }
  return Uint8Array.of(crc, crc >>> 8, crc >>> 16, crc >>> 24);
}
