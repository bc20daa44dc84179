import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { BridgeTransport } from './bridge-transport.ts';

/** What a desk asks a property server with. */
export interface PairingCall {
  /** UUID. */
  readonly id: string;
  readonly deskName: string;
  readonly code: string;
  /** The key that counts once somebody has typed the code; drawn by the desk. */
  readonly key: string;
}

/** The property server, as a desk sees it that is not paired yet. Every call rejects with BridgeRefusal, BackendError or `signal.reason`. */
export interface PairingServer extends Disposable {
  /** Asks to be paired. Resolves with how long the code holds, milliseconds. */
  request(call: PairingCall, signal: AbortSignal): Promise<number>;
  /** What the desk is called there by now; null: nobody has typed the code. */
  claim(call: PairingCall, signal: AbortSignal): Promise<string | null>;
}

/** A property server over the network. */
export function openPairingServer(endpoint: string, clock: Clock, userAgent: string): PairingServer {
  const transport = new BridgeTransport({ endpoint, apiKey: null, clock, userAgent });
  const call = <T>(operation: string, input: object, shape: z.ZodType<T>, signal: AbortSignal) =>
    transport.post(`/v1/bridge/${operation}`, JSON.stringify(input), shape, signal);
  return {
    async request({ id, deskName, code, key }, signal) {
      const input = {
        pairing_request_id: id,
        desk_name: deskName,
        code_hash: sha256(code),
        key_hash: sha256(key),
      };
      const { expires_in_seconds } = await call('request_pairing', input, requested, signal);
      return expires_in_seconds * 1000;
    },
    async claim({ id, deskName, key }, signal) {
      const answer = await call('claim_pairing', { pairing_request_id: id, key }, claimed, signal);
      return answer.is_paired ? (answer.desk_name ?? deskName) : null;
    },
    [Symbol.dispose]: () => transport[Symbol.dispose](),
  };
}

const requested = z.object({ expires_in_seconds: z.int().min(0) });

const claimed = z.object({ is_paired: z.boolean(), desk_name: z.string().nullable() });

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
