/** What is used of an open /dev/uhid: one device of the kernel's, from its creation until it is closed. */
export interface UhidFile {
  write(event: Uint8Array): Promise<unknown>;
  /** Waits until the kernel has something to say. */
  read(into: Uint8Array, offset: number, length: number, position: null): Promise<unknown>;
  close(): Promise<void>;
}

const EVENT_BYTES = 4380;
const DESTROY = 1;
const STOP = 3;
const CREATE = 11;

/** A device from its creation until it is destroyed. */
interface LivingDevice {
  readonly file: Promise<UhidFile>;
  /** Resolves when what was written so far has been taken. */
  written: Promise<unknown>;
}

/**
 * Devices by their names, each at a file of its own. It knows no more of events than when a device begins and when it is over; uhid-event.ts knows the rest.
 * The kernel takes nothing for a device that is destroyed (EINVAL); any other event that it does not take is an unhandled rejection.
 */
export class UhidDevices {
  readonly #open: () => Promise<UhidFile>;
  readonly #hear: (name: string, event: Buffer) => void;
  readonly #living = new Map<string, LivingDevice>();

  /** `hear` gets what the kernel says of a device. */
  constructor(open: () => Promise<UhidFile>, hear: (name: string, event: Buffer) => void) {
    this.#open = open;
    this.#hear = hear;
  }

  /** Events of one device are written in the order in which they come: two writes at once, in a thread each, would overtake each other. */
  tell(name: string, event: Buffer): void {
    const type = event.readUInt32LE(0);
    const device = type === CREATE ? this.#begin(name) : this.#living.get(name);
    // An answer that crossed the device's end: the kernel asked before it knew of that.
    if (device === undefined) return;
    const { file, written } = device;
    device.written = written.then(async () => (await file).write(event));
    if (type === CREATE) void device.written.then(async () => this.#follow(name, await file));
    // It still has to say that it has stopped: that is heard, and nothing told any more.
    if (type === DESTROY) this.#living.delete(name);
  }

  #begin(name: string): LivingDevice {
    const file = this.#open();
    const device = { file, written: file };
    this.#living.set(name, device);
    return device;
  }

  /** Until the device has stopped. A read waits in a thread of its own: UV_THREADPOOL_SIZE bounds the devices. */
  async #follow(name: string, file: UhidFile): Promise<void> {
    for (;;) {
      const event = Buffer.alloc(EVENT_BYTES);
      await file.read(event, 0, EVENT_BYTES, null);
      this.#hear(name, event);
      if (event.readUInt32LE(0) === STOP) return file.close();
    }
  }
}
