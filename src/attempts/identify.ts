import type { Cue } from '../encoder/contract.ts';
import { findEncoder } from '../site/encoders.ts';
import { SiteError } from '../site/errors.ts';
import { type EncoderDesk, isWorking, stationAtRest } from './at-rest.ts';

/** How often the sign is given, and how long after one comes the next: lights of every driver are told apart by then. */
export const SIGNS = 3;
export const SIGN_EVERY_MS = 1_200;
/** In one sign, until the second light. */
const SECOND_LIGHT_MS = 600;

/**
 * Makes an encoder say which one it is: three times green and red, or three times `cue` alone, with the sounds that go with them. Returns at once with
 * how long that takes, milliseconds; it ends sooner when a card is worked on, or the device goes. Throws as `stationAtRest`, and
 * `unsupported_operation` when the encoder has neither light nor sound.
 */
export function identifyEncoder(desk: EncoderDesk, encoderId: string, cue: Cue | undefined): number {
  const station = stationAtRest(desk, encoderId);
  if (station.means === 'away' || !station.means.hasCue) {
    const { name } = findEncoder(desk.site, encoderId);
    throw new SiteError(
      'unsupported_operation',
      `${name} has neither light nor sound that the daemon can use. Put a card on it: \`encoderctl watch\` says which encoder saw it.`,
      { acs_encoder_id: encoderId },
    );
  }
  desk.encoders.giveCues(encoderId, patternOf(cue), () => !isWorking(desk, encoderId));
  return SIGNS * SIGN_EVERY_MS;
}

/** When which light is shown, from the beginning. */
export function patternOf(cue: Cue | undefined): readonly { readonly atMs: number; readonly cue: Cue }[] {
  return Array.from({ length: SIGNS }, (_, sign) => sign * SIGN_EVERY_MS).flatMap((atMs) =>
    cue === undefined
      ? [
          { atMs, cue: 'success' as const },
          { atMs: atMs + SECOND_LIGHT_MS, cue: 'failure' as const },
        ]
      : [{ atMs, cue }],
  );
}
