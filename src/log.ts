import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** The daemon's log: one JSON object a line on stdout. Card images, keys and tokens are never handed to it. */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  return destination === undefined ? pino(options) : pino(options, destination);
}
