import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';

/** A USB device as it stands in sysfs, and what hangs on one of its interfaces. */
export interface PluggedDevice {
  /** `1-1.4` */
  readonly port: string;
  readonly vendorId: string;
  readonly productId: string;
  readonly serial?: string;
  readonly manufacturer?: string;
  readonly product?: string;
  /** `00`, the default. */
  readonly interface?: string;
}

/** A system's folders /sys and /dev, with the devices that are plugged in, as the kernel and udev lay them out. */
export class SysfsTree implements AsyncDisposable {
  readonly sysfs: string;
  readonly dev: string;
  readonly #root: string;
  #pluggings = 0;

  private constructor(root: string) {
    this.#root = root;
    this.sysfs = join(root, 'sys');
    this.dev = join(root, 'dev');
  }

  /** Without a device but the virtual consoles and ttyS0. */
  static async make(): Promise<SysfsTree> {
    const tree = new SysfsTree(await realpath(await mkdtemp(join(tmpdir(), 'encoderd-sysfs-'))));
    for (const folder of ['sys/class/tty', 'sys/class/hidraw', 'dev/serial/by-id'])
      await mkdir(join(tree.#root, folder), { recursive: true });
    for (const name of ['tty', 'tty0', 'tty1', 'console', 'ptmx'])
      await tree.#addTty(`devices/virtual/tty/${name}`, name);
    await tree.#addTty('devices/pnp0/00:05/00:05:0/00:05:0.0/tty/ttyS0', 'ttyS0');
    return tree;
  }

  /** A device whose interface is a tty of usb-serial: `ttyUSB0`. `node` is what its node in /dev is: a link to a pty, or a plain file. */
  async plugUsbSerial(name: string, device: PluggedDevice, node?: string): Promise<void> {
    const folder = await this.#addUsbInterface(device);
    await this.#addTty(`${folder}/${name}/tty/${name}`, name, node);
    await this.#write(`${folder}/${name}`, { port_number: '0' });
  }

  /** A device whose interface is a tty of its own: `ttyACM0`. */
  async plugAcm(name: string, device: PluggedDevice, node?: string): Promise<void> {
    const folder = await this.#addUsbInterface(device);
    await this.#addTty(`${folder}/tty/${name}`, name, node);
  }

  /** A HID device on USB: `hidraw0`. */
  async plugHid(name: string, device: PluggedDevice): Promise<void> {
    const folder = await this.#addUsbInterface(device);
    const phys = `usb-0000:00:14.0-${device.port.replace(/^\d+-/, '')}/input${Number(device.interface ?? 0)}`;
    await this.#addHid(name, folder, device.vendorId, device.productId, phys, device.serial ?? '');
  }

  /** A HID device that a program made through /dev/uhid. */
  async makeUhid(
    name: string,
    vendorId: string,
    productId: string,
    phys: string,
    uniq: string,
  ): Promise<void> {
    await this.#addHid(name, 'devices/virtual/misc/uhid', vendorId, productId, phys, uniq);
  }

  /** Takes a tty or hidraw away, and its USB device. */
  async unplug(name: string): Promise<void> {
    for (const kind of ['tty', 'hidraw']) {
      const link = join(this.sysfs, 'class', kind, name);
      const folder = await realpath(link).catch(() => undefined);
      if (folder === undefined) continue;
      await rm(link);
      await rm(join(this.dev, name), { force: true });
      const usb = folder.match(/^.*?\/\d+-[\d.]+(?=\/\d+-[\d.]+:)/)?.[0];
      await rm(usb ?? folder, { recursive: true });
    }
  }

  /** A link of udev: `serial/by-id/usb-...`; `to` is a name in /dev. */
  async addLink(path: string, to: string): Promise<string> {
    const link = join(this.dev, path);
    await symlink(relative(dirname(link), join(this.dev, to)), link);
    return link;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#root, { recursive: true, force: true });
  }

  /** The folder of the interface, from the top of sysfs. */
  async #addUsbInterface(device: PluggedDevice): Promise<string> {
    const bus = device.port.split('-')[0];
    const folder = `devices/pci0000:00/0000:00:14.0/usb${bus}/${device.port}`;
    this.#pluggings += 1;
    await this.#write(folder, {
      idVendor: device.vendorId,
      idProduct: device.productId,
      devnum: String(this.#pluggings),
      ...(device.serial === undefined ? {} : { serial: device.serial }),
      ...(device.manufacturer === undefined ? {} : { manufacturer: device.manufacturer }),
      ...(device.product === undefined ? {} : { product: device.product }),
    });
    const number = device.interface ?? '00';
    const face = `${folder}/${device.port}:1.${Number.parseInt(number, 16)}`;
    await this.#write(face, { bInterfaceNumber: number });
    return face;
  }

  async #addTty(folder: string, name: string, node?: string): Promise<void> {
    await this.#write(folder, { dev: '188:0' });
    await symlink(`../../${folder}`, join(this.sysfs, 'class/tty', name));
    await this.#addNode(name, node);
  }

  async #addHid(
    name: string,
    parent: string,
    vendorId: string,
    productId: string,
    phys: string,
    uniq: string,
  ): Promise<void> {
    this.#pluggings += 1;
    const ids = `${vendorId}:${productId}`.toUpperCase();
    const device = `${parent}/0003:${ids}.${String(this.#pluggings).padStart(4, '0')}`;
    const longIds = ids
      .split(':')
      .map((id) => `0000${id}`)
      .join(':');
    await this.#write(device, {
      uevent: [
        'DRIVER=hid-generic',
        `HID_ID=0003:${longIds}`,
        'HID_NAME=A reader',
        `HID_PHYS=${phys}`,
        `HID_UNIQ=${uniq}`,
        '',
      ].join('\n'),
    });
    await this.#write(`${device}/hidraw/${name}`, { dev: '240:0' });
    await symlink(`../../${device}/hidraw/${name}`, join(this.sysfs, 'class/hidraw', name));
    await this.#addNode(name);
  }

  async #addNode(name: string, node?: string): Promise<void> {
    const path = join(this.dev, name);
    await (node === undefined ? writeFile(path, '') : symlink(node, path));
  }

  async #write(folder: string, attributes: Readonly<Record<string, string>>): Promise<void> {
    const path = join(this.sysfs, folder);
    await mkdir(path, { recursive: true });
    for (const [name, value] of Object.entries(attributes)) await writeFile(join(path, name), `${value}\n`);
  }
}
