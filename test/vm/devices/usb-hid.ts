import {
  MSR605X_PRODUCT_ID,
  MSR605X_REPORT_DESCRIPTOR,
  MSR605X_VENDOR_ID,
  Msr605xDevice,
} from '../../benches/msr605/msr605x-device.ts';
import { StripeHand } from '../../benches/msr605/swiping-hand.ts';
import { PcproxDevice } from '../../benches/pcprox/pcprox-device.ts';
import type { SimulatedHid } from '../uhid/hid-bus.ts';

/** A keyboard, as HID 1.11, appendix B.1, describes it, with feature reports of 8 bytes besides: the maker's own descriptor is not published. */
const PCPROX_REPORT_DESCRIPTOR = Uint8Array.of(
  ...[0x05, 0x01, 0x09, 0x06, 0xa1, 0x01, 0x05, 0x07, 0x19, 0xe0, 0x29, 0xe7, 0x15, 0x00, 0x25, 0x01],
  ...[0x75, 0x01, 0x95, 0x08, 0x81, 0x02, 0x95, 0x01, 0x75, 0x08, 0x81, 0x01, 0x95, 0x06, 0x75, 0x08],
  ...[0x15, 0x00, 0x25, 0x65, 0x05, 0x07, 0x19, 0x00, 0x29, 0x65, 0x81, 0x00],
  ...[0x06, 0x00, 0xff, 0x09, 0x01, 0x15, 0x00, 0x26, 0xff, 0x00, 0x75, 0x08, 0x95, 0x08, 0xb1, 0x02, 0xc0],
);

/** A simulated MSR605X, for a guest's HID bus, and the hand that swipes cards through it. */
export interface HidMsr605x extends SimulatedHid {
  readonly shell: Msr605xDevice;
  readonly hand: StripeHand;
}

export function hidMsr605x(serialNumber: string): HidMsr605x {
  const shell = new Msr605xDevice();
  const hand = new StripeHand(shell.device);
  hand.isWilling = false;
  return {
    shell,
    hand,
    identity: {
      vendorId: MSR605X_VENDOR_ID,
      productId: MSR605X_PRODUCT_ID,
      name: 'MSR605X',
      serialNumber,
      descriptor: MSR605X_REPORT_DESCRIPTOR,
    },
    setReport(kind, report) {
      if (kind !== 'input') shell.receive(report, kind);
    },
    getReport() {
      throw new Error('an MSR605X has no report that can be asked for');
    },
    get onInput() {
      return shell.onInput;
    },
    set onInput(onInput) {
      shell.onInput = onInput;
    },
  };
}

/** A simulated pcProx, for a guest's HID bus. */
export interface HidPcprox extends SimulatedHid {
  readonly reader: PcproxDevice;
}

export function hidPcprox(serialNumber: string): HidPcprox {
  const reader = new PcproxDevice();
  return {
    reader,
    identity: {
      vendorId: 0x0c27,
      productId: 0x3bfa,
      name: 'RFIDeas USB Keyboard',
      serialNumber,
      descriptor: PCPROX_REPORT_DESCRIPTOR,
    },
    setReport(_kind, report) {
      reader.setFeature(report);
    },
    getReport: (_kind, reportId) => reader.getFeature(reportId, 8),
    onInput: () => {},
  };
}
