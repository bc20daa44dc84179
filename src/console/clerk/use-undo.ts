import { useEffect } from 'preact/hooks';
import { useToast } from '../components/toast.tsx';
import { asDeskError } from '../connection.ts';
import { useDesk } from '../desk.tsx';
import { wordsOfError } from '../error-words.ts';
import { useWords } from '../words.tsx';
import type { WorkState } from './job.ts';
import type { Work } from './work.ts';

/** How long an assignment can be undone (`/v1/assignments/undo`), milliseconds. */
const UNDO_WITHIN_MS = 60_000;

/** Offers to undo each assignment, for as long as the desk does so. */
export function useUndo(state: WorkState, work: () => Work | null): void {
  const words = useWords();
  const { t } = words;
  const { desk, noteUndone } = useDesk();
  const show = useToast();
  const attemptId = state.step === 'done' && state.job.kind === 'assign' ? state.attemptId : '';
  useEffect(() => {
    if (attemptId === '' || state.step !== 'done' || state.job.kind !== 'assign') return;
    const undo = async () => {
      try {
        await desk.request('/v1/assignments/undo', { action_attempt_id: attemptId });
        noteUndone(attemptId);
        // Where the work is still to be seen, it says so itself.
        if (work()?.undone(attemptId) !== true) show({ text: t('undo.done') });
      } catch (error) {
        show({ text: wordsOfError(asDeskError(error), words), isBad: true });
      }
    };
    const number = state.ready[0]?.card_number ?? '';
    show({
      text: t('undo.given', { number, name: state.job.holder.name }),
      action: {
        label: t('undo.button'),
        barLabel: t('undo.left'),
        until: state.at + UNDO_WITHIN_MS,
        run: () => void undo(),
      },
    });
  }, [attemptId]);
}
