/**
 * How a message is protected, when a key is authenticated:
 * `plain` a file's data without protection, `ordinary` a command or answer that is no file's data, `mac` and `full` a file's data, or a command's, with a MAC or enciphered.
 * What each secure messaging makes of it differs: legacy leaves `ordinary` as it is, EV1 checks it without sending the command's MAC, EV2 sends it.
 */
export type Security = 'plain' | 'ordinary' | 'mac' | 'full';

/** A command as it came. */
export interface SealedCommand {
  readonly code: number;
  readonly payload: Uint8Array;
  readonly security: Security;
  /** Bytes at the beginning of the payload that are never enciphered; absent: all there are. */
  readonly headerBytes?: number;
  /** Clear bytes after the header; needed where the security is `full`. */
  readonly dataBytes?: number;
  /** Clear bytes after the checksum: ChangeKey alone has them. */
  readonly trailerBytes?: number;
}

export interface OpenAnswer {
  readonly data: Uint8Array;
  readonly security: Security;
  /** Whether the reader does not know how much data comes, so that the padding begins with 80. */
  readonly isLengthOpen?: boolean;
}

/** One of the three ways in which a DESFire and a reader speak once a key is authenticated. */
export interface Messaging {
  readonly name: 'legacy' | 'ev1' | 'ev2';
  /** The key that is authenticated. */
  readonly keyNumber: number;
  /** How many bytes `clearBytes` of data after the header take on their way to the card, MAC and padding too. */
  sealedBytes(security: Security, clearBytes: number): number;
  /** The payload in clear: header, data, trailer. Throws the card's 1E when its check fails, 7E when it cannot hold one. */
  open(command: SealedCommand): Uint8Array;
  /** What goes out before the status `00`. */
  seal(answer: OpenAnswer): Uint8Array;
}
