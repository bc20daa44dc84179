import { type Check, error, fine, note, warning } from '../check.ts';
import type { Desk } from '../desk.ts';
import { called, isCardReader, type UsbDevice, usbDevices } from '../facts/usb-facts.ts';

/** What libccid knows; Debian, Fedora and Arch have it here. */
const INFO = 'usr/lib/pcsc/drivers/ifd-ccid.bundle/Contents/Info.plist';

/** Whether every smart card reader on USB is one in PC/SC, too. */
export const usbReaders: Check = {
  id: 'usb-readers',
  async look(desk) {
    if (!desk.isLinux || desk.drivers?.includes('pcsc') === false) return [];
    const readers = usbDevices(desk).filter(isCardReader);
    const info = desk.text(INFO);
    if (info === null && !desk.names('usr/lib64/pcsc/drivers').includes('ifd-ccid.bundle')) {
      const told = {
        id: 'libccid-missing',
        evidence: [`there is no ${desk.at(INFO)}`, ...readers.map(called)],
        cure: desk.isDebian ? 'apt-get install libccid' : 'Install the package ccid of this system.',
      };
      return readers.length > 0
        ? [error({ ...told, summary: 'The driver of pcscd for readers on USB, libccid, is not installed.' })]
        : [
            note({
              ...told,
              summary: 'libccid is not installed: a PC/SC reader that is plugged in would not work.',
            }),
          ];
    }
    if (readers.length === 0) return [];
    const pcsc = await desk.pcsc();
    // Check pcscd tells why.
    if (pcsc.state !== 'works') return [];
    const known = info === null ? null : productsIn(info);
    return readers.map((reader) => {
      const product = productOf(desk, reader);
      const isThere = pcsc.readers.some((name) => product !== '' && name.includes(product));
      if (isThere) return fine('usb-reader-in-pcsc', `The reader ${called(reader)} is there in PC/SC.`);
      const id = `${reader.vendorId}:${reader.productId}`;
      const isKnown = known?.has(id) ?? true;
      const holders = reader.interfaces.flatMap(({ name, driver }) =>
        driver === null || driver === 'usbfs' ? [] : [`the kernel's driver ${driver} has ${name}`],
      );
      return warning({
        id: isKnown ? 'usb-reader-not-in-pcsc' : 'usb-reader-unknown-to-libccid',
        summary: isKnown
          ? `The reader ${called(reader)} is plugged in, and PC/SC does not have it.`
          : `The reader ${called(reader)} is newer than libccid, which does not know it.`,
        evidence: [
          `PC/SC lists ${pcsc.readers.length === 0 ? 'no reader' : pcsc.readers.join(', ')}`,
          ...(isKnown ? [] : [`${desk.at(INFO)} does not name ${id}`]),
          ...holders,
        ],
        cure: isKnown
          ? 'Plug it in anew; if that does not help: systemctl restart pcscd, and journalctl -u pcscd says why'
          : 'Install a newer libccid (Debian: from backports), or use another reader.',
      });
    });
  },
};

/** A reader's name in PC/SC has the product's string in it. */
function productOf(desk: Desk, { port }: UsbDevice): string {
  return desk.text(`sys/bus/usb/devices/${port}/product`) ?? '';
}

/** `072f:2200` of Info.plist, whose lists of vendors and products go side by side. */
function productsIn(info: string): ReadonlySet<string> {
  const list = (name: string) => {
    const [, body = ''] = new RegExp(`<key>${name}</key>\\s*<array>([\\s\\S]*?)</array>`).exec(info) ?? [];
    return [...body.matchAll(/<string>0x([0-9a-f]{4})<\/string>/gi)].map(([, id = '']) => id.toLowerCase());
  };
  const products = list('ifdProductID');
  return new Set(list('ifdVendorID').map((vendor, index) => `${vendor}:${products[index]}`));
}
