import type { TagTypeMasks } from './functions.ts';

/** Kinds of tags that a TWN4 tells apart (TWN4 Simple Protocol, appendix A). From 40 on they are of 125 kHz, from 80 on of 13.56 MHz. */
export const HID_PROX = 0x49;
export const ISO14443A = 0x80;

const FIRST_HIGH_FREQUENCY = 0x80;

const LOW_FREQUENCY: readonly (readonly [type: number, name: string])[] = [
  [0x40, 'EM4x02'],
  [0x41, 'HITAG 1/S'],
  [0x42, 'HITAG 2'],
  [0x43, 'EM4x50'],
  [0x4b, 'Cotag'],
  [0x4c, 'ioProx'],
  [0x4d, 'Indala'],
  [0x4e, 'NexWatch'],
  [0x4f, 'AWID'],
  [0x50, 'G-Prox'],
  [0x51, 'Pyramid'],
  [0x52, 'Keri'],
  [0x53, 'Deister'],
  [0x54, 'Cardax'],
  [0x55, 'Nedap'],
  [0x56, 'PAC'],
  [0x57, 'IDTECK'],
  [HID_PROX, 'HID Prox'],
];

const HIGH_FREQUENCY: readonly (readonly [type: number, name: string])[] = [
  [ISO14443A, 'ISO 14443 A'],
  [0x82, 'ISO 15693'],
  [0x83, 'LEGIC'],
  [0x84, 'iCLASS'],
  [0x85, 'FeliCa'],
];

const NAMES = new Map([...LOW_FREQUENCY, ...HIGH_FREQUENCY]);

/** What a person calls this kind. */
export function tagTypeName(type: number): string {
  return NAMES.get(type) ?? `tag type ${type.toString(16).toUpperCase()}`;
}

/** Whether tags of this kind speak at 125 kHz, and have a number but no uid. */
export function isLowFrequency(type: number): boolean {
  return type < FIRST_HIGH_FREQUENCY;
}

/**
 * Of the kinds that a reader supports, those that have a lasting number. Not among them: ISO 14443 B, phones (NFC peer to peer, Bluetooth), and what is
 * put into animals.
 */
export function wantedTagTypes(supported: TagTypeMasks, withLowFrequency: boolean): TagTypeMasks {
  return {
    low: withLowFrequency ? (supported.low & maskOf(LOW_FREQUENCY)) >>> 0 : 0,
    high: (supported.high & maskOf(HIGH_FREQUENCY)) >>> 0,
  };
}

function maskOf(types: readonly (readonly [number, string])[]): number {
  return types.reduce((mask, [type]) => (mask | (1 << (type & 0x1f))) >>> 0, 0);
}
