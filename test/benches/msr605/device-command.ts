/** A command of the MSR605 as the device takes it: MSR605 Programmer's Manual rev B, section 6. */
export type DeviceCommand =
  | { readonly kind: 'plain'; readonly code: number }
  /** 7A, 63, 62, 6F with the bytes after them. */
  | { readonly kind: 'with_bytes'; readonly code: number; readonly bytes: readonly number[] }
  | { readonly kind: 'write_iso'; readonly texts: readonly string[] }
  | { readonly kind: 'write_raw'; readonly raw: readonly (readonly number[])[] }
  /** A write whose block is not built as it should be. */
  | { readonly kind: 'misformed' }
  | { readonly kind: 'unknown'; readonly code: number };

const PLAIN = [0x61, 0x65, 0x64, 0x6c, 0x6d, 0x72, 0x74, 0x76, 0x78, 0x79];
const LAMPS_AND_TESTS = [0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87];
const BYTES_AFTER: Readonly<Record<number, number>> = { 122: 2, 99: 1, 98: 1, 111: 3 };

/** Longer than any block. */
const MOST_BYTES = 1_024;

/** The first command in `input` and how many bytes it took; undefined: it is not whole yet. `input` begins with ESC. */
export function takeCommand(
  input: readonly number[],
): { readonly command: DeviceCommand; readonly taken: number } | undefined {
  const code = input[1];
  if (code === undefined) return undefined;
  if (PLAIN.includes(code) || LAMPS_AND_TESTS.includes(code))
    return { command: { kind: 'plain', code }, taken: 2 };
  const after = BYTES_AFTER[code];
  if (after !== undefined) {
    if (input.length < 2 + after) return undefined;
    return { command: { kind: 'with_bytes', code, bytes: input.slice(2, 2 + after) }, taken: 2 + after };
  }
  if (code === 0x77) return takeIsoBlock(input);
  if (code === 0x6e) return takeRawBlock(input);
  return { command: { kind: 'unknown', code }, taken: 2 };
}

function takeIsoBlock(input: readonly number[]) {
  const end = input.indexOf(0x1c);
  if (end < 0) return input.length > MOST_BYTES ? misformed(input.length) : undefined;
  const block = String.fromCharCode(...input.slice(2, end + 1));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the block is built of them.
  const parts = /^\x1bs\x1b\x01([ -_]*)\x1b\x02([0-?]*)\x1b\x03([0-?]*)\?\x1c$/.exec(block);
  if (parts === null) return misformed(end + 1);
  return { command: { kind: 'write_iso', texts: parts.slice(1) } as const, taken: end + 1 };
}

function takeRawBlock(input: readonly number[]) {
  let at = 4;
  const raw: number[][] = [];
  for (const track of [1, 2, 3]) {
    const length = input[at + 2];
    if (length === undefined) return undefined;
    if (input[at] !== 0x1b || input[at + 1] !== track) return misformed(at + 2);
    if (input.length < at + 3 + length) return undefined;
    raw.push(input.slice(at + 3, at + 3 + length));
    at += 3 + length;
  }
  if (input.length < at + 2) return undefined;
  if (input[at] !== 0x3f || input[at + 1] !== 0x1c) return misformed(at + 2);
  return { command: { kind: 'write_raw', raw } as const, taken: at + 2 };
}

function misformed(taken: number) {
  return { command: { kind: 'misformed' } as const, taken };
}
