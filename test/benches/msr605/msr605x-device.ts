import { Msr605Device } from './msr605-device.ts';

const PACKET_BYTES = 64;
const PAYLOAD_BYTES = PACKET_BYTES - 1;

export const MSR605X_VENDOR_ID = 0x0801;
export const MSR605X_PRODUCT_ID = 0x0003;

/** Reports of 64 bytes without numbers, of the maker's own page: input, output, feature. The maker's descriptor is not published: this one serves. */
export const MSR605X_REPORT_DESCRIPTOR = Uint8Array.of(
  ...[0x06, 0x00, 0xff, 0x09, 0x01, 0xa1, 0x01, 0x15, 0x00, 0x26, 0xff, 0x00, 0x75, 0x08, 0x95, 0x40],
  ...[0x09, 0x01, 0x81, 0x02, 0x95, 0x40, 0x09, 0x02, 0x91, 0x02, 0x95, 0x40, 0x09, 0x03, 0xb1, 0x02, 0xc0],
);

/**
 * An MSR605X: the MSR605 behind HID reports of 64 bytes. What a report carries beyond its length is what was in the buffer before, as in the device.
 * Nothing here knows how the reports travel.
 */
export class Msr605xDevice {
  /** Swipe cards here, and look at what it is set to. */
  readonly device = new Msr605Device();
  /** Gets each input report: 64 bytes. */
  onInput: (report: Uint8Array) => void = () => {};
  /** Which reports it heeds; others pass unheard. Open drivers disagree on what the true device does. */
  heeds: readonly ('output' | 'feature')[] = ['feature'];
  /** Which reports fail: `receive` throws, as a transfer does that the device stalls. */
  refuses: readonly ('output' | 'feature')[] = [];
  #message: number[] = [];
  #buffer = new Uint8Array(PAYLOAD_BYTES).fill(0xa5);

  constructor() {
    this.device.onSend = (bytes) => this.#send(bytes);
  }

  /** A report from the host: 64 bytes, or 65 with the report id 0 before them. */
  receive(report: Uint8Array, kind: 'output' | 'feature'): void {
    if (this.refuses.includes(kind)) throw new Error(`no ${kind} reports here`);
    if (!this.heeds.includes(kind)) return;
    const packet = report.length === PACKET_BYTES + 1 ? report.subarray(1) : report;
    const [header = 0] = packet;
    if (header >= 0x80) this.#message = [];
    const isFirst = (header & 0x80) !== 0;
    const isLast = (header & 0x40) !== 0;
    // A packet in the middle of nothing is none.
    if (!isFirst && this.#message.length === 0) return;
    this.#message.push(...packet.subarray(1, 1 + (header & 0x3f)));
    if (!isLast) return;
    const message = Uint8Array.from(this.#message);
    this.#message = [];
    this.device.receive(message);
  }

  #send(bytes: Uint8Array): void {
    for (let at = 0; at === 0 || at < bytes.length; at += PAYLOAD_BYTES) {
      const part = bytes.subarray(at, at + PAYLOAD_BYTES);
      this.#buffer.set(part);
      const isLast = at + PAYLOAD_BYTES >= bytes.length;
      this.onInput(Uint8Array.of((at === 0 ? 0x80 : 0) | (isLast ? 0x40 : 0) | part.length, ...this.#buffer));
    }
  }
}
