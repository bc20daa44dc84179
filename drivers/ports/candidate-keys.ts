import type { UsbIdentity } from './contract.ts';

/** Numbers that makers leave in every piece: `0001`, `00000000`, `0123456789`. */
const NO_SERIAL_NUMBER = /^(0*1?|0?123456789?0?|12345678)$/;

/** A place where a device is: what distinguishes it from every other one that is plugged in now. */
export interface UsbPlace {
  readonly usb: UsbIdentity;
  /** The port of an adapter that has several at one interface; 0 where there is one. */
  readonly portNumber: number;
}

/**
 * Gives candidates on USB their keys: by serial number, or by USB port where there is none. Serial numbers that two devices have in common, as cheap
 * adapters do, count as none from then on; but a device keeps the key that it was given until it is unplugged.
 */
export class CandidateKeys {
  readonly #shared = new Set<string>();
  #given = new Map<string, { readonly identity: string; readonly key: string }>();

  /** The keys of all that is plugged in now, in the order of `places`. */
  of(places: readonly UsbPlace[]): readonly string[] {
    const bySerial = places.map(serialKey);
    for (const [index, key] of bySerial.entries())
      if (key !== undefined && bySerial.indexOf(key) !== index) this.#shared.add(key);
    const given = new Map<string, { readonly identity: string; readonly key: string }>();
    const keys = places.map((place, index) => {
      const serial = bySerial[index];
      const byPort = portKey(place);
      const identity = `${byPort} ${place.usb.serialNumber}`;
      const before = this.#given.get(byPort);
      const fresh = serial === undefined || this.#shared.has(serial) ? byPort : serial;
      const key = before?.identity === identity ? before.key : fresh;
      given.set(byPort, { identity, key });
      return key;
    });
    this.#given = given;
    return keys;
  }
}

/** Lower case, digits and hyphens, as keys are: `/dev/ttyS0` is `dev-ttys0`. */
export function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}

function serialKey(place: UsbPlace): string | undefined {
  const serialNumber = slug(place.usb.serialNumber ?? '');
  return NO_SERIAL_NUMBER.test(serialNumber) ? undefined : keyOf(place, `serial-${serialNumber}`);
}

function portKey(place: UsbPlace): string {
  return keyOf(place, `usb-${slug(place.usb.port)}`);
}

function keyOf({ usb, portNumber }: UsbPlace, which: string): string {
  const face = usb.interfaceNumber === undefined ? '' : `-if${usb.interfaceNumber}`;
  const port = portNumber === 0 ? '' : `-port${portNumber}`;
  return `${usb.vendorId}-${usb.productId}-${which}${face}${port}`;
}
