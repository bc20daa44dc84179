import type { CardSite } from '../card/program.ts';
import type { Card } from '../model/card.ts';
import type { CardImage } from '../model/card-record.ts';

/**
 * Where a driver notes what passes between it and its devices, for the flight recorder (docs/flight-recorder.md). A call costs about a microsecond, and never throws or waits.
 * Drivers hand over bytes as they are: what is kept of them is their length, and what a command is. Only while an administrator captures a device with its
 * payload are they copied.
 */
export interface WireTap {
  /** For a device that is asked by APDUs. The same device has the same tap. */
  apdus(deviceId: string): ApduTap;
  /** For a line that was just opened; `nameOf` says what a message to the device is. */
  line(deviceId: string, transport: LineTransport, nameOf: NameCommand): LineTap;
  /** Work on a card begins: what passes from now on belongs to it. */
  work(deviceId: string, work: CardTask): void;
}

export type LineTransport = 'serial' | 'hid';

export interface ApduTap {
  /** An exchange is over; undefined: it failed, or the card has gone. `beganMs` is by performance.now(). */
  exchanged(beganMs: number, command: Uint8Array, answer: Uint8Array | undefined): void;
}

export interface LineTap {
  /** Bytes, or one report, on their way to the device. */
  wrote(bytes: Uint8Array): void;
  /** Bytes that have come, in pieces of any size, or one report. */
  received(bytes: Uint8Array): void;
}

/** Says what a message to a device is, by its manual's word for it and nothing that it carries; undefined: unknown. Cheap: it is asked for every message. */
export type NameCommand = (message: Uint8Array) => CommandName | undefined;

export interface CommandName {
  readonly name: string;
  /** What the driver says again and again while nothing happens: it is kept once, with how often. */
  readonly isIdle?: boolean;
}

/** A piece of work. */
export type CardTask =
  /** Finding out which card came. `reader` is what PC/SC calls it. */
  | { readonly work: 'identify'; readonly atr?: Uint8Array; readonly reader?: string }
  /** Light and sound for the person, and a question to the device: no card is touched. */
  | { readonly work: 'cue'; readonly cue: 'success' | 'failure' }
  | { readonly work: 'ping' }
  /** Resetting it, and reading its number. */
  | { readonly work: 'refresh' }
  /** Reading its number again. */
  | { readonly work: 'read'; readonly card: Card }
  | { readonly work: 'inspect'; readonly card: Card; readonly site: CardSite }
  | { readonly work: 'write'; readonly card: Card; readonly site: CardSite; readonly image: CardImage };
