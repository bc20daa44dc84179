import type { CardTechnology } from '../../src/model/card.ts';

/**
 * A card made of code, as the radio sees it once it has been selected: native commands in, answers out, without CRC and parity.
 * MIFARE Classic is taken after Crypto1: the authentication command carries its key, as a PN532's host sends it.
 */
export interface Chip {
  readonly technology: CardTechnology;
  /** 4, 7 or 10 bytes. */
  readonly uid: Uint8Array;
  /** Two bytes, as they are sent (ISO/IEC 14443-3: least significant first). */
  readonly atqa: Uint8Array;
  readonly sak: number;
  /** The historical bytes of the ATS; only a card that speaks ISO/IEC 14443-4 has one. */
  readonly historicalBytes?: Uint8Array;
  /** Everything that outlives the field, hidden keys and counters too: a copy, as the chip's constructor takes it back. */
  readonly memory: Uint8Array;
  /** Grows with every change of the memory. */
  readonly revision: number;
  /** Brings the card back to where selection leaves it: after power on, after a reset, after a no. */
  activate(): void;
  /** After a no, the answers are silence until `activate`. */
  exchange(command: Uint8Array): ChipAnswer;
}

export type ChipAnswer =
  | { readonly kind: 'data'; readonly bytes: Uint8Array }
  | { readonly kind: 'ack' }
  /** A 4-bit no, with its code. */
  | { readonly kind: 'nak'; readonly code: number }
  | { readonly kind: 'silence' };

export const ACK: ChipAnswer = { kind: 'ack' };
export const SILENCE: ChipAnswer = { kind: 'silence' };
