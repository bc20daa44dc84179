import type { Encoders } from '../encoder/encoders.ts';
import { EncoderError } from '../encoder/errors.ts';
import type { Station } from '../encoder/station.ts';
import { isLive, isWaiting } from '../model/attempt.ts';
import { findEncoder } from '../site/encoders.ts';
import { SiteError } from '../site/errors.ts';
import type { Site } from '../site/site.ts';

/** What a technician asks of an encoder beside its attempts is asked of. */
export interface EncoderDesk {
  readonly site: Site;
  readonly encoders: Encoders;
}

/** Whether a card is being read or written there now: then nothing may come between. */
export function isWorking({ site }: EncoderDesk, encoderId: string): boolean {
  const live = site.store.attempts.liveOn(encoderId);
  return live !== null && isLive(live) && !isWaiting(live);
}

/**
 * The place of an encoder that is there, and does nothing with a card. Throws `acs_encoder_not_found`, `encoder_busy`, and the EncoderError
 * `device_lost` for one that is away.
 */
export function stationAtRest(desk: EncoderDesk, encoderId: string): Station {
  const { name } = findEncoder(desk.site, encoderId);
  const station = desk.encoders.station(encoderId);
  if (station.means === 'away') throw new EncoderError('device_lost', `${name} is not connected.`);
  requireRest(desk, encoderId);
  return station;
}

/** Throws `encoder_busy` while a card is being read or written there. */
export function requireRest(desk: EncoderDesk, encoderId: string): void {
  const live = desk.site.store.attempts.liveOn(encoderId);
  if (live === null || !isWorking(desk, encoderId)) return;
  throw new SiteError(
    'encoder_busy',
    `${live.client.name} has a card worked on there, which nothing may come between. Wait until that ends.`,
    { held_by: live.client.name, phase: live.phase, expires_at: new Date(live.expiresAt).toISOString() },
  );
}
