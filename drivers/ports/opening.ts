import {
  type Candidate,
  type Greet,
  type GreetedDevice,
  type PortLine,
  type PortSource,
  PortTrouble,
} from './contract.ts';
import type { Pace } from './pace.ts';
import { withDeadline } from './waiting.ts';

/** Opens a candidate in time; a line that comes too late is closed. Rejects with a PortTrouble, or the signal's reason. */
export async function openInTime<Line extends PortLine>(
  source: PortSource<Line>,
  candidate: Candidate,
  pace: Pace,
  signal: AbortSignal,
): Promise<Line> {
  const late = () => new PortTrouble('no_answer', `did not open within ${pace.openMs} ms: plug it in anew`);
  let opening: Promise<Line> | undefined;
  try {
    return await withDeadline(pace.openMs, late, [signal], (until) => {
      opening = source.open(candidate, until);
      return opening;
    });
  } catch (error) {
    void opening?.then((line) => line[Symbol.asyncDispose]()).catch(() => {});
    throw error;
  }
}

/** Greets the device in time, whatever the greeting heeds. Rejects as it does, with a PortTrouble, or with the reason of the signal or of the line's end. */
export function greetInTime<Line extends PortLine>(
  greet: Greet<Line>,
  line: Line,
  candidate: Candidate,
  pace: Pace,
  signal: AbortSignal,
): Promise<GreetedDevice> {
  const cure = 'see that the encoder has power, and that this is its port';
  const late = () =>
    new PortTrouble(
      'no_answer',
      `nothing that this driver knows answered within ${pace.greetMs} ms: ${cure}`,
    );
  return withDeadline(pace.greetMs, late, [signal, line.gone], (until) => greet(line, candidate, until));
}
