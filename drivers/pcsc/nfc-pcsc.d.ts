/** The part of nfc-pcsc 0.8.1 (and of @pokusew/pcsclite 0.6.0 under it) that this driver uses. The package has no types of its own. */
declare module 'nfc-pcsc' {
  import type { EventEmitter } from 'node:events';

  export interface ReaderStatus {
    /** dwEventState: SCARD_STATE_ bits below, pcscd's count of insertions and removals in the upper 16 bits. */
    readonly state: number;
    readonly atr?: Buffer;
  }

  /** One reader of @pokusew/pcsclite: callbacks over libpcsclite, each call on a thread of libuv's pool. */
  export interface NativeReader extends EventEmitter<{ status: [ReaderStatus]; error: [Error]; end: [] }> {
    readonly name: string;
    /** A second object for the same reader: nothing is shared but the name. */
    readonly constructor: new (
      name: string,
    ) => NativeReader;
    /** Starts a thread that calls back with the status now and at each change, until close(). Once an object. */
    get_status(changed: (error: Error | null | undefined, state: number, atr?: Buffer) => void): void;
    /** Kept by the package; connect() does nothing while it is true. */
    connected: boolean;
    readonly SCARD_SHARE_EXCLUSIVE: number;
    readonly SCARD_SHARE_DIRECT: number;
    readonly SCARD_RESET_CARD: number;
    readonly SCARD_LEAVE_CARD: number;
    readonly SCARD_UNPOWER_CARD: number;
    connect(
      options: { readonly share_mode: number; readonly protocol?: number },
      done: (error: Error | null | undefined, protocol?: number) => void,
    ): void;
    disconnect(disposition: number, done: (error?: Error | null) => void): void;
    transmit(
      apdu: Buffer,
      longestAnswer: number,
      protocol: number,
      done: (error: Error | null | undefined, answer?: Buffer) => void,
    ): void;
    /** Blocks the main thread until the status thread ended; and for as long as a transmit is under way. */
    close(): void;
  }

  export class Reader extends EventEmitter<{ error: [Error]; end: [] }> {
    readonly name: string;
    readonly reader: NativeReader;
  }

  export class NFC extends EventEmitter<{ reader: [Reader]; error: [Error] }> {
    close(): void;
  }
}
