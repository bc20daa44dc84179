import { LOG_LEVELS, type LogLevel, type LogLine } from './wire.ts';

/** How many lines the page keeps. */
const MOST = 2000;

/** What is to be seen of the log. */
export interface LogFilter {
  /** This level and the graver ones. */
  readonly level: LogLevel;
  /** Case does not matter; it may stand anywhere in a line. */
  readonly text: string;
}

/** The lines that pass, oldest first. */
export function filteredLines(lines: readonly LogLine[], { level, text }: LogFilter): readonly LogLine[] {
  const least = LOG_LEVELS.indexOf(level);
  const wanted = text.trim().toLowerCase();
  return lines.filter(
    (line) =>
      LOG_LEVELS.indexOf(line.level) >= least &&
      (wanted === '' || textOfLine(line).toLowerCase().includes(wanted)),
  );
}

/** The lines with those that came after them; only these where the daemon began to count anew. */
export function withNewLines(
  known: readonly LogLine[],
  news: readonly LogLine[],
  isNewDaemon: boolean,
): readonly LogLine[] {
  const last = isNewDaemon ? 0 : (known.at(-1)?.sequence ?? 0);
  const later = news.filter(({ sequence }) => sequence > last);
  if (isNewDaemon) return later;
  return later.length === 0 ? known : [...known, ...later].slice(-MOST);
}

/** A line as text, to be copied into a mail. */
export function textOfLine({ time, level, message, details }: LogLine): string {
  return [time, level.toUpperCase(), message, textOfDetails(details)].filter((part) => part !== '').join(' ');
}

/** Where an error happened, line by line; null: the line tells of none, or does not say. */
export function stackOf({ err }: LogLine['details']): string | null {
  const stack: unknown = Object(err).stack;
  return typeof stack === 'string' ? stack : null;
}

/** The details without the place of an error, which is long. */
export function briefDetails(details: LogLine['details']): LogLine['details'] {
  const { err, ...rest } = details;
  const message: unknown = Object(err).message;
  return typeof message === 'string' ? { ...rest, err: message } : details;
}

/** `driver=virtual encoder=…`; what is no plain value stands as JSON. */
export function textOfDetails(details: LogLine['details']): string {
  return Object.entries(details)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
}
