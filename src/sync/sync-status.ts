import type { BackendTrouble } from './backend-error.ts';

export const SYNC_STATES = ['off', 'connecting', 'working', 'offline', 'stopped'] as const;

/**
 * `off`: the desk is its own backend. `connecting`: nobody knows yet, since the start. `working`: all is told, or is being told.
 * `offline`: it cannot be reached, or fails; it is tried again. `stopped`: it does not take the key; a person must act.
 */
export type SyncState = (typeof SYNC_STATES)[number];

/** How it stands with the backend. Times are milliseconds since 1970. */
export interface SyncStatus {
  readonly state: SyncState;
  readonly endpoint: string | null;
  /** Of which kind the backend is; null: not known yet. */
  readonly protocol: 'seam' | 'bridge' | null;
  readonly waiting: number;
  readonly refused: number;
  /** Since when the message waits that has waited longest; null: none does. */
  readonly oldestWaitingAt: number | null;
  /** When the backend took a message last; null: it never did. */
  readonly lastDeliveredAt: number | null;
  /** When it answered last, whatever it was asked. */
  readonly lastReachedAt: number | null;
  readonly problem: SyncProblem | null;
  /** How far this computer's clock is ahead of the backend's, milliseconds; null: not known. */
  readonly skewMs: number | null;
  readonly mirror: MirrorStatus;
  /** One sentence for the clerk; null: there is nothing to say. */
  readonly hint: string | null;
}

export interface SyncProblem {
  readonly trouble: BackendTrouble | 'other_system';
  /** For a technician: what is wrong, and what to do. */
  readonly message: string;
  readonly since: number;
  /** When it is tried again by itself; null: not before a person has acted. */
  readonly retryAt: number | null;
}

export interface MirrorStatus {
  /** Whether everything is being walked through. */
  readonly isWalking: boolean;
  /** How many things of this walk, or of the last one, were met. */
  readonly met: number;
  /** When the last walk ended. */
  readonly walkedAt: number | null;
  /** How many things the backend has that this desk cannot have yet. */
  readonly held: number;
}

/** What the API may ask of the part that talks to the backend. */
export interface SyncControl {
  status(): SyncStatus;
  /** Tries at once, whatever it waits for: also after the key was refused. */
  wake(): void;
  /** Walks through everything again. */
  resync(): void;
}
