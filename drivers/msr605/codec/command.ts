/**
 * The commands of the MSR605 and MSR206 (MSR605 Programmer's Manual rev B, section 6) as bytes. Each begins with ESC.
 * After READ_ISO, READ_RAW, SENSOR_TEST, `eraseTracks`, `writeIso` and `writeRaw` the device waits for a swipe, for ever:
 * only RESET ends it.
 */
export const ESC = 0x1b;
export const FS = 0x1c;

/** The bytes before the data of a block, and after it. */
export const BLOCK_START = 0x73;
export const BLOCK_END = 0x3f;

/** No answer. */
export const RESET = Uint8Array.of(ESC, 0x61);
/** The end of a block, and a reset: for a device that got a part of a block and waits for the rest, where a reset alone would be data. */
export const END_AND_RESET = Uint8Array.of(BLOCK_END, FS, ESC, 0x61);
export const COMMUNICATION_TEST = Uint8Array.of(ESC, 0x65);
/** Answers once a card passes. */
export const SENSOR_TEST = Uint8Array.of(ESC, 0x86);
export const RAM_TEST = Uint8Array.of(ESC, 0x87);
export const READ_ISO = Uint8Array.of(ESC, 0x72);
export const READ_RAW = Uint8Array.of(ESC, 0x6d);
export const GET_LEADING_ZEROS = Uint8Array.of(ESC, 0x6c);
export const GET_COERCIVITY = Uint8Array.of(ESC, 0x64);
export const GET_MODEL = Uint8Array.of(ESC, 0x74);
export const GET_FIRMWARE = Uint8Array.of(ESC, 0x76);

export type Lights = 'none' | 'all' | 'green' | 'yellow' | 'red';

const LIGHTS: Readonly<Record<Lights, number>> = {
  none: 0x81,
  all: 0x82,
  green: 0x83,
  yellow: 0x84,
  red: 0x85,
};

/** No answer. The device lights its own lamps too, as it reads and writes. */
export function showLights(lights: Lights): Uint8Array {
  return Uint8Array.of(ESC, LIGHTS[lights]);
}

export type Coercivity = 'high' | 'low';

export function setCoercivity(coercivity: Coercivity): Uint8Array {
  return Uint8Array.of(ESC, coercivity === 'high' ? 0x78 : 0x79);
}

export type TrackNumber = 1 | 2 | 3;

export type BitsPerInch = 75 | 210;

const BITS_PER_INCH: Readonly<Record<TrackNumber, Readonly<Record<BitsPerInch, number>>>> = {
  1: { 75: 0xa0, 210: 0xa1 },
  2: { 75: 0x4b, 210: 0xd2 },
  3: { 75: 0xc0, 210: 0xc1 },
};

export function setBitsPerInch(track: TrackNumber, bitsPerInch: BitsPerInch): Uint8Array {
  return Uint8Array.of(ESC, 0x62, BITS_PER_INCH[track][bitsPerInch]);
}

/** Bits of a character, with its parity, on tracks 1, 2 and 3. */
export type BitsPerCharacter = readonly [BitsOfOne, BitsOfOne, BitsOfOne];

type BitsOfOne = 5 | 6 | 7 | 8;

export function setBitsPerCharacter(bits: BitsPerCharacter): Uint8Array {
  return Uint8Array.of(ESC, 0x6f, ...bits);
}

/** How many zero bits are written before the data: 0 to 255 on tracks 1 and 3, and on track 2. */
export interface LeadingZeros {
  readonly tracks1And3: number;
  readonly track2: number;
}

export function setLeadingZeros({ tracks1And3, track2 }: LeadingZeros): Uint8Array {
  return Uint8Array.of(ESC, 0x7a, tracks1And3, track2);
}

/** Erases these tracks of the card that is swiped next. Throws a plain Error when there are none. */
export function eraseTracks(tracks: readonly TrackNumber[]): Uint8Array {
  if (tracks.length === 0) throw new Error('no track to erase');
  const select = tracks.reduce((bits, track) => bits | (1 << (track - 1)), 0);
  // The manual has 00 for track 1 alone, where 01 would be expected.
  return Uint8Array.of(ESC, 0x63, select === 0x01 ? 0x00 : select);
}
