import type { Clock } from '../clock.ts';
import type { Site } from '../site/site.ts';
import type { Backend } from './backend.ts';
import { BackendError } from './backend-error.ts';

/** How long the question for the protocol may take, milliseconds. */
const ANSWER_WITHIN_MS = 15_000;

export type Protocol = 'seam' | 'bridge';

/** Where a backend is, and how it is spoken to. */
export interface BackendAddress {
  readonly endpoint: string;
  readonly protocol: Protocol | 'auto';
}

export interface OpenedBackend {
  readonly protocol: Protocol;
  readonly backend: Backend & Partial<Disposable>;
}

/** Opens a backend. Rejects with BackendError when it is not known how to speak to it, or with `signal.reason`. */
export type OpenBackend = (
  address: BackendAddress,
  apiKey: () => string,
  signal: AbortSignal,
) => Promise<OpenedBackend>;

/** Opens backends over HTTP. What speaks to them is loaded by then only: a desk without a backend needs none of it. */
export function openOverHttp(site: Site, userAgent: string): OpenBackend {
  const { clock, store } = site;
  return async ({ endpoint, protocol: wished }, apiKey, signal) => {
    const protocol = wished === 'auto' ? await protocolOf(endpoint, clock, userAgent, signal) : wished;
    const parts = { endpoint, apiKey, clock, userAgent };
    if (protocol === 'bridge') {
      const { bridgeBackend } = await import('./bridge-backend.ts');
      return { protocol, backend: bridgeBackend(parts) };
    }
    const { seamBackend } = await import('./seam-backend/seam-backend.ts');
    const backend = seamBackend({
      ...parts,
      identity: () => store.backend.read()?.identity ?? null,
      isShared: ({ kind, id }) => store.sharedResources.ofBackend(kind, id) !== null,
    });
    return { protocol, backend };
  };
}

/** Only an encoderd has an answer to it. */
const HELLO = '/v1/hello';

/** What is asked, without a key, to see who answers: an encoderd by the first, Seam, or whoever speaks as Seam does, by any. */
const QUESTIONS = [HELLO, '/workspaces/get', '/health'];

/**
 * How whoever answers there is spoken to. An answer that is neither an encoderd's nor Seam's is a proxy's, or nobody's that a desk can have.
 * Rejects with BackendError, or with `signal.reason`.
 */
async function protocolOf(
  endpoint: string,
  clock: Clock,
  userAgent: string,
  signal: AbortSignal,
): Promise<Protocol> {
  const over = new AbortController();
  void clock.until(clock.now() + ANSWER_WITHIN_MS, over.signal).then(
    () => over.abort(new Error(`no answer within ${ANSWER_WITHIN_MS / 1000} s`)),
    () => {},
  );
  try {
    for (const path of QUESTIONS) {
      const response = await fetch(urlOf(endpoint, path), {
        redirect: 'manual',
        headers: { 'user-agent': userAgent },
        signal: AbortSignal.any([signal, over.signal]),
      });
      const said = parsed(await response.text());
      refuseTrouble(response, endpoint);
      if (response.ok && said?.['product'] === 'encoderd') return 'bridge';
      if (said !== null && isSeams(said)) return 'seam';
      // An encoderd whose answer went astray would be taken for Seam: to what else is asked it says what Seam says.
      if (path === HELLO && response.status !== 404) break;
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof BackendError) throw error;
    throw new BackendError(
      'unreachable',
      `The backend at ${originOf(endpoint)} cannot be reached: ${reasonOf(error)}`,
      {
        cause: error,
      },
    );
  } finally {
    over.abort();
  }
  throw new BackendError(
    'failing',
    `What answers at ${originOf(endpoint)} is neither an encoderd nor speaks as Seam does. Is the endpoint right, and does a proxy stand between?`,
  );
}

/** Answers that say nothing about what is there: a proxy in front of it, or an encoderd that does not know by which name it was called. */
function refuseTrouble({ status, headers }: Response, endpoint: string): void {
  const where = originOf(endpoint);
  if (status === 421) {
    throw new BackendError(
      'failing',
      `The server at ${where} does not know itself by that name: add ${new URL(endpoint).host} to allowed_hosts in its configuration.`,
    );
  }
  if (status !== 429 && status < 500) return;
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  throw new BackendError(status === 429 ? 'busy' : 'failing', `The backend at ${where} answered ${status}.`, {
    retryAfterMs: Number.isFinite(seconds) ? seconds * 1000 : null,
  });
}

/** A JSON object; null: it is none. */
function parsed(body: string): Readonly<Record<string, unknown>> | null {
  try {
    const said: unknown = JSON.parse(body);
    return typeof said === 'object' && said !== null ? Object.fromEntries(Object.entries(said)) : null;
  } catch {
    return null;
  }
}

/** Whether it is a refusal in Seam's envelope, or how Seam says that it is well. */
function isSeams({ error, service_health_statuses }: Readonly<Record<string, unknown>>): boolean {
  if (Array.isArray(service_health_statuses)) return true;
  if (typeof error !== 'object' || error === null) return false;
  return (
    'type' in error &&
    typeof error.type === 'string' &&
    'message' in error &&
    typeof error.message === 'string'
  );
}

/** Without a name and a password that an address may have, which fetch would not take, and tell. */
function urlOf(endpoint: string, path: string): string {
  const { origin, pathname } = new URL(endpoint);
  return `${origin}${pathname.replace(/\/+$/, '')}${path}`;
}

/** Likewise. */
const originOf = (endpoint: string) => new URL(endpoint).origin;

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  return first instanceof Error ? first.message : String(first);
}
