import type { PingAnswer } from '../encoder/contract.ts';
import { findEncoder } from '../site/encoders.ts';
import { SiteError } from '../site/errors.ts';
import { type EncoderDesk, requireRest, stationAtRest } from './at-rest.ts';

/** How long one question may take in all, milliseconds: what the device is doing before it counts, too. */
const PATIENCE_MS = 8_000;

/**
 * Asks an encoder something that it answers from itself, so many times, one after the other: what it said each time. Throws as `stationAtRest` before each
 * one, `unsupported_operation` for an encoder that can be asked nothing, and the driver's EncoderError.
 */
export async function pingEncoder(
  desk: EncoderDesk,
  encoderId: string,
  times: number,
): Promise<readonly PingAnswer[]> {
  const station = stationAtRest(desk, encoderId);
  if (station.means === 'away' || !station.means.canBePinged) {
    const { name } = findEncoder(desk.site, encoderId);
    throw new SiteError('unsupported_operation', `${name} can be asked nothing of itself.`, {
      acs_encoder_id: encoderId,
    });
  }
  const answers: PingAnswer[] = [];
  while (answers.length < times) {
    requireRest(desk, encoderId);
    answers.push(await station.ping(AbortSignal.timeout(PATIENCE_MS)));
  }
  return answers;
}
