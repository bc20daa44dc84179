import type { Attempt } from '../../client/client.ts';
import type { HealthWord, WearSign } from '../../model/encoder-health.ts';

/** What the daemon tells a technician, as far as it is shown (src/api/wire has all of it). */

/** An attempt with what the store knows of its end. */
export type EndedAttempt = Attempt & {
  readonly ended_at?: string;
  readonly requested_by?: string | undefined;
};

export interface EncoderHealth {
  readonly acs_encoder_id: string;
  readonly is_online: boolean;
  readonly state_since: string | null;
  readonly lost_count: number;
  readonly attempts: { readonly succeeded: number; readonly failed: number; readonly pending: number };
  readonly failures: readonly { readonly reason: string; readonly count: number }[];
  readonly last_failure: {
    readonly action_attempt_id: string;
    readonly action_type: string;
    readonly failed_at: string;
    readonly reason: string;
    readonly message: string;
  } | null;
  readonly health: { readonly word: HealthWord; readonly sign: WearSign | null };
  readonly strain: {
    readonly exchanges: number;
    readonly retries: number;
    readonly slow_answers: number;
    readonly resets: number;
    readonly replugs: number;
  };
}

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogLine {
  readonly sequence: number;
  readonly time: string;
  readonly level: LogLevel;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface SyncDetails {
  readonly state: 'off' | 'connecting' | 'working' | 'offline' | 'stopped';
  readonly waiting: number;
  readonly refused: number;
  readonly endpoint: string | null;
  readonly protocol: string | null;
  readonly oldest_waiting_at: string | null;
  readonly last_delivered_at: string | null;
  readonly last_reached_at: string | null;
  readonly problem: {
    readonly message: string;
    readonly since: string;
    readonly retry_at: string | null;
  } | null;
  readonly clock_ahead_ms: number | null;
  readonly mirror: {
    readonly is_walking: boolean;
    readonly met_count: number;
    readonly walked_at: string | null;
    readonly held_count: number;
  };
}

export interface RefusedChange {
  readonly message_id: string;
  readonly action: 'created' | 'updated' | 'deleted';
  readonly resource_type: string;
  readonly resource_id: string;
  readonly name: string | null;
  readonly holder_name: string | null;
  readonly changed_fields: readonly string[];
  readonly code: string;
  readonly message: string;
  readonly waiting_behind_count: number;
  readonly refused_at: string;
}

export interface PageSession {
  readonly client_session_id: string;
  readonly user_identifier_key: string | null;
  readonly scopes: readonly string[];
  readonly allowed_origin?: string;
  readonly created_at: string;
  readonly expires_at: string;
  readonly revoked_at?: string;
  readonly is_paired: boolean;
  readonly page_name?: string;
  readonly last_used_at?: string;
}

export interface PairedDesk {
  readonly desk_id: string;
  readonly name: string;
  readonly last_seen_at?: string;
}

function having<Item>(field: string) {
  return (value: unknown): value is Item => typeof value === 'object' && value !== null && field in value;
}

export const isEndedAttempt = having<EndedAttempt>('action_attempt_id');
export const isEncoderHealth = having<EncoderHealth>('lost_count');
export const isLogLine = having<LogLine>('sequence');
export const isSyncDetails = having<SyncDetails>('mirror');
export const isRefusedChange = having<RefusedChange>('message_id');
export const isPageSession = having<PageSession>('client_session_id');
export const isPairedDesk = having<PairedDesk>('high_water_mark');
