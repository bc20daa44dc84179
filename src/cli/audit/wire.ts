import { connect, type Socket } from 'node:net';

/** How long a daemon may take to answer what it can answer at once, milliseconds; this computer may be busy. */
export const PATIENCE_MS = 5000;

/** How much of an answer is kept, bytes. */
const MOST_KEPT = 4 * 1024 * 1024;

/** One HTTP answer, as it stood on the wire. */
export interface Answer {
  readonly status: number;
  /** By lower-case name; of several the last. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** What came back over one connection. */
export interface Outcome {
  /** As many as came, one after the other. */
  readonly answers: readonly Answer[];
  /** Everything that came, as text. */
  readonly text: string;
  /** Whether the other side ended the connection. */
  readonly isEnded: boolean;
  /** From the first byte that was sent to the end, milliseconds. */
  readonly tookMs: number;
}

/** Where the daemon listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface TalkOptions {
  /** Until when to wait for the end of the connection. */
  readonly withinMs?: number;
  /** Whether to go on listening after the first whole answer; absent: that is enough. */
  readonly untilEnd?: boolean;
  /** What is written bit by bit after the first bytes, until the other side has ended or this ends. */
  readonly afterwards?: (socket: Socket, isOver: () => boolean) => Promise<void>;
}

/** Writes bytes on a connection of its own, as they are, and resolves with what came back; never rejects. */
export function talk(
  { host, port }: Address,
  bytes: string | Uint8Array,
  { withinMs = PATIENCE_MS, untilEnd = false, afterwards }: TalkOptions = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    // Half-open, as a stranger's would be: the daemon has to end it by itself.
    const socket = connect({ host, port, allowHalfOpen: true });
    const began = performance.now();
    const chunks: Buffer[] = [];
    let kept = 0;
    let isOver = false;
    const finish = (isEnded: boolean) => {
      if (isOver) return;
      isOver = true;
      clearTimeout(late);
      socket.destroy();
      const text = Buffer.concat(chunks).toString('latin1');
      resolve({ answers: answersIn(text, isEnded), text, isEnded, tookMs: performance.now() - began });
    };
    const late = setTimeout(() => finish(false), withinMs);
    socket.on('data', (chunk: Buffer) => {
      if (kept < MOST_KEPT) chunks.push(chunk);
      kept += chunk.length;
      if (!untilEnd && answersIn(Buffer.concat(chunks).toString('latin1'), false).length > 0) finish(false);
    });
    socket.on('error', () => finish(true));
    socket.on('end', () => finish(true));
    socket.on('close', () => finish(true));
    socket.write(bytes);
    afterwards?.(socket, () => isOver).catch(() => finish(true));
  });
}

/** The whole answers in what came over a connection; the last may go to its end. */
function answersIn(text: string, isEnded: boolean): readonly Answer[] {
  const answers: Answer[] = [];
  let rest = text;
  while (rest.startsWith('HTTP/')) {
    const at = rest.indexOf('\r\n\r\n');
    if (at < 0) break;
    const [first = '', ...lines] = rest.slice(0, at).split('\r\n');
    const status = Number(first.split(' ')[1]);
    const headers = new Map(lines.map((line) => headerIn(line)));
    const body = rest.slice(at + 4);
    const length = lengthOf(status, headers);
    if (length === null ? !isEnded && !body.endsWith('0\r\n\r\n') : body.length < length) {
      if (!isEnded) break;
    }
    answers.push({ status, headers, body: length === null ? body : body.slice(0, length) });
    rest = length === null ? '' : body.slice(length);
  }
  return answers;
}

function headerIn(line: string): [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}

/** Null: to the end of the connection, or in chunks. */
function lengthOf(status: number, headers: ReadonlyMap<string, string>): number | null {
  if (status < 200 || status === 204 || status === 304) return 0;
  const length = headers.get('content-length');
  return length === undefined ? null : Number(length);
}

/** What stands in a request; a value of several is several headers. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface Request {
  readonly method?: string;
  readonly target: string;
  readonly headers?: Headers;
  /** Its length is told unless a header says something of it. */
  readonly body?: string;
}

/** A request as text, with nothing but what is said here. */
export function requestText({ method = 'GET', target, headers = {}, body }: Request): string {
  const given = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : (typeof value === 'string' ? [value] : value).map((one) => `${name}: ${one}`),
  );
  const isFramed = given.some((line) => /^(content-length|transfer-encoding):/i.test(line));
  const length =
    body === undefined || isFramed ? [] : [`Content-Length: ${Buffer.byteLength(body, 'latin1')}`];
  return `${[`${method} ${target} HTTP/1.1`, ...given, ...length].join('\r\n')}\r\n\r\n${body ?? ''}`;
}

/** The beginning of a text, on one line, for evidence. */
export function brief(text: string, most = 160): string {
  const line = text.replaceAll(/[^\x20-\x7e]+/g, ' ').trim();
  return line.length > most ? `${line.slice(0, most)}...` : line;
}
