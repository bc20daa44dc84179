import { z } from 'zod';
import type { EncoderdProcess } from '../../../scripts/encoderd-process.ts';
import { Shell } from './encoderctl-process.ts';

/** What `encoderctl encoders --json` says. */
export const encoders = z.array(
  z.object({ acs_encoder_id: z.string(), display_name: z.string(), state: z.string() }),
);

/** A daemon with two virtual encoders, and a technician at it. */
export async function openDesk() {
  const shell = new Shell();
  const daemon = await shell.startDaemon();
  const token = daemon.createApiKey('desk');
  const [first, second] = encoders.parse(await shell.json('encoders'));
  if (first === undefined || second === undefined) throw new Error('the desk has not two encoders');
  const [encoder, another] = [first.acs_encoder_id, second.acs_encoder_id];
  const remove = (acs_encoder_id: string) =>
    daemon.post(token, '/acs/encoders/simulate/remove_card', { acs_encoder_id });
  return { shell, daemon, token, encoder, another, remove };
}

/** Puts a card on an encoder. */
export const place = (daemon: EncoderdProcess, token: string, acs_encoder_id: string, uid: string) =>
  daemon.post(token, '/acs/encoders/simulate/place_card', {
    acs_encoder_id,
    card: { technology: 'ntag215', uid },
  });
