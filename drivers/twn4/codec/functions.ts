/**
 * The functions of the simple protocol that this driver calls: the number of an API, the number of a function of it, and what it is given. What each is
 * answered with is beside it; README.md says where each is from.
 */

const SYSTEM = 0x00;
const PERIPHERY = 0x04;
const RADIO = 0x05;
const MIFARE_CLASSIC = 0x0b;
const ISO14443 = 0x12;

/** The most bytes that a field with one byte for its length has. */
export const MOST_COUNTED_BYTES = 0xff;
/** What is asked for where the answer may be as long as it can be. */
const AS_MANY_AS_THERE_ARE = 0xff;

/** -> counted: the version, as text. */
export const GET_VERSION_STRING = Uint8Array.of(SYSTEM, 0x04, AS_MANY_AS_THERE_ARE);

/** -> bool, and where it is true: tag type, bits of the number, counted: the number. */
export const SEARCH_TAG = Uint8Array.of(RADIO, 0x00, AS_MANY_AS_THERE_ARE);
/** -> nothing. */
export const SET_RF_OFF = Uint8Array.of(RADIO, 0x01);
/** -> uint32 of low frequency, uint32 of high frequency: what is searched for. */
export const GET_TAG_TYPES = Uint8Array.of(RADIO, 0x03);
/** -> the same, of what this reader can search for. */
export const GET_SUPPORTED_TAG_TYPES = Uint8Array.of(RADIO, 0x04);

/** Masks of tag types, by their frequency. */
export interface TagTypeMasks {
  readonly low: number;
  readonly high: number;
}

/** -> nothing. */
export function setTagTypes({ low, high }: TagTypeMasks): Uint8Array {
  return Uint8Array.of(RADIO, 0x02, ...uint32(low), ...uint32(high));
}

/** -> bool, and where it is true: SAK. */
export const GET_SAK = Uint8Array.of(ISO14443, 0x05);
/** -> bool: whether the card of ISO/IEC 14443-4 that was found is still there. */
export const CHECK_PRESENCE = Uint8Array.of(ISO14443, 0x02);

/** Exchanges an APDU, at most 255 bytes. -> bool, and where it is true, counted: the answer. */
export function exchangePart4(apdu: Uint8Array): Uint8Array {
  return Uint8Array.of(ISO14443, 0x03, apdu.length, ...apdu, AS_MANY_AS_THERE_ARE);
}

/** Sends a frame, at most 255 bytes, its CRC_A included. -> bool, and where it is true, counted: what came back, with its CRC_A. */
export function exchangePart3(frame: Uint8Array, timeoutMs: number): Uint8Array {
  return Uint8Array.of(ISO14443, 0x07, frame.length, ...frame, AS_MANY_AS_THERE_ARE, ...uint16(timeoutMs));
}

/** `sector` as `loginSectorOf` has it; `key` is 6 bytes. -> bool. */
export function classicLogin(key: Uint8Array, kind: 'A' | 'B', sector: number): Uint8Array {
  return Uint8Array.of(MIFARE_CLASSIC, 0x00, ...key, kind === 'A' ? 0x00 : 0x01, sector);
}

/** -> bool, and where it is true: 16 bytes. */
export function classicReadBlock(block: number): Uint8Array {
  return Uint8Array.of(MIFARE_CLASSIC, 0x01, block);
}

/** `data` is 16 bytes. -> bool. */
export function classicWriteBlock(block: number, data: Uint8Array): Uint8Array {
  return Uint8Array.of(MIFARE_CLASSIC, 0x02, block, ...data);
}

/** Lights, as the pins that they are on. */
export const RED = 0x01;
export const GREEN = 0x02;

/** Makes pins outputs without a pull resistor, push-pull. -> nothing. */
export function configureOutputs(pins: number): Uint8Array {
  return Uint8Array.of(PERIPHERY, 0x00, pins, 0x00, 0x00);
}

/** -> nothing. */
export function setPins(pins: number): Uint8Array {
  return Uint8Array.of(PERIPHERY, 0x02, pins);
}

/** -> nothing. */
export function clearPins(pins: number): Uint8Array {
  return Uint8Array.of(PERIPHERY, 0x03, pins);
}

/** Sounds for `onMs` and is silent for `offMs` after. -> nothing. */
export function beep(tone: {
  readonly volumePercent: number;
  readonly hertz: number;
  readonly onMs: number;
  readonly offMs: number;
}): Uint8Array {
  const { volumePercent, hertz, onMs, offMs } = tone;
  return Uint8Array.of(PERIPHERY, 0x07, volumePercent, ...uint16(hertz), ...uint16(onMs), ...uint16(offMs));
}

function uint16(value: number): readonly number[] {
  return [value & 0xff, (value >>> 8) & 0xff];
}

function uint32(value: number): readonly number[] {
  return [...uint16(value & 0xffff), ...uint16(value >>> 16)];
}
