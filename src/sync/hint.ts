import { MOST_SKEW_MS } from './meeting.ts';
import type { SyncStatus } from './sync-status.ts';

/** One sentence for the clerk about how it stands with the backend, or two; null: all is well. */
export function hintOf(status: Omit<SyncStatus, 'hint'>): string | null {
  const { state, waiting, refused, problem, mirror, skewMs } = status;
  if (state === 'off') return null;
  // What was here before the desk had a backend is in no message: it is told once the first walk has ended.
  const hasNeverWalked = mirror.walkedAt === null;
  if (state === 'stopped') {
    // Without the problem's own words, which name the backend: who has no token reads this, too.
    const reason =
      problem?.trouble === 'other_system'
        ? 'The backend is not the one of this desk: encoderctl sync status.'
        : "The backend does not take this desk's key: encoderctl sync status.";
    return hasNeverWalked ? `${reason} ${NOT_YET}` : reason;
  }
  if (hasNeverWalked) {
    return state === 'working' && mirror.isWalking
      ? `Fetches what the backend has: ${mirror.met} so far. It has heard of nothing from this desk yet.`
      : NOT_YET;
  }
  if (state === 'offline') {
    if (waiting === 0) return 'Works offline.';
    return waiting === 1
      ? 'Works offline; 1 result is waiting.'
      : `Works offline; ${waiting} results are waiting.`;
  }
  if (refused > 0) {
    return `The backend refused ${refused} ${refused === 1 ? 'change' : 'changes'}: encoderctl sync refused.`;
  }
  if (skewMs !== null && Math.abs(skewMs) > MOST_SKEW_MS) {
    const minutes = Math.round(Math.abs(skewMs) / 60_000);
    return `The clock of this computer is ${minutes} min ${skewMs > 0 ? 'ahead of' : 'behind'} the backend’s: set it.`;
  }
  return null;
}

const NOT_YET = 'Not connected to the backend yet: it has heard of nothing from this desk.';
