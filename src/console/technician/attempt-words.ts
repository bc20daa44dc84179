import type { Tone } from '../components/status.tsx';
import { isMessageKey, type Words } from '../i18n.ts';
import type { EndedAttempt } from './wire.ts';

/** What was asked for, in words; also of a kind that this page does not know. */
export function actionWords({ action_type }: EndedAttempt, { t }: Words): string {
  const key = `history.action.${action_type}`;
  return isMessageKey(key) ? t(key) : action_type;
}

export const STATUS_TONES = { pending: 'busy', success: 'good', error: 'bad' } as const satisfies Record<
  string,
  Tone
>;
