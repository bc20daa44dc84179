import { writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { DaemonClient } from './daemon-client.ts';
import { chosenEncoder } from './encoders.ts';
import { fileProblem, fillNewFile } from './state-owner.ts';
import { CommandError, counted, EXIT, type Terminal } from './terminal.ts';
import { readWords } from './words.ts';

/** Between two looks at what was captured. */
const LOOK_MS = 250;
const DEFAULT_SECONDS = 60;
const MOST_SECONDS = 3600;

/** What the file begins with: docs/flight-recorder.md. */
const FORMAT = 'encoderd capture 1';

const WARNING = [
  'Every byte is captured: the file may hold keys of cards, their numbers, and what is on them.',
  'Give it only to who may have those, and delete it when the fault is found. It is noted in the audit log.',
];

const MASKED =
  'What cards and keys hold is left out: the capture can be read, and not replayed. To replay it, capture with --with-payload.';

const capture = z.looseObject({ capture_id: z.string(), with_payload: z.boolean(), ends_at: z.string() });
const started = z.object({ capture });
const read = z.object({
  lines: z.array(z.looseObject({ kind: z.string() })),
  next: z.int(),
  is_over: z.boolean(),
});

/** Captures what passes at an encoder into a file. */
export const captureCommand = {
  usage: 'capture [ENCODER] --output FILE [--seconds N] [--with-payload]',
  async run(words: readonly string[], terminal: Terminal): Promise<void> {
    const { values, positionals } = readWords(words, {
      output: { type: 'string' },
      seconds: { type: 'string' },
      'with-payload': { type: 'boolean' },
    });
    const { output } = values;
    if (output === undefined || positionals.length > 1) {
      throw new CommandError('Say where the capture goes: capture [ENCODER] --output FILE', EXIT.usage);
    }
    const seconds = secondsIn(values.seconds);
    const withPayload = values['with-payload'] ?? false;
    const daemon = new DaemonClient(values);
    const how = 'capture ENCODER --output FILE';
    const { acs_encoder_id } = await chosenEncoder(daemon, positionals[0], how);
    const failure = await fillNewFile(output, async (file) => {
      const begun = await daemon.call(
        '/v1/flight_recorder/start_capture',
        { acs_encoder_id, seconds, with_payload: withPayload },
        started,
      );
      const { capture_id, ends_at } = begun.capture;
      if (!terminal.isJson) {
        for (const line of withPayload ? WARNING : [MASKED]) terminal.news({}, line);
        terminal.news({}, `Capturing until ${ends_at}; Ctrl-C ends it sooner.`);
      }
      const write = (line: object) => writeLine(file, output, line);
      try {
        write({ format: FORMAT, ...begun.capture });
        const lines = await follow(daemon, capture_id, write);
        const replay = withPayload ? ` Run it in the simulator: encoderctl replay ${output}` : '';
        const result = { output, lines, with_payload: withPayload, capture_id };
        terminal.result(result, [`${counted(lines, 'line')} in ${output}.${replay}`]);
        return null;
      } catch (error) {
        // What was captured so far stays, and nothing more is.
        await daemon.call('/v1/flight_recorder/stop_capture', { capture_id }, z.object({})).catch(() => {});
        return { error };
      }
    });
    if (failure !== null) throw failure.error;
  },
};

/** Throws CommandError where the disk takes it not. */
function writeLine(file: number, path: string, line: object): void {
  try {
    writeFileSync(file, `${JSON.stringify(line)}\n`);
  } catch (error) {
    throw fileProblem(path, error);
  }
}

/** Fetches what is captured until it is over, or somebody interrupts it. Returns how many lines there were. */
async function follow(
  daemon: DaemonClient,
  capture_id: string,
  write: (line: object) => void,
): Promise<number> {
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  let after = 0;
  let isStopped = false;
  try {
    for (;;) {
      const { lines, next, is_over } = await daemon.call(
        '/v1/flight_recorder/read_capture',
        { capture_id, after },
        read,
      );
      for (const line of lines) write(line);
      after = next;
      if (is_over) return after;
      if (interrupted.signal.aborted && !isStopped) {
        await daemon.call('/v1/flight_recorder/stop_capture', { capture_id }, z.object({}));
        isStopped = true;
      } else await delay(LOOK_MS, undefined, { signal: interrupted.signal }).catch(() => {});
    }
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

function secondsIn(word: string | undefined): number {
  const seconds = word === undefined ? DEFAULT_SECONDS : Number(word);
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= MOST_SECONDS) return seconds;
  throw new CommandError(`--seconds is a whole number from 1 to ${MOST_SECONDS}, not "${word}".`, EXIT.usage);
}
