import { Webhook as Signer } from 'standardwebhooks';
import type { Clock } from '../../clock.ts';
import type { Sending } from '../../model/delivery.ts';
import type { Webhook } from '../../model/webhook.ts';

/** How long a receiver may take to answer, milliseconds; Svix gives as much. */
const ANSWER_WITHIN_MS = 15_000;

/** How much of a refusal is read, bytes, and how much of that is kept, characters. */
const READ_BYTES = 1024;
const KEPT_CHARACTERS = 200;

/** What goes to a receiver. */
export interface Message {
  /** The same each time that it is sent. */
  readonly id: string;
  /** JSON; these very bytes are signed. */
  readonly body: string;
}

/** Who sends. */
export interface Postman {
  readonly clock: Clock;
  /** `encoderd/1.0.0` */
  readonly userAgent: string;
}

class NoAnswer extends Error {}

/**
 * Posts a message once, signed as Standard Webhooks 1.0 has it, under Svix's names of headers. Only an answer of 2xx is taken for a yes; a
 * redirect is not followed. Rejects with `signal.reason`, and with nothing else.
 */
export async function postEvent(
  { url, secret }: Pick<Webhook, 'url' | 'secret'>,
  { id, body }: Message,
  { clock, userAgent }: Postman,
  signal: AbortSignal,
): Promise<Sending> {
  const now = clock.now();
  const over = new AbortController();
  void clock.until(now + ANSWER_WITHIN_MS, over.signal).then(
    () => over.abort(new NoAnswer()),
    () => {},
  );
  try {
    const response = await fetch(url, {
      method: 'POST',
      body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, over.signal]),
      headers: {
        'content-type': 'application/json',
        'user-agent': userAgent,
        'svix-id': id,
        'svix-timestamp': String(Math.floor(now / 1000)),
        'svix-signature': new Signer(secret).sign(id, new Date(now), body),
      },
    });
    return { status: response.status, problem: await problemOf(response) };
  } catch (error) {
    signal.throwIfAborted();
    return { status: null, problem: failureOf(error) };
  } finally {
    // Also what is left of the answer, however long it goes on.
    over.abort();
  }
}

/** Why an answer is no yes, in a sentence; null: it is one. */
async function problemOf(response: Response): Promise<string | null> {
  const { status, body } = response;
  const location = response.headers.get('location');
  const isRedirect = status >= 300 && status < 400 && location !== null;
  const said = response.ok || isRedirect ? '' : await beginningOf(body);
  if (response.ok) return null;
  if (isRedirect) return `It answered ${status}, which leads to ${location.slice(0, KEPT_CHARACTERS)}.`;
  return said === '' ? `It answered ${status}.` : `It answered ${status}: ${said}`;
}

/** The first characters of an answer, on one line. */
async function beginningOf(body: Response['body']): Promise<string> {
  if (body === null) return '';
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  try {
    for await (const chunk of body) {
      text += decoder.decode(chunk.subarray(0, READ_BYTES - bytes), { stream: true });
      bytes += chunk.length;
      if (bytes >= READ_BYTES) break;
    }
  } catch {
    // What came before it broke off says enough.
  }
  return text
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, KEPT_CHARACTERS);
}

function failureOf(error: unknown): string {
  if (error instanceof NoAnswer) return `It did not answer within ${ANSWER_WITHIN_MS / 1000} s.`;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const first = cause instanceof AggregateError ? cause.errors[0] : cause;
  return `It could not be reached: ${first instanceof Error ? first.message : String(first)}`;
}
