/** A card reader or encoder on USB, ids as four lower-case hexadecimal digits. */
export interface KnownReader {
  readonly vendorId: string;
  /** Absent: every product of the maker that is none of the others. */
  readonly productId?: string;
  readonly name: string;
  /** The driver that drives it as it is; null: none does. */
  readonly driver: string | null;
  /** Of one that no driver drives: why, and what a person can do. */
  readonly trouble?: { readonly id: 'wrong-firmware' | 'reader-not-supported'; readonly cure: string };
}

const SIMPLE_PROTOCOL =
  'Load an image of the simple protocol into it (TWN4_xCx..._Multi_CDC_Simple_Protocol.bix of ELATEC\'s developer pack) with AppBlaster, "Program Firmware Image".';

const CONFIGURE_AS_HID =
  "Use a pcProx 0c27:3bfa or 0c27:3b1e, or one that is a PC/SC reader; rf IDEAS' configuration utility can change some models.";

/**
 * What is known of readers on USB, beyond the class of smart card readers. ELATEC: drivers/twn4/README.md; rf IDEAS: drivers/pcprox/README.md; the
 * others: drivers/msr605/README.md, and the list of USB ids (http://www.linux-usb.org/usb.ids).
 */
export const KNOWN_READERS: readonly KnownReader[] = [
  { vendorId: '09d8', productId: '0420', name: 'ELATEC TWN4', driver: 'twn4' },
  {
    vendorId: '09d8',
    productId: '0410',
    name: 'ELATEC TWN4 with the firmware for keyboards',
    driver: null,
    trouble: { id: 'wrong-firmware', cure: SIMPLE_PROTOCOL },
  },
  { vendorId: '09d8', productId: '0427', name: 'ELATEC TWN4 with the PC/SC firmware', driver: 'pcsc' },
  { vendorId: '09d8', productId: '0428', name: 'ELATEC TWN4 with the PC/SC firmware', driver: 'pcsc' },
  { vendorId: '0c27', productId: '3bfa', name: 'rf IDEAS pcProx', driver: 'pcprox' },
  { vendorId: '0c27', productId: '3b1e', name: 'rf IDEAS pcProx Plus', driver: 'pcprox' },
  {
    vendorId: '0c27',
    name: 'reader of rf IDEAS of another model',
    driver: null,
    trouble: { id: 'reader-not-supported', cure: CONFIGURE_AS_HID },
  },
  { vendorId: '0801', productId: '0003', name: 'MSR605X', driver: 'msr605' },
  {
    vendorId: '0801',
    name: 'reader of MagTek of another model',
    driver: null,
    trouble: { id: 'reader-not-supported', cure: 'Use an MSR605X, or an MSR605 at a serial port.' },
  },
];

/** Adapters from USB to a serial port, behind which an encoder may be: they never say which. */
export const SERIAL_ADAPTERS: Readonly<Record<string, string>> = {
  '1a86:7523': 'CH340',
  '1a86:7522': 'CH340',
  '1a86:5523': 'CH341',
  '1a86:55d4': 'CH9102',
  '1a86:55d3': 'CH343',
  '0403:6001': 'FTDI FT232R',
  '0403:6010': 'FTDI FT2232',
  '0403:6011': 'FTDI FT4232',
  '0403:6014': 'FTDI FT232H',
  '0403:6015': 'FTDI FT-X',
  '10c4:ea60': 'CP210x',
  '067b:2303': 'PL2303',
};
