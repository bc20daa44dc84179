import type { Cue } from '../../src/encoder/contract.ts';
import { beep, clearPins, configureOutputs, GREEN, RED, setPins } from './codec/functions.ts';
import type { Twn4Reader } from './reader.ts';

/** How long a light stays on. */
export const LIGHT_MS = 1_000;

/** As in ELATEC's own apps. */
const HIGH_HERTZ = 2_400;
const LOW_HERTZ = 2_057;
const VOLUME_PERCENT = 50;

const SUCCESS = [
  clearPins(RED),
  setPins(GREEN),
  beep({ volumePercent: VOLUME_PERCENT, hertz: HIGH_HERTZ, onMs: 100, offMs: 0 }),
];
const FAILURE_TONE = beep({ volumePercent: VOLUME_PERCENT, hertz: LOW_HERTZ, onMs: 150, offMs: 100 });
const FAILURE = [clearPins(GREEN), setPins(RED), FAILURE_TONE, FAILURE_TONE];

/** Green and one high tone, or red and two low ones. The light stays on. */
export async function giveCue(reader: Twn4Reader, cue: Cue): Promise<void> {
  await reader.signal(...(cue === 'success' ? SUCCESS : FAILURE));
}

export async function lightsOff(reader: Twn4Reader): Promise<void> {
  await reader.signal(clearPins(RED | GREEN));
}

/** Makes the pins of the lights what they have to be. */
export async function prepareLights(reader: Twn4Reader): Promise<void> {
  await reader.signal(configureOutputs(RED | GREEN));
}
