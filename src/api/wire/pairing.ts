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
    /** Of an address to which the desk's key would travel unencrypted. */
    warning: z.string().optional(),
  })
  .meta({ id: 'pairing' });

export function toPairing(state: PairingState): z.input<typeof pairing> {
  switch (state.state) {
    case 'none':
      return { state: 'none' };
    case 'waiting': {
      const { endpoint, code, expiresAt, problem } = state;
      return {
        ...{ state: 'waiting', endpoint, code, expires_at: toIsoTime(expiresAt) },
        ...(problem === null ? {} : { message: problem }),
        ...warningOf(endpoint),
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

function warningOf(endpoint: string): { readonly warning?: string } {
  if (!isClearText(endpoint)) return {};
  return {
    warning: `The desk's key and all that it tells travel to ${endpoint} unencrypted. Use https, or a tunnel (docs/pairing.md).`,
  };
}
