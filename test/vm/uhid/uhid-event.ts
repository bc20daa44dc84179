/**
 * The events of /dev/uhid (linux/uhid.h): 4380 bytes each, numbers as the machine has them, lengths beside fields of fixed size.
 */

const EVENT_BYTES = 4380;
const BUS_USB = 0x03;

/** Types of events. */
const DESTROY = 1;
const STOP = 3;
const OUTPUT = 6;
const GET_REPORT = 9;
const GET_REPORT_REPLY = 10;
const CREATE2 = 11;
const INPUT2 = 12;
const SET_REPORT = 13;
const SET_REPORT_REPLY = 14;

/** What a driver is told of a device on USB. */
export interface HidIdentity {
  readonly vendorId: number;
  readonly productId: number;
  readonly name: string;
  readonly serialNumber: string;
  /** Where it is plugged in: `usb-0000:00:1d.0-1/input0`. */
  readonly phys: string;
  readonly descriptor: Uint8Array;
}

export type ReportKind = 'feature' | 'output' | 'input';

const KINDS: readonly ReportKind[] = ['feature', 'output', 'input'];

/** What the kernel asks of a device. */
export type KernelEvent =
  | { readonly event: 'output'; readonly kind: ReportKind; readonly data: Uint8Array }
  | {
      readonly event: 'get_report';
      readonly id: number;
      readonly kind: ReportKind;
      readonly reportId: number;
    }
  | {
      readonly event: 'set_report';
      readonly id: number;
      readonly kind: ReportKind;
      readonly data: Uint8Array;
    }
  /** The device was destroyed; nothing comes any more. */
  | { readonly event: 'stop' }
  | { readonly event: 'other' };

export function readEvent(bytes: Buffer): KernelEvent {
  switch (bytes.readUInt32LE(0)) {
    case STOP:
      return { event: 'stop' };
    case OUTPUT:
      return {
        event: 'output',
        kind: KINDS[bytes.readUInt8(4102)] ?? 'output',
        data: bytes.subarray(4, 4 + bytes.readUInt16LE(4100)),
      };
    case GET_REPORT:
      return {
        event: 'get_report',
        id: bytes.readUInt32LE(4),
        reportId: bytes.readUInt8(8),
        kind: KINDS[bytes.readUInt8(9)] ?? 'feature',
      };
    case SET_REPORT:
      return {
        event: 'set_report',
        id: bytes.readUInt32LE(4),
        kind: KINDS[bytes.readUInt8(9)] ?? 'feature',
        data: bytes.subarray(12, 12 + bytes.readUInt16LE(10)),
      };
    default:
      return { event: 'other' };
  }
}

/** What is read from /dev/uhid goes in here. */
export function emptyEvent(): Buffer {
  return Buffer.alloc(EVENT_BYTES);
}

export function create(identity: HidIdentity): Buffer {
  const bytes = eventOf(CREATE2);
  bytes.write(identity.name, 4, 127, 'utf8');
  bytes.write(identity.phys, 132, 63, 'utf8');
  bytes.write(identity.serialNumber, 196, 63, 'utf8');
  bytes.writeUInt16LE(identity.descriptor.length, 260);
  bytes.writeUInt16LE(BUS_USB, 262);
  bytes.writeUInt32LE(identity.vendorId, 264);
  bytes.writeUInt32LE(identity.productId, 268);
  bytes.set(identity.descriptor, 280);
  return bytes;
}

export function destroy(): Buffer {
  return eventOf(DESTROY);
}

export function input(report: Uint8Array): Buffer {
  const bytes = eventOf(INPUT2);
  bytes.writeUInt16LE(report.length, 4);
  bytes.set(report, 6);
  return bytes;
}

/** `report` is null where the device refuses. */
export function getReportReply(id: number, report: Uint8Array | null): Buffer {
  const bytes = eventOf(GET_REPORT_REPLY);
  bytes.writeUInt32LE(id, 4);
  bytes.writeUInt16LE(report === null ? 1 : 0, 8);
  bytes.writeUInt16LE(report?.length ?? 0, 10);
  bytes.set(report ?? [], 12);
  return bytes;
}

export function setReportReply(id: number, isTaken: boolean): Buffer {
  const bytes = eventOf(SET_REPORT_REPLY);
  bytes.writeUInt32LE(id, 4);
  bytes.writeUInt16LE(isTaken ? 0 : 1, 8);
  return bytes;
}

function eventOf(type: number): Buffer {
  const bytes = emptyEvent();
  bytes.writeUInt32LE(type, 0);
  return bytes;
}
