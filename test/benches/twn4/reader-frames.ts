/** How a simulated TWN4 reads commands and writes answers: the maker's description once more, apart from the driver's. */
export const SIMULATED_MODES = ['ascii', 'ascii_crc', 'binary', 'binary_crc'] as const;

export type SimulatedMode = (typeof SIMULATED_MODES)[number];

/** The CRC of the simple protocol, as its maker's sources reckon it: by bytes, with a table that is made at the start. */
const TABLE = Array.from({ length: 256 }, (_, index) => {
  const a = (index ^ (index << 4)) & 0xff;
  return ((a << 8) ^ (a << 3) ^ (a >> 4)) & 0xffff;
});

export function checksum(bytes: Iterable<number>, start = 0xffff): readonly [low: number, high: number] {
  let crc = start;
  for (const byte of bytes) crc = (crc >> 8) ^ (TABLE[(crc ^ byte) & 0xff] ?? 0);
  return [crc & 0xff, crc >> 8];
}

/** An answer on its way to the host. */
export function answerFrame(mode: SimulatedMode, answer: readonly number[]): Uint8Array {
  const bytes = mode.endsWith('_crc') ? [...answer, ...checksum(answer)] : answer;
  if (mode.startsWith('binary'))
    return Uint8Array.of(bytes.length % 256, Math.floor(bytes.length / 256), ...bytes);
  const text = bytes.map((byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join('');
  return Uint8Array.from(Buffer.from(`${text}\r`, 'latin1'));
}

/** A command: its bytes, or null where what came is none. */
export type Command = readonly number[] | null;

/** Takes what the host sends, and finds the commands in it. It waits for the end of one for ever, as a reader without a clock does. */
export class CommandReader {
  readonly #mode: SimulatedMode;
  #bytes: number[] = [];

  constructor(mode: SimulatedMode) {
    this.#mode = mode;
  }

  read(bytes: Uint8Array): Command[] {
    const commands: Command[] = [];
    for (const byte of bytes) {
      this.#bytes.push(byte);
      const command = this.#mode.startsWith('ascii') ? this.#line() : this.#counted();
      if (command !== undefined) commands.push(command);
    }
    return commands;
  }

  #line(): Command | undefined {
    if (this.#bytes.at(-1) !== 0x0d) return undefined;
    const text = Buffer.from(this.#bytes.splice(0)).toString('latin1').slice(0, -1);
    if (text === '') return undefined;
    if (!/^([0-9A-Fa-f]{2})+$/.test(text)) return null;
    return this.#checked([...Buffer.from(text, 'hex')]);
  }

  #counted(): Command | undefined {
    const [low = 0, high = 0, ...rest] = this.#bytes;
    if (this.#bytes.length < 2 || rest.length < low + 256 * high) return undefined;
    this.#bytes = [];
    return rest.length === 0 ? undefined : this.#checked(rest);
  }

  #checked(bytes: readonly number[]): Command {
    if (!this.#mode.endsWith('_crc')) return bytes;
    const body = bytes.slice(0, -2);
    const [low, high] = checksum(body);
    return body.length > 0 && bytes.at(-2) === low && bytes.at(-1) === high ? body : null;
  }
}
