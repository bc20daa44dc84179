import type { SiteKeys } from '../card/site-keys.ts';
import type { CaptureFile } from './capture-file.ts';
import { type ReplayedTask, taskOf } from './card-tasks.ts';

/** What came after a message, and how long after it. */
interface Answer {
  readonly afterMs: number;
  readonly bytes: Uint8Array;
}

/** A message of the driver, and what the device said until the next one. */
export interface LineExchange {
  readonly kind: 'exchange';
  /** Of the file. */
  readonly line: number;
  readonly command: string | null;
  readonly isIdle: boolean;
  readonly out: Uint8Array;
  readonly answers: Answer[];
}

/** The steps of a captured line, from where it was opened: what a device that replays it says, and what is to be done with the card when. */
export type LineStep =
  | LineExchange
  | { readonly kind: 'greeted'; readonly line: number }
  | { readonly kind: 'work'; readonly line: number; readonly task: ReplayedTask };

/** Nobody waits for a card for as long as it took then. */
const LONGEST_IDLE_MS = 500;
/** So many kinds of idle exchanges take turns. */
const IDLE_KINDS = 4;

/**
 * The steps of the last greeting in the capture and what follows. Idle exchanges that repeat those before them are left out: a driver says them as often as it
 * has time to. null: the capture has no beginning. Throws CaptureFileError.
 */
export function lineSteps({ lines }: CaptureFile, keys: SiteKeys | null): readonly LineStep[] | null {
  const opened = lines.findLastIndex(({ kind }) => kind === 'opened');
  if (opened < 0) return null;
  const steps: LineStep[] = [];
  let last: { readonly exchange: LineExchange; readonly monotonicMs: number } | undefined;
  for (const line of lines.slice(opened)) {
    switch (line.kind) {
      case 'out': {
        const { command, isIdle, bytes: out } = line;
        const exchange: LineExchange = {
          kind: 'exchange',
          line: line.number,
          command,
          isIdle,
          out,
          answers: [],
        };
        last = { exchange, monotonicMs: line.monotonicMs };
        steps.push(exchange);
        break;
      }
      case 'in':
        if (last !== undefined) {
          const elapsedMs = line.monotonicMs - last.monotonicMs;
          const afterMs = last.exchange.isIdle ? Math.min(elapsedMs, LONGEST_IDLE_MS) : elapsedMs;
          last.exchange.answers.push({ afterMs, bytes: line.bytes });
        }
        break;
      case 'greeted':
        steps.push({ kind: 'greeted', line: line.number });
        // What comes next answers something that was said before the capture began.
        last = undefined;
        break;
      case 'work':
        steps.push({ kind: 'work', line: line.number, task: taskOf(line, keys) });
        break;
    }
  }
  return withoutRepeats(steps);
}

function withoutRepeats(steps: readonly LineStep[]): readonly LineStep[] {
  const kept: LineStep[] = [];
  let idle: LineExchange[] = [];
  for (const step of steps) {
    if (step.kind === 'exchange' && step.isIdle) {
      if (idle.slice(-IDLE_KINDS).some((one) => isSameExchange(one, step))) continue;
      idle.push(step);
    } else if (step.kind === 'exchange') idle = [];
    kept.push(step);
  }
  return kept;
}

const isSameExchange = (one: LineExchange, other: LineExchange): boolean =>
  sameBytes(one.out, other.out) && sameBytes(saidIn(one), saidIn(other));

/** Everything that the device said, in one. */
export const saidIn = ({ answers }: LineExchange): Uint8Array =>
  Uint8Array.from(answers.flatMap(({ bytes }) => [...bytes]));

export const sameBytes = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((byte, at) => byte === other[at]);
