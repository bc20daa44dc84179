import { parseReaderName, type ReaderName } from './reader-name.ts';

/** A device's id, and whether it holds over replugging. */
export interface DeviceId {
  readonly id: string;
  /** False where nothing but pcscd's counter tells two equal readers apart. */
  readonly isLasting: boolean;
}

export interface KnownReader {
  readonly readerName: string;
  readonly id: string;
  /** The USB port that its id was made from, if it was. */
  readonly usbPort?: string;
}

/**
 * Makes the id of a reader that has just come: from its serial number, else from its name alone, else (an equal one is there) from
 * the USB port that no known reader has claimed, and at last from pcscd's counter.
 * `present`: every name that pcscd lists now; `known`: the readers that have an id; `usbPorts`: where readers of this product are plugged in.
 */
export function deviceIdFor(
  readerName: string,
  present: readonly string[],
  known: readonly KnownReader[],
  usbPorts: (title: string) => readonly string[],
): DeviceId & { readonly usbPort?: string } {
  const name = parseReaderName(readerName);
  const base = slug(name.serial === undefined ? name.title : `${name.title} ${name.serial}`);
  const taken = new Set(known.map((reader) => reader.id));
  const plain = withSlot(base, name);
  const usbPort = usbPortFor(name, known, usbPorts);
  const port = usbPort === undefined ? {} : { usbPort };
  const hasTwin = present.some((other) => other !== readerName && isTwin(parseReaderName(other), name));
  if (!hasTwin && !taken.has(plain)) return { id: plain, isLasting: true, ...port };
  if (usbPort !== undefined) {
    return { id: withSlot(`${base}-usb-${slug(usbPort)}`, name), isLasting: true, ...port };
  }
  return { id: withSlot(`${base}-${name.index.toLowerCase()}`, name), isLasting: false };
}

/** The port of the reader's other slot, else the only one that no known reader has; undefined when that is not just one. */
function usbPortFor(
  name: ReaderName,
  known: readonly KnownReader[],
  usbPorts: (title: string) => readonly string[],
): string | undefined {
  const sibling = known.find((reader) => isSibling(parseReaderName(reader.readerName), name));
  if (sibling !== undefined) return sibling.usbPort;
  const claimed = known.map((reader) => reader.usbPort);
  const [port, another] = usbPorts(name.title).filter((each) => !claimed.includes(each));
  return another === undefined ? port : undefined;
}

/** Two readers that nothing but the counter tells apart. */
function isTwin(one: ReaderName, other: ReaderName): boolean {
  return one.title === other.title && one.serial === other.serial && one.slot === other.slot;
}

/** Two slots of one reader. */
function isSibling(one: ReaderName, other: ReaderName): boolean {
  return (
    one.title === other.title &&
    one.serial === other.serial &&
    one.index === other.index &&
    one.slot !== other.slot
  );
}

function withSlot(base: string, name: ReaderName): string {
  return name.slot === 0 ? base : `${base}-slot-${name.slot}`;
}

function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}
