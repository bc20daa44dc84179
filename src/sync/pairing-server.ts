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
  /** What became of it; null: nobody has typed the code. */
  claim(call: PairingCall, signal: AbortSignal): Promise<ClaimedPairing | null>;
}

/** Somebody has typed the code. */
export interface ClaimedPairing {
  /** What the desk is called there. */
  readonly deskName: string;
  /** The access system that the server is; null: it does not say so before the desk is paired. */
  readonly acsSystemId: string | null;
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
      if (!answer.is_paired) return null;
      return { deskName: answer.desk_name ?? deskName, acsSystemId: answer.acs_system_id ?? null };
    },
    [Symbol.dispose]: () => transport[Symbol.dispose](),
  };
}

const requested = z.object({ expires_in_seconds: z.int().min(0) });

const claimed = z.object({
  is_paired: z.boolean(),
  desk_name: z.string().nullable(),
  acs_system_id: z.string().nullish(),
});

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
