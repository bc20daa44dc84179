/** What pcscd puts into the name of a reader: `Maker Product [Interface] (serial) II SS` (pcscd, readerfactory.c). */
export interface ReaderName {
  /** What a person calls it: the name without serial number and counters. */
  readonly title: string;
  readonly serial: string | undefined;
  /** pcscd's count of equal readers: where it was free when the reader came. Two hexadecimal digits. */
  readonly index: string;
  /** The slot of the reader, from 0: a reader with two antennas, or a contact and a contactless side, has two. */
  readonly slot: number;
}

/** Takes apart a reader's name. One without counters (Windows numbers otherwise) has index `00` and slot 0. */
export function parseReaderName(name: string): ReaderName {
  const [, before = name, index = '00', slot = '00'] = /^(.*?) ([0-9A-F]{2}) ([0-9A-F]{2})$/.exec(name) ?? [];
  const [, title = before, serial] = /^(.*?) \(([^()]+)\)$/.exec(before) ?? [];
  return { title, serial, index, slot: Number.parseInt(slot, 16) };
}

/** The slot for a secure access module is in the reader's body: no card comes to it. */
export function isSamSlot(name: string): boolean {
  return /\bSAM\b/.test(name);
}
