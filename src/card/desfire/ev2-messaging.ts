import { isSameBytes } from '../same-bytes.ts';
import { aes128, type BlockCipher, chainedCmac } from './block-cipher.ts';
import { crc32, xor } from './bytes.ts';
import { CHANGE_KEY, type KeyChange, messagingError, type SecureMessaging } from './secure-messaging.ts';

/** What both sides hold after EV2 authentication. */
export interface Ev2SessionKeys {
  /** KSesAuthENC, 16 bytes. */
  readonly encryption: Uint8Array;
  /** KSesAuthMAC, 16 bytes. */
  readonly mac: Uint8Array;
}

const BLOCK_BYTES = 16;
const MAC_BYTES = 8;
const ZEROS = new Uint8Array(BLOCK_BYTES);
const DONE = 0x00;

/** The session of a DESFire EV2 or EV3 after 71 or 77 (NXP AN12343 section 7.1, the same as AN12196 section 4). */
export class Ev2Messaging implements SecureMessaging {
  readonly keyNumber: number;
  /** TI, 4 bytes. */
  readonly transactionId: Uint8Array;
  readonly #encryption: BlockCipher;
  readonly #mac: BlockCipher;
  #counter: number;

  constructor(keyNumber: number, keys: Ev2SessionKeys, transactionId: Uint8Array, counter = 0) {
    this.keyNumber = keyNumber;
    this.transactionId = transactionId;
    this.#encryption = aes128(keys.encryption);
    this.#mac = aes128(keys.mac);
    this.#counter = counter;
  }

  /** Commands answered since 71, 0 to 65,535; 77 goes on with it. */
  get counter(): number {
    return this.#counter;
  }

  command(ins: number, parameters: Uint8Array): Uint8Array {
    return Uint8Array.of(...parameters, ...this.#macOf(ins, parameters));
  }

  encipheredCommand(ins: number, header: Uint8Array, body: Uint8Array): Uint8Array {
    const padded = new Uint8Array((Math.floor(body.length / BLOCK_BYTES) + 1) * BLOCK_BYTES);
    padded.set(body);
    padded[body.length] = 0x80;
    const enciphered = this.#encryption.encrypt(this.#iv(0xa5, 0x5a), padded);
    return this.command(ins, Uint8Array.of(...header, ...enciphered));
  }

  keyChange({ keyNumber, newKey, version, oldKey }: KeyChange): Uint8Array {
    const versionByte = version === null ? [] : [version];
    const body =
      oldKey === undefined
        ? Uint8Array.of(...newKey, ...versionByte)
        : Uint8Array.of(...xor(newKey, oldKey), ...versionByte, ...crc32(newKey));
    return this.encipheredCommand(CHANGE_KEY, Uint8Array.of(keyNumber), body);
  }

  answer(data: Uint8Array): Uint8Array {
    if (data.length < MAC_BYTES) throw messagingError(`${data.length} bytes hold no MAC`);
    const clear = data.slice(0, -MAC_BYTES);
    this.#counter += 1;
    if (!isSameBytes(this.#macOf(DONE, clear), data.subarray(-MAC_BYTES)))
      throw messagingError('its MAC is wrong');
    return clear;
  }

  encipheredAnswer(data: Uint8Array, length: number): Uint8Array {
    const enciphered = this.answer(data);
    const expected = (Math.floor(length / BLOCK_BYTES) + 1) * BLOCK_BYTES;
    if (enciphered.length !== expected) {
      throw messagingError(`${length} bytes come enciphered as ${expected}, not ${enciphered.length}`);
    }
    const opened = this.#encryption.decrypt(this.#iv(0x5a, 0xa5), enciphered);
    const isPadded = opened.subarray(length).every((byte, at) => byte === (at === 0 ? 0x80 : 0x00));
    if (!isPadded) throw messagingError(`there are not ${length} bytes in it`);
    return opened.slice(0, length);
  }

  /** MACt: every second byte of the CMAC. `first` is INS, or the status of an answer. */
  #macOf(first: number, data: Uint8Array): Uint8Array {
    const message = Uint8Array.of(first, ...this.#counterBytes(), ...this.transactionId, ...data);
    const full = chainedCmac(this.#mac, ZEROS, message);
    return full.filter((_, at) => at % 2 === 1);
  }

  #iv(...label: readonly [number, number]): Uint8Array {
    const input = new Uint8Array(BLOCK_BYTES);
    input.set([...label, ...this.transactionId, ...this.#counterBytes()]);
    return this.#encryption.encrypt(ZEROS, input);
  }

  #counterBytes(): readonly [number, number] {
    return [this.#counter & 0xff, (this.#counter >> 8) & 0xff];
  }
}
