/*
 * The header of a file in a tar archive: POSIX ustar (IEEE Std 1003.1, pax, "ustar Interchange Format"). 512 bytes of text fields, numbers in
 * octal. Only plain files, with names of up to 100 bytes.
 */

export const BLOCK = 512;

const NAME_BYTES = 100;

/** Eleven octal digits. */
const LARGEST_SIZE = 8 ** 11 - 1;

/** Offset and length of each field that is used. */
const FIELDS = {
  name: [0, NAME_BYTES],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  typeflag: [156, 1],
  magic: [257, 6],
  version: [263, 2],
} as const;

/** How a file stands in an archive. */
export interface TarHeader {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

/** The header of a file of mode 0600, of nobody's, of this time (milliseconds since 1970). Throws for what a header cannot hold. */
export function tarHeader({ name, size }: TarHeader, at: number): Uint8Array {
  const bytes = Buffer.from(name, 'utf8');
  if (bytes.length > NAME_BYTES || size > LARGEST_SIZE) throw new Error(`No tar header can hold ${name}`);
  const header = Buffer.alloc(BLOCK);
  bytes.copy(header);
  octal(header, 'mode', 0o600);
  octal(header, 'uid', 0);
  octal(header, 'gid', 0);
  octal(header, 'size', size);
  octal(header, 'mtime', Math.max(0, Math.floor(at / 1000)));
  header.write('0', FIELDS.typeflag[0], 'latin1');
  header.write('ustar\0', FIELDS.magic[0], 'latin1');
  header.write('00', FIELDS.version[0], 'latin1');
  header.write(`${checksumOf(header).toString(8).padStart(6, '0')}\0 `, FIELDS.checksum[0], 'latin1');
  return header;
}

/** What a header says; null: it is the end of the archive. Throws for what is no header of a plain file. */
export function readTarHeader(header: Buffer): TarHeader | null {
  if (header.every((byte) => byte === 0)) return null;
  const isOurs = text(header, 'magic') === 'ustar' && text(header, 'typeflag') === '0';
  if (!isOurs || number(header, 'checksum') !== checksumOf(header)) throw new Error('it is no such archive');
  return { name: text(header, 'name'), size: number(header, 'size') };
}

/** How many zeros follow a file of this size. */
export const paddingOf = (size: number): number => (BLOCK - (size % BLOCK)) % BLOCK;

function octal(header: Buffer, field: keyof typeof FIELDS, value: number): void {
  const [at, length] = FIELDS[field];
  header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1');
}

function text(header: Buffer, field: keyof typeof FIELDS): string {
  const [at, length] = FIELDS[field];
  const bytes = header.subarray(at, at + length);
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? length : end);
}

const number = (header: Buffer, field: keyof typeof FIELDS): number =>
  Number.parseInt(text(header, field).trim() || '0', 8);

/** The sum of all bytes, with its own field taken for spaces. */
function checksumOf(header: Buffer): number {
  const [at, length] = FIELDS.checksum;
  return header.reduce((sum, byte, n) => sum + (n >= at && n < at + length ? 0x20 : byte), 0);
}
