import { useCallback, useEffect, useState } from 'preact/hooks';
import type { DeskError } from '../../client/client.ts';
import { asDeskError } from '../connection.ts';

/** What was asked of the daemon. */
export interface Asked<Value> {
  /** The last answer; null: there is none yet. */
  readonly value: Value | null;
  /** Why the last question was refused; null: it was not. */
  readonly error: DeskError | null;
  /** Asks again at once. */
  readonly again: () => void;
}

/** Asks now, `everyMs` after each answer, and when told to. `ask` must stay the same as long as the question does. */
export function useAsked<Value>(ask: () => Promise<Value>, everyMs: number): Asked<Value> {
  const [answer, setAnswer] = useState<{ readonly value: Value } | null>(null);
  const [error, setError] = useState<DeskError | null>(null);
  const [turn, setTurn] = useState(0);
  const again = useCallback(() => setTurn((turns) => turns + 1), []);
  useEffect(() => {
    let next: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    const asking = ask().then(
      (value) => {
        if (isOver) return;
        setAnswer({ value });
        setError(null);
      },
      (reason: unknown) => {
        if (!isOver) setError(asDeskError(reason));
      },
    );
    void asking.then(() => {
      if (!isOver) next = setTimeout(again, everyMs);
    });
    return () => {
      isOver = true;
      clearTimeout(next);
    };
  }, [ask, turn, everyMs, again]);
  return { value: answer?.value ?? null, error, again };
}
