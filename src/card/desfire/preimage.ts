import { FILE_BYTES } from './layout.ts';

/** What to bring back: no application, the file as it was, or nothing, because the card was not to be written anyway. */
export type Preimage =
  | { readonly kind: 'blank' }
  | { readonly kind: 'file'; readonly content: Uint8Array }
  | { readonly kind: 'nothing' };

const BLANK = 0x00;
const FILE = 0x01;
const NOTHING = 0x02;

export function keepBlank(): Uint8Array {
  return Uint8Array.of(BLANK);
}

/** `content` is the whole file. */
export function keepFile(content: Uint8Array): Uint8Array {
  return Uint8Array.of(FILE, ...content);
}

export function keepNothing(): Uint8Array {
  return Uint8Array.of(NOTHING);
}

/** Throws a plain Error for bytes that none of the three above made. */
export function parsePreimage(bytes: Uint8Array): Preimage {
  const content = bytes.slice(1);
  if (bytes[0] === FILE && content.length === FILE_BYTES) return { kind: 'file', content };
  if (bytes.length === 1 && bytes[0] === BLANK) return { kind: 'blank' };
  if (bytes.length === 1 && bytes[0] === NOTHING) return { kind: 'nothing' };
  throw new Error(`not what was kept of a DESFire card: ${bytes.length} bytes`);
}
