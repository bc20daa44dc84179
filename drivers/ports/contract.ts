import type { CardEncoder, EncoderCapabilities } from '../../src/encoder/contract.ts';
import type { EncoderError } from '../../src/encoder/errors.ts';

/**
 * How the drivers of serial and HID encoders find their devices, and keep them: a driver says where to look (PortSource), how to tell that
 * the right device answers (Greet), and `keptDriver` does the rest.
 */

/** What USB says of a device, or of one interface of it. Ids are four lower-case hexadecimal digits. */
export interface UsbIdentity {
  readonly vendorId: string;
  readonly productId: string;
  /** The device's own; many cheap bridges have none, or the same on all. */
  readonly serialNumber?: string;
  /** `00`: the number of the interface. */
  readonly interfaceNumber?: string;
  /** Where it is plugged in, as the kernel names it: `1-1.4`. */
  readonly port: string;
  readonly manufacturer?: string;
  readonly product?: string;
}

/** A place where a device of the driver is, or may be. */
export interface Candidate {
  /**
   * What it is known by, the same after replugging and after a reboot: made from the USB ids and the serial number, from the USB port where there is none, or from
   * the configured path where it is not on USB. Lower case, digits and hyphens: `1a86-7523-usb-1-1-4-if00`, `dev-ttys0`. It is the device's id.
   */
  readonly key: string;
  /** What is opened: `/dev/ttyUSB0`, `/dev/hidraw3`. */
  readonly path: string;
  readonly usb?: UsbIdentity;
  /** Another text each time that it is plugged in, where the system tells: so replugging between two looks is noticed. */
  readonly plugging?: string;
}

/** Why a device that is there, or should be, cannot be used, and what a technician can do: `message` says both. */
export type TroubleKind =
  /** The configuration names it, and it is not plugged in. */
  | 'absent'
  /** It is there, and this user may not open it (EACCES, EPERM). */
  | 'no_access'
  /** Another program has it; the message names it where the system can tell. */
  | 'held'
  /** The path is no port of this kind. */
  | 'not_a_port'
  /** It can be opened, and nothing sensible answers. */
  | 'no_answer'
  /** Something else answers than this driver drives: another device, or another firmware. */
  | 'wrong_device'
  /** The native package cannot be loaded. */
  | 'unloadable';

/** A trouble on its way. */
export class PortTrouble extends Error {
  readonly kind: TroubleKind;

  constructor(kind: TroubleKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PortTrouble';
    this.kind = kind;
  }
}

/** What a look around found. */
export interface Sight {
  readonly candidates: readonly Candidate[];
  /** Of what the configuration names and is not there. */
  readonly troubles: readonly PortTrouble[];
}

/** Where devices of one kind of port are to be found: serial ports, HID devices. */
export interface PortSource<Line extends PortLine> {
  /** Looks without touching a device; loads no native code. */
  look(): Promise<Sight>;
  /** Rejects with a PortTrouble; with the signal's reason when that fires. */
  open(candidate: Candidate, signal: AbortSignal): Promise<Line>;
}

/** An open way to a device. To dispose of it is to close it, after what is on its way out; `gone` fires then too. */
export interface PortLine extends AsyncDisposable {
  readonly path: string;
  /** Fires once with an EncoderError `device_lost`: unplugged, closed, or given up. Every pending call rejects with the same. */
  readonly gone: AbortSignal;
  /** Gives the device up, as one that does not answer any more: `gone` fires with `reason`, and the line is closed. It is opened again later. */
  lose(reason: EncoderError): void;
}

/** Bytes in and out, in order. */
export interface ByteLine extends PortLine {
  /** Gets what the device sends, in pieces as they come. Set by whoever speaks to the device; what comes before is dropped. */
  onBytes: ((bytes: Uint8Array) => void) | undefined;
  /** Resolves when the system has taken the bytes. Rejects with `device_lost`, or with `device_timeout` when it does not take them within a second: the line is given up then. */
  write(bytes: Uint8Array): Promise<void>;
}

/** A HID device. Reports begin with their id; id 0 stands for a device without numbered reports. */
export interface HidLine extends PortLine {
  /** Gets input reports as node-hid gives them: without a leading 0 where reports have no numbers. */
  onReport: ((report: Uint8Array) => void) | undefined;
  /** Sends an output report, its id first. Deadlines and rejections as ByteLine.write; what the device refuses rejects with `device_protocol`, and the line stays. */
  write(report: Uint8Array): Promise<void>;
  /** Sends a feature report, its id first. */
  sendFeatureReport(report: Uint8Array): Promise<void>;
  /** Gets a feature report of at most `length` bytes, its id included and first. */
  getFeatureReport(reportId: number, length: number): Promise<Uint8Array>;
}

/** A device that answered as it should. */
export interface GreetedDevice {
  /** What a person calls it. */
  readonly name: string;
  readonly capabilities: EncoderCapabilities;
  /** Makes the encoder; one is open at a time. Its `gone` is the line's. */
  open(signal: AbortSignal): Promise<CardEncoder>;
  /** Leaves the device as it was found, before the line is closed for good. */
  leave?(): Promise<void>;
}

/**
 * Finds out whether the device of this driver is at the other end, and makes it ready. Rejects with a PortTrouble (`no_answer`, `wrong_device`) or an
 * EncoderError, with the signal's reason when that fires; the line is closed then.
 */
export type Greet<Line extends PortLine> = (
  line: Line,
  candidate: Candidate,
  signal: AbortSignal,
) => Promise<GreetedDevice>;
