import { useEffect, useState } from 'preact/hooks';
import type { Attempt, Desk } from '../../client/client.ts';

/** Something that this page saw an attempt become. */
export interface Step {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly phase: Attempt['phase'];
  readonly hint: string | undefined;
  /** The last that was seen of it. */
  readonly progress: Attempt['progress'];
}

/** What this page saw, by the attempt's id. */
export type Timelines = ReadonlyMap<string, readonly Step[]>;

/** How many attempts are remembered. */
const MOST = 200;

/** The timelines with what an attempt is now. Progress within a phase is no new step. */
export function withAttempt(timelines: Timelines, attempt: Attempt, at: number): Timelines {
  const { action_attempt_id: id, phase, hint_code: hint, progress } = attempt;
  const steps = timelines.get(id) ?? [];
  const last = steps.at(-1);
  const isSame = last !== undefined && last.phase === phase && last.hint === hint;
  const next = isSame
    ? [...steps.slice(0, -1), { ...last, progress }]
    : [...steps, { at, phase, hint, progress }];
  const others = [...timelines].filter(([other]) => other !== id).slice(1 - MOST);
  return new Map([...others, [id, next]]);
}

/** Watches every attempt for as long as the technician's pages are open. */
export function useTimelines(desk: Desk): Timelines {
  const [timelines, setTimelines] = useState<Timelines>(new Map());
  useEffect(
    () =>
      desk.on('action_attempt.changed', ({ action_attempt }) => {
        const at = Date.now();
        setTimelines((before) => withAttempt(before, action_attempt, at));
      }),
    [desk],
  );
  return timelines;
}
