/**
 * What can be done to the line between a driver and its device. `WireFaults` does all of it for bytes and for input reports; a bench whose device answers feature reports
 * has `isSilent` and `speaking` to hold its answers back with. Every fault counts from the moment when it is asked for. A frame is what the simulated
 * device sends in one go: an answer, or a part of one that stands alone (the ACK before it).
 */
export interface Wire {
  /** How many bytes and frames the device has sent, and how many bytes the host has, in how many pieces: what a piece of work costs. */
  readonly sent: Sent;
  /** The device's bytes arrive in two pieces around the byte at `position`, counted from 1: the first piece ends with it. */
  splitAt(position: number): void;
  /** The device's bytes arrive in pieces of so many, until `clear`. */
  splitEvery(bytes: number): void;
  /** Garbage arrives before every frame, until `clear`. */
  noiseBefore(noise: Uint8Array): void;
  /** Spoils frames on their way to the host: `mask` is what is changed (XOR) in one byte of each. */
  corrupt(spoiling: Spoiling): void;
  /**
   * A frame, and all behind it, arrives late: right after the host has written something else, as it does when it has given up the first; what the device says to that
   * comes a moment later. `after`: frames that pass before.
   */
  delayNext(after?: number): void;
  /** What the host writes next does not arrive. `after`: pieces that pass before; a driver writes a command in one piece. */
  loseCommand(after?: number): void;
  /** Nothing that the device sends arrives, until `speak`. The device hears, and does what it is told. `after`: frames that pass before. */
  silence(after?: number): void;
  speak(): void;
  /** Takes the device away in the middle: when so many more bytes went one way. Resolves when it is away; only `clear` makes the line pass bytes again. */
  dieAfter(where: { readonly toHost: number } | { readonly toDevice: number }): Promise<void>;
  /** A faithful line again. A late frame that has not come is lost; pieces that are on their way arrive. */
  clear(): void;
}

export interface Sent {
  readonly toHost: number;
  readonly frames: number;
  readonly toDevice: number;
  readonly commands: number;
}

export interface Spoiling {
  /** How many frames; absent: one. */
  readonly frames?: number;
  /** Frames that pass before; absent: none. */
  readonly after?: number;
  /** Which byte of the frame, from 0; beyond its end it is counted round. */
  readonly at: number;
  /** Absent: 01. */
  readonly mask?: number;
}
