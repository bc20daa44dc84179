import type { Clock } from '../../clock.ts';
import { BackendError, NoSuchOperation } from '../backend-error.ts';

/** How long the backend may take to one request, from its first byte to the last of the answer, milliseconds. */
export const ANSWER_WITHIN_MS = 30_000;

/** How much of a foreign text goes into a message, characters. */
const KEPT_CHARACTERS = 200;

/** What is told of every answer. Times are milliseconds since 1970. */
export interface AnswerNote {
  /** By the answer's `date`, which counts whole seconds; null: there was none. */
  readonly backendTime: number | null;
}

export interface TransportParts {
  readonly endpoint: string;
  readonly clock: Clock;
  readonly onAnswer: (note: AnswerNote) => void;
}

/** As the global `fetch`; what axios calls in its stead. */
export type Fetch = (input: URL | Request | string, init?: RequestInit) => Promise<Response>;

class NoAnswer extends Error {}

/** One for all: without a reason, each abort makes a DOMException with its stack. */
const ENDED = new Error('the request has ended');

/**
 * Asks once, follows no redirect, and waits for the whole answer no longer than ANSWER_WITHIN_MS. Lets pass what may be an answer in Seam's
 * words: 2xx, and 4xx that concern the request. Rejects with a BackendError for all else. Neither the key nor what was sent gets into it.
 */
export function seamFetch({ endpoint, clock, onAnswer }: TransportParts): Fetch {
  return async (input, init) => {
    const over = new AbortController();
    void clock.until(clock.now() + ANSWER_WITHIN_MS, over.signal).then(
      () => over.abort(new NoAnswer()),
      () => {},
    );
    const asked = input instanceof Request ? [input.signal] : [];
    try {
      const signal = AbortSignal.any([...asked, over.signal]);
      const response = await fetch(input, { ...init, redirect: 'manual', signal });
      const backendTime = timeOf(response.headers.get('date'));
      onAnswer({ backendTime });
      refuseTrouble(response, backendTime ?? clock.now());
      const body = await response.text();
      // 204 and 205 must have no body; they are no answers of Seam's, and found to be empty later.
      return new Response(body, {
        status: body === '' ? 200 : response.status,
        headers: { 'content-type': response.headers.get('content-type') ?? '' },
      });
    } catch (error) {
      if (error instanceof BackendError || asked.some(({ aborted }) => aborted)) throw error;
      throw new BackendError('unreachable', `${whereIs(endpoint)} ${whyNot(error)}`, {
        cause: systemErrorIn(error),
      });
    } finally {
      // Also what is left of an answer that nobody reads.
      over.abort(ENDED);
    }
  };
}

/** What to call the backend in a message: never with a name and password that its URL may have. */
function whereIs(endpoint: string): string {
  return `The backend at ${new URL(endpoint).origin}`;
}

function refuseTrouble({ status, headers }: Response, now: number): void {
  const retryAfterMs = retryAfterOf(headers.get('retry-after'), now);
  const said = `The backend answered ${status}`;
  if (status === 401) {
    throw new BackendError('unauthorized', `${said}: it does not take the key. Give this desk a new one.`);
  }
  if (status === 403) {
    const message = `${said}: the key does not allow this. Give this desk a key that may read and manage.`;
    throw new BackendError('unauthorized', message);
  }
  if (status === 429) throw new BackendError('busy', `${said}: it is asked too often.`, { retryAfterMs });
  if (status === 503 && retryAfterMs !== null) {
    throw new BackendError('busy', `${said}: it asks to be asked later.`, { retryAfterMs });
  }
  if (status >= 500)
    throw new BackendError('failing', `${said}: it fails. Nothing is lost; it is tried again.`);
  if (status >= 300 && status < 400) {
    const to = headers.get('location')?.slice(0, KEPT_CHARACTERS) ?? 'nowhere';
    throw new BackendError('failing', `${said}, which leads to ${to}. Is the endpoint right?`);
  }
}

/** `retry-after` in milliseconds: it comes in seconds, or as a date (RFC 9110, 10.2.3). */
function retryAfterOf(header: string | null, now: number): number | null {
  if (header === null) return null;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const at = timeOf(header);
  return at === null ? null : Math.max(0, at - now);
}

function timeOf(header: string | null): number | null {
  const at = header === null ? Number.NaN : Date.parse(header);
  return Number.isNaN(at) ? null : at;
}

/**
 * The body of an answer, for axios, which calls it with every one that `seamFetch` let pass. Throws a BackendError for what is no answer of
 * Seam's: no JSON, a refusal in other words than Seam's, a yes that says no.
 */
export function readBody(text: unknown, _headers: unknown, status: number | undefined): unknown {
  const body = parsed(text);
  const isOk = status !== undefined && status < 300;
  if (isOk && isObject(body) && body['ok'] !== false) return body;
  if (!isOk && isRefusal(body)) return body;
  const message = `The backend answered ${status} with something that is not Seam's. Is the endpoint right, and does a proxy stand between?`;
  throw status === 404 ? new NoSuchOperation(message) : new BackendError('failing', message);
}

function parsed(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return undefined;
  }
}

function isRefusal(body: unknown): boolean {
  const error = isObject(body) ? body['error'] : undefined;
  return isObject(error) && typeof error['type'] === 'string' && typeof error['message'] === 'string';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function whyNot(error: unknown): string {
  if (error instanceof NoAnswer) return `did not answer within ${ANSWER_WITHIN_MS / 1000} s.`;
  const first = systemErrorIn(error);
  return `could not be reached: ${first instanceof Error ? first.message : String(first)}`;
}

/** What went wrong below `fetch`, which says only that it failed. */
function systemErrorIn(error: unknown): unknown {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof AggregateError ? cause.errors[0] : cause;
}
