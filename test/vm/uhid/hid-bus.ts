import type { Guest } from '../guest.ts';
import type { GuestProgram } from '../guest-program.ts';
import * as uhid from './uhid-event.ts';

/** A HID device made of code. Reports have no numbers, and no 0 before them. */
export interface SimulatedHid {
  readonly identity: Omit<uhid.HidIdentity, 'phys'>;
  /** Throws where the device refuses. */
  setReport(kind: uhid.ReportKind, report: Uint8Array): void;
  /** Throws where the device refuses. */
  getReport(kind: uhid.ReportKind, reportId: number): Uint8Array;
  /** Where input reports go while it is plugged in; set by the bus. */
  onInput: (report: Uint8Array) => void;
}

/** HID devices of a guest. The kernel gives each a node /dev/hidrawN, and takes it away when it is unplugged. */
export class HidBus {
  readonly #guest: Guest;
  readonly #relay: GuestProgram;
  /** Rejects when the relay has ended, with what it said at last. */
  readonly #relayLost: Promise<never>;
  readonly #devices = new Map<string, { readonly device: SimulatedHid; readonly stopped: () => void }>();
  #seen = 0;

  private constructor(guest: Guest, relay: GuestProgram) {
    this.#guest = guest;
    this.#relay = relay;
    this.#relayLost = relay.ended.then((code) => {
      throw new Error(`the relay of HID devices ended with ${code}:\n${relay.lastLines}`);
    });
    // It also ends with its guest, when nobody waits any more.
    this.#relayLost.catch(() => {});
  }

  static async open(guest: Guest): Promise<HidBus> {
    const relay = await guest.start('env UV_THREADPOOL_SIZE=16 node test/vm/uhid/relay.ts');
    await relay.untilLine((line) => line === 'ready');
    const bus = new HidBus(guest, relay);
    relay.onLine = () => bus.#hearAll();
    return bus;
  }

  /** Resolves with the device's node once udev has made it. Rejects when the relay has ended. */
  async plug(device: SimulatedHid): Promise<string> {
    const { serialNumber } = device.identity;
    if (this.#devices.has(serialNumber)) throw new Error(`${serialNumber} is plugged in`);
    this.#devices.set(serialNumber, { device, stopped: () => {} });
    device.onInput = (report) => this.#tell(serialNumber, uhid.input(report));
    this.#tell(serialNumber, uhid.create({ ...device.identity, phys: `usb-0000:00:1d.0-1/${serialNumber}` }));
    const find = `grep -l '^HID_UNIQ=${serialNumber}$' /sys/class/hidraw/*/device/uevent`;
    const found = await this.#unlessLost(
      this.#guest.run(`until ${find}; do sleep 0.05; done 2>/dev/null && udevadm settle`),
    );
    const [, name = ''] = /hidraw\/(hidraw\d+)\//.exec(found) ?? [];
    await this.#guest.run(`udevadm wait --settle --timeout=30 /dev/${name}`);
    return `/dev/${name}`;
  }

  /** Resolves once the kernel has let go of the device. Rejects when the relay has ended. */
  async unplug(device: SimulatedHid): Promise<void> {
    const { serialNumber } = device.identity;
    device.onInput = () => {};
    const stopped = Promise.withResolvers<void>();
    this.#devices.set(serialNumber, { device, stopped: stopped.resolve });
    this.#tell(serialNumber, uhid.destroy());
    await this.#unlessLost(stopped.promise);
    this.#devices.delete(serialNumber);
  }

  /** Pulls all of them out at once: the relay ends. */
  async close(): Promise<void> {
    await this.#relay.stop();
  }

  #unlessLost<T>(promise: Promise<T>): Promise<T> {
    return Promise.race([promise, this.#relayLost]);
  }

  #tell(name: string, event: Buffer): void {
    // The kernel takes what is missing for zeros; but the type has to be whole.
    const [, digits] = /^(.{8}.*?)(?:00)*$/.exec(event.toString('hex')) ?? [];
    this.#relay.write(`${name} ${digits}`);
  }

  #hearAll(): void {
    for (; this.#seen < this.#relay.lines.length; this.#seen += 1) {
      const [name = '', digits = ''] = this.#relay.lines[this.#seen]?.split(' ') ?? [];
      const bytes = uhid.emptyEvent();
      bytes.write(digits, 'hex');
      const plugged = this.#devices.get(name);
      if (plugged === undefined) continue;
      const event = uhid.readEvent(bytes);
      if (event.event === 'stop') plugged.stopped();
      else this.#answer(name, plugged.device, event);
    }
  }

  /** The 0 that stands before reports without numbers never travels on USB: it is taken off here, and put back where the kernel wants it. */
  #answer(name: string, device: SimulatedHid, event: uhid.KernelEvent): void {
    switch (event.event) {
      case 'output':
        device.setReport(event.kind, event.data.subarray(1));
        return;
      case 'set_report':
        this.#tell(
          name,
          uhid.setReportReply(
            event.id,
            succeeds(() => device.setReport(event.kind, event.data.subarray(1))),
          ),
        );
        return;
      case 'get_report': {
        let report: Uint8Array | null = null;
        succeeds(() => {
          report = Uint8Array.of(0, ...device.getReport(event.kind, event.reportId));
        });
        this.#tell(name, uhid.getReportReply(event.id, report));
      }
    }
  }
}

function succeeds(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
