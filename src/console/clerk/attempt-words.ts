import type { Attempt } from '../../client/client.ts';
import { isMessageKey, type MessageKey } from '../i18n.ts';

/** What the person is to do now, as a message; `{encoder}` is filled in by whoever shows it. */
export function keyOfAttempt(attempt: Attempt | null, isOtherCard = false): MessageKey {
  if (attempt === null) return 'phase.queued';
  if (isOtherCard) return 'stage.otherCard';
  const { phase, hint_code } = attempt;
  // Reading back goes on under the hint of the writing.
  if (phase === 'verifying' && hint_code === 'keep_card_there') return 'phase.verifying';
  const hint = `hint.${hint_code}`;
  if (hint_code !== undefined && isMessageKey(hint)) return hint;
  const own = `phase.${phase}`;
  return isMessageKey(own) ? own : 'phase.queued';
}

/** What the drawing shows: a card that comes, that lies there, that goes, or that must not be there. */
export type Scene = 'come' | 'stay' | 'leave' | 'plug' | 'wait' | 'done' | 'bad';

const SCENES: Readonly<Record<string, Scene>> = {
  place_card: 'come',
  place_card_again: 'come',
  put_card_back: 'come',
  swipe_again: 'come',
  hold_card_still: 'come',
  take_card_away: 'leave',
  keep_card_there: 'stay',
  leave_card_there: 'plug',
  reconnect_encoder: 'plug',
};

export function sceneOf(attempt: Attempt | null): Scene {
  if (attempt === null || attempt.phase === 'queued') return 'wait';
  if (attempt.phase === 'reading') return 'stay';
  return SCENES[attempt.hint_code ?? ''] ?? 'wait';
}

/** Whole seconds until the waiting ends; null: it does not end by itself any more. */
export function secondsLeft(attempt: Attempt | null, now: number): number | null {
  if (attempt === null || (attempt.phase !== 'awaiting_card' && attempt.phase !== 'queued')) return null;
  return Math.max(0, Math.ceil((Date.parse(attempt.expires_at) - now) / 1000));
}
