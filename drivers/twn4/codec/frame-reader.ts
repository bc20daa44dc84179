/**
 * The most bytes that a message of the simple protocol is taken to have, its CRC included: the status, a yes, a count, 255 bytes that are counted, and the CRC.
 */
export const LONGEST_MESSAGE_BYTES = 260;

/** What came from a reader. */
export type Incoming =
  /** A whole message, its CRC checked and taken off: the status byte, and what follows it. */
  | { readonly kind: 'message'; readonly message: Uint8Array }
  /** So many bytes that are no message. */
  | { readonly kind: 'nonsense'; readonly bytes: number };

/** Takes bytes in any pieces and gives messages. It keeps no more than one message. */
export interface FrameReader {
  /** Whether a message has begun that is not whole. */
  readonly hasBegun: boolean;
  /** What is whole now. */
  push(bytes: Uint8Array): Incoming[];
  /**
   * What is whole when the message that is awaited does not go on: its beginning may have been noise that looked like one. Messages are found so only where a CRC
   * proves them.
   */
  giveUp(): Incoming[];
  /** Forgets what came of a message that is not whole. */
  reset(): void;
}
