import { EncoderError } from '../../encoder/errors.ts';

/** A key that takes the place of another. */
export interface KeyChange {
  /** With the type of the new key in its upper bits where it is the card's own master key: 80 for AES. */
  readonly keyNumber: number;
  /** 16 bytes; single DES: its 8 bytes twice. */
  readonly newKey: Uint8Array;
  /** Null for DES, which keeps its version in the key's parity bits. */
  readonly version: number | null;
  /** The key that it replaces, where that is not the one that the session was opened with; 16 bytes. */
  readonly oldKey?: Uint8Array;
}

/**
 * One session after authentication, without the wire: turns commands into what is sent behind INS, and what the card answered with "done"
 * into data. Every command and its answer go through it in order; an answer with an error status ends the session.
 * What opens an answer throws an EncoderError `device_protocol` when its MAC, its CRC or its length is wrong.
 */
export interface SecureMessaging {
  /** With which key it was opened. */
  readonly keyNumber: number;
  /** Parameters in clear, with whatever protects them. */
  command(ins: number, parameters: Uint8Array): Uint8Array;
  /** `header` in clear, `body` enciphered. */
  encipheredCommand(ins: number, header: Uint8Array, body: Uint8Array): Uint8Array;
  /** ChangeKey, C4. */
  keyChange(change: KeyChange): Uint8Array;
  /** Data in clear, without its MAC. */
  answer(data: Uint8Array): Uint8Array;
  /** `length` bytes that came enciphered. */
  encipheredAnswer(data: Uint8Array, length: number): Uint8Array;
}

export const CHANGE_KEY = 0xc4;

export function messagingError(what: string): EncoderError {
  return new EncoderError('device_protocol', `the card's answer cannot be trusted: ${what}`);
}
