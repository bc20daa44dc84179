import { z } from 'zod';
import { isClearText } from '../../sync/clear-text.ts';
import type { PairingState } from '../../sync/pairing-state.ts';
import { isoTime, toIsoTime } from './fields.ts';

/** How it stands with pairing this desk. */
export const pairing = z
  .object({
    /** `waiting`: the code is to be typed at the property server. `failed`: `message` says why. */
    state: z.enum(['none', 'waiting', 'paired', 'failed']),
    endpoint: z.string().optional(),
    /** Only while it waits. */
    code: z.string().optional(),
    expires_at: isoTime.optional(),
    /** What the desk is called at the property server, once it is paired. */
    desk_name: z.string().optional(),
    message: z.string().optional(),
    /** Of cards that this desk has written, and of an address to which its key would travel unencrypted. */
    warning: z.string().optional(),
  })
  .meta({ id: 'pairing' });

export function toPairing(state: PairingState): z.input<typeof pairing> {
  switch (state.state) {
    case 'none':
      return { state: 'none' };
    case 'waiting': {
      const { endpoint, code, expiresAt, hasWrittenCards, problem } = state;
      return {
        ...{ state: 'waiting', endpoint, code, expires_at: toIsoTime(expiresAt) },
        ...(problem === null ? {} : { message: problem }),
        ...warningOf(endpoint, hasWrittenCards),
      };
    }
    case 'paired':
      return {
        state: 'paired',
        endpoint: state.endpoint,
        desk_name: state.deskName,
        ...warningOf(state.endpoint),
      };
    case 'failed':
      return { state: 'failed', endpoint: state.endpoint, message: state.message };
  }
}

function warningOf(endpoint: string, hasWrittenCards = false): { readonly warning?: string } {
  const warnings = [
    ...(hasWrittenCards ? [WRITTEN_CARDS] : []),
    ...(isClearText(endpoint)
      ? [
          `The desk's key and all that it tells travel to ${endpoint} unencrypted. Use https, or a tunnel (docs/pairing.md).`,
        ]
      : []),
  ];
  return warnings.length === 0 ? {} : { warning: warnings.join(' ') };
}

const WRITTEN_CARDS =
  'This desk has written cards, which name its own access system. It can join only a property server that is the same system, set up from a copy of this desk’s state folder: any other one does not get it.';
