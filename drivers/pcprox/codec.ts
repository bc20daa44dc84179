import { EncoderError } from '../../src/encoder/errors.ts';
import type { WiegandBits } from '../ports/wiegand.ts';

/**
 * The feature reports of a pcProx, and what they say. Pure. Each carries 8 bytes; the device has no numbered reports, so that on the way to and from
 * the system a 0 stands before them. A command is set and its answer is got; what is got says nothing of the command that it belongs to.
 * There is no manual: the bytes are those that Michael Farrell's pcprox (protocol.md) found on an RDR-6081AKU with firmware 7.3.0. The names are
 * those of rf IDEAS' SDK (pcProxAPI.h).
 */

export const REPORT_ID = 0;
/** A report with its id. */
export const REPORT_LENGTH = 9;
const DATA_BYTES = 8;

/** As many bits of a card as a report holds. */
export const MOST_CARD_BITS = 64;

/** Commands: they are set, and then a report is got. */
export const ASK = {
  deviceInfo: 0x8a,
  /** What is in the field; it also has the device note the count of its bits, which `bitCount` then tells. */
  cardData: 0x8f,
  bitCount: 0x8e,
} as const;

/** Pages of the configuration: their number is their command, to get one or, with a second report of 8 bytes, to put it. */
export const PAGE = { format: 0x80, timing: 0x81, lights: 0x82 } as const;

export type PageNumber = (typeof PAGE)[keyof typeof PAGE];

const FINISH = 0x90;

/** Milliseconds in one step of page 1's times (SDK; protocol.md says 50). */
const TIME_STEP_MS = 48;

/** 8 bytes of configuration, as the device gave them. */
export type ConfigPage = Uint8Array;

export interface DeviceInfo {
  /** `7.3.0` */
  readonly firmware: string;
  readonly deviceType: number;
}

/** A report that asks for something. */
export function askReport(command: number): Uint8Array {
  return report([command]);
}

/** The two reports that put a page, in this order. Nothing may come between. It is in force once `finishReport` was set. */
export function putReports(page: PageNumber, bytes: ConfigPage): readonly [Uint8Array, Uint8Array] {
  return [report([page]), report(bytes)];
}

/** Ends putting pages. What it could save to the EEPROM, it does not: a reader that is plugged in again is as its owner configured it. */
export function finishReport(): Uint8Array {
  return report([FINISH, 0]);
}

/** The 8 bytes of a report that was got. Throws `device_protocol` on any other length, or another report's id. */
export function dataOf(got: Uint8Array): Uint8Array {
  if (got.length !== REPORT_LENGTH || got[0] !== REPORT_ID) {
    throw nonsense(
      `a feature report of ${got.length} bytes with the id ${got[0]}, not of ${REPORT_LENGTH} with the id 0`,
    );
  }
  return got.subarray(1);
}

/** Bytes 2 (minor version, low half; release, high half), 3 (major version), 5 and 6 (type). Null: only zeros, as no pcProx says of itself. */
export function deviceInfo(data: Uint8Array): DeviceInfo | null {
  const [, , minorAndRelease = 0, major = 0, , typeLow = 0, typeHigh = 0] = data;
  if (data.every((byte) => byte === 0)) return null;
  return {
    firmware: `${major}.${minorAndRelease >> 4}.${minorAndRelease & 0x0f}`,
    deviceType: typeLow | (typeHigh << 8),
  };
}

/** How many bits are in the field, 0 for no card: the device says it twice. Throws `device_protocol` when the two differ. */
export function bitCount(data: Uint8Array): number {
  const [count = 0, again = 0] = data;
  if (count !== again) throw nonsense(`that a card has ${count} bits, and that it has ${again}`);
  return count;
}

/** The card's bits, least significant byte first; what stands above them is left out. `count` is 1 to MOST_CARD_BITS. */
export function cardBits(data: Uint8Array, count: number): WiegandBits {
  const most = data.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
  return { count, value: BigInt.asUintN(count, most) };
}

/** Bits that the device cuts off: page 0, byte 2: iLeadParityBitCnt in its low half, iTrailParityBitCnt in its high one. */
export function cutBits(page: ConfigPage): { readonly leading: number; readonly trailing: number } {
  const counts = page[2] ?? 0;
  return { leading: counts & 0x0f, trailing: counts >> 4 };
}

/** Page 0 as the driver needs it: all bits of a card, and no keystrokes (byte 7, bit 7: bHaltKBSnd). */
export function silentPage(found: ConfigPage): ConfigPage {
  const page = Uint8Array.from(found);
  page[2] = 0;
  page[7] = (page[7] ?? 0) | 0x80;
  return page;
}

/** Whether the device types what it reads. */
export function typesKeystrokes(page: ConfigPage): boolean {
  return ((page[7] ?? 0) & 0x80) === 0;
}

/**
 * Page 1 with the number of a card that is not seen any more held for about `holdMs`, at most 12,240 ms (byte 2: iIDHoldTO). The time for which the reader
 * overlooks the next card, and the same one (byte 3: iIDLockOutTm), is no more than half of that: a card that lies there must be seen again meanwhile.
 */
export function timedPage(found: ConfigPage, holdMs: number): ConfigPage {
  const page = Uint8Array.from(found);
  const steps = Math.round(holdMs / TIME_STEP_MS);
  page[2] = steps;
  page[3] = Math.min(page[3] ?? 0, steps >> 1);
  return page;
}

/** Page 2 with the lights under the program's control (byte 1, bit 1: bAppCtrlsLED), and one of them on (byte 0: bit 0 red, bit 1 green). */
export function litPage(found: ConfigPage, light: 'red' | 'green'): ConfigPage {
  const page = Uint8Array.from(found);
  page[0] = ((page[0] ?? 0) & ~0x03) | (light === 'red' ? 0x01 : 0x02);
  page[1] = (page[1] ?? 0) | 0x02;
  return page;
}

function report(bytes: Iterable<number>): Uint8Array {
  const made = new Uint8Array(REPORT_LENGTH);
  made.set([...bytes].slice(0, DATA_BYTES), 1);
  return made;
}

function nonsense(what: string): EncoderError {
  return new EncoderError('device_protocol', `the reader said ${what}: plug it in anew`);
}
