import { z } from 'zod';
import { isoTime } from './fields.ts';

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

export const logLine = z
  .object({
    /** Grows by one with each line, from 1 at the daemon's start. */
    sequence: z.int(),
    time: isoTime,
    level: z.enum(LEVELS),
    message: z.string(),
    /** What else the line says. */
    details: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'log_line' });

/** A line as pino writes it (https://getpino.io, `level`, `time`, `msg`). */
const pinoLine = z.looseObject({ level: z.number(), time: isoTime, msg: z.string().default('') });

export function toLogLine({
  sequence,
  line,
}: {
  readonly sequence: number;
  readonly line: string;
}): z.input<typeof logLine> {
  const { level, time, msg, ...details } = pinoLine.parse(JSON.parse(line));
  return { sequence, time, level: levelOf(level), message: msg, details };
}

/** pino counts trace as 10, and each further level as 10 more. */
const levelOf = (level: number) => LEVELS[Math.min(Math.max(Math.round(level / 10), 1), 6) - 1] ?? 'info';
