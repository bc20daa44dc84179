import type { CardSimulator } from '../encoder/contract.ts';
import { EncoderError } from '../encoder/errors.ts';
import type { Encoder } from '../model/encoder.ts';
import { findEncoder } from '../site/encoders.ts';
import { SiteError } from '../site/errors.ts';
import type { Site } from '../site/site.ts';
import type { Desk } from './operation.ts';

/** Throws `acs_encoder_not_found`, and `encoder_not_virtual` for a real one. */
export function findVirtualEncoder(site: Site, encoderId: string): Encoder {
  const encoder = findEncoder(site, encoderId);
  if (!encoder.isVirtual) {
    throw new SiteError(
      'encoder_not_virtual',
      `${encoder.name} is a real encoder: put a real card on it. Cards can be simulated on virtual encoders only.`,
      { acs_encoder_id: encoderId },
    );
  }
  return encoder;
}

/** The means to put cards on a virtual encoder. Throws `encoder_not_virtual` for a real one. */
export function simulatorOf({ site, encoders }: Desk, encoderId: string): CardSimulator {
  const encoder = findVirtualEncoder(site, encoderId);
  const { simulator } = encoders.station(encoderId);
  if (simulator === null) throw new EncoderError('device_lost', `${encoder.name} is not connected.`);
  return simulator;
}
