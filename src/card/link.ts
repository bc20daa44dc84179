/**
 * What the card programs work through: one card, held for one piece of work, one exchange at a time.
 *
 * A driver implements the faces that its reader and the card in the field have; the others are absent.
 * Every call rejects with an EncoderError: `card_removed` once the card has left (its state is then unknown, the
 * exchange may or may not have taken effect), `card_refused` when the card or the reader said no,
 * `device_timeout`, `device_lost` or `device_protocol` as src/encoder/errors.ts tells.
 */
export interface CardLink {
  readonly isoDep?: IsoDepLink;
  readonly classic?: ClassicLink;
  readonly ultralight?: UltralightLink;
  readonly stripe?: StripeLink;
}

/** A card that speaks ISO/IEC 7816-4 APDUs over ISO/IEC 14443-4. */
export interface IsoDepLink {
  /** Sends one command APDU; resolves with the answer and its two status bytes at the end. */
  exchange(command: Uint8Array): Promise<Uint8Array>;
}

export interface ClassicKey {
  readonly kind: 'A' | 'B';
  /** 6 bytes. */
  readonly bytes: Uint8Array;
}

/** MIFARE Classic (NXP MF1S50yyX_V1, section 9). Blocks are counted from 0 through the whole card. */
export interface ClassicLink {
  /** Opens the sector that holds `block`, and closes the one that was open. */
  authenticate(block: number, key: ClassicKey): Promise<void>;
  /** 16 bytes. The sector must be open. */
  readBlock(block: number): Promise<Uint8Array>;
  /** `data` is 16 bytes. The sector must be open. */
  writeBlock(block: number, data: Uint8Array): Promise<void>;
}

/** MIFARE Ultralight and NTAG21x (NXP NTAG213/215/216, section 10). A page is 4 bytes. */
export interface UltralightLink {
  /** 16 bytes: the page and the three after it. */
  readPages(page: number): Promise<Uint8Array>;
  /** `data` is 4 bytes. */
  writePage(page: number, data: Uint8Array): Promise<void>;
  /** Sends a native command as it stands (GET_VERSION 60, PWD_AUTH 1B ...). Absent where the reader has no way to do so. */
  transceive?(command: Uint8Array): Promise<Uint8Array>;
}

/** What one track of a magnetic stripe holds: characters of its alphabet (ISO/IEC 7811-2), without sentinels and LRC. */
export type StripeTrack =
  | { readonly kind: 'data'; readonly text: string }
  | { readonly kind: 'empty' }
  /** Something is there, and it is not whole. */
  | { readonly kind: 'unreadable' };

/** Tracks 1, 2 and 3. */
export type StripeTracks = readonly [StripeTrack, StripeTrack, StripeTrack];

/** What is to be on a track: its characters, '' for nothing, null to leave it as it is. */
export type StripeTrackOrder = string | null;

/**
 * A magnetic stripe, which passes by: each call waits for the person to swipe the card. It calls `asking` before the encoder is armed, and again every
 * few seconds while nobody swipes; what that throws, it rejects with, and the encoder is not armed. A swipe that went badly is asked for
 * again. When nobody swipes for 15 s the encoder is disarmed, and the call rejects with `card_removed`: then nothing was written, unless the card went
 * through just then, which reading it tells.
 */
export interface StripeLink {
  /** What was read of it last: when the card was presented, or by `read` since. */
  readonly tracks: StripeTracks;
  /**
   * Writes the tracks 1, 2 and 3 in one pass, or erases them; to write some and erase others may take two swipes, each asked for. It is not known
   * what is on the card until it is read again.
   */
  write(
    tracks: readonly [StripeTrackOrder, StripeTrackOrder, StripeTrackOrder],
    asking: () => void,
  ): Promise<void>;
  /** Reads the card that is swiped next, which may be another one. */
  read(asking: () => void): Promise<StripeTracks>;
}
