import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { SeamHttp } from '@seamapi/http';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { BackendError, NoSuchOperation } from './backend-error.ts';

/** A call that has brought no whole answer after so many milliseconds is given up. */
const ANSWER_WITHIN_MS = 30_000;

/** More than any answer of the bridge needs, bytes. */
const MOST_ANSWER_BYTES = 64 * 1024 * 1024;

/** Goes with calls that need no key: the official client wants one, and the property server does not look. */
const NO_KEY = 'seam_none';

export interface BridgeTransportParts {
  /** `https://encoderd.hotel.example` */
  readonly endpoint: string;
  /** Asked before each call; null: for calls that need none. */
  readonly apiKey: (() => string) | null;
  readonly clock: Clock;
  /** `encoderd/1.0.0` */
  readonly userAgent: string;
  /** After so many milliseconds a call that has brought no whole answer is given up; 30 s unless said. */
  readonly answerWithinMs?: number;
}

/** The property server understood, and said no. */
export class BridgeRefusal extends Error {
  /** As in the error envelope. */
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.name = 'BridgeRefusal';
    this.type = type;
  }
}

/** Calls operations of another encoderd over the official client's own transport; nothing is tried twice here. */
export class BridgeTransport implements Disposable {
  readonly #parts: BridgeTransportParts;
  readonly #agents = {
    httpAgent: new HttpAgent({ keepAlive: true }),
    httpsAgent: new HttpsAgent({ keepAlive: true }),
  };
  #client: { readonly apiKey: string; readonly seam: SeamHttp } | null = null;

  constructor(parts: BridgeTransportParts) {
    this.#parts = parts;
  }

  /**
   * Posts a JSON text, and gives back the answer in the shape that it must have. Rejects with BridgeRefusal, with BackendError, or with
   * `signal.reason`.
   */
  async post<T>(path: string, body: string, shape: z.ZodType<T>, signal: AbortSignal): Promise<T> {
    const answer = await this.#send(path, body, signal);
    if (answer.status < 200 || answer.status > 299) throw this.#refusalIn(answer);
    const given = shape.safeParse(parsed(answer.text));
    if (given.success) return given.data;
    const where = given.error.issues[0]?.path.join('.') ?? '';
    throw this.#failing(
      `answered ${path} with something that this desk does not understand${where === '' ? '' : ` (${where.slice(0, 100)})`}. See that the address is the property server's, and that both have the same version`,
    );
  }

  /** Closes the connections that are kept open. */
  [Symbol.dispose](): void {
    this.#agents.httpAgent.destroy();
    this.#agents.httpsAgent.destroy();
  }

  async #send(path: string, body: string, signal: AbortSignal): Promise<Answer> {
    const { userAgent, answerWithinMs = ANSWER_WITHIN_MS } = this.#parts;
    const { client } = this.#seam();
    const timeout = AbortSignal.timeout(answerWithinMs);
    try {
      const { status, data, headers } = await client.post<unknown>(path, body, {
        signal: AbortSignal.any([signal, timeout]),
        headers: { 'content-type': 'application/json', 'user-agent': userAgent },
      });
      return { status, text: String(data), retryAfter: String(headers['retry-after'] ?? '') };
    } catch (error) {
      signal.throwIfAborted();
      throw this.#noAnswer(timeout.aborted ? 'ETIMEDOUT' : codeOf(error));
    }
  }

  /** Throws BackendError when the key is none. */
  #seam(): SeamHttp {
    const { endpoint, apiKey } = this.#parts;
    const key = apiKey === null ? NO_KEY : apiKey();
    if (this.#client?.apiKey === key) return this.#client.seam;
    try {
      const seam = SeamHttp.fromApiKey(key, {
        endpoint,
        axiosRetryOptions: { retries: 0 },
        axiosOptions: {
          ...this.#agents,
          adapter: 'http',
          timeout: 0,
          maxRedirects: 0,
          maxContentLength: MOST_ANSWER_BYTES,
          responseType: 'text',
          validateStatus: () => true,
          // Text stays text, both ways.
          transformRequest: [(body: unknown) => body],
          transformResponse: [(text: unknown) => text],
        },
      });
      this.#client = { apiKey: key, seam };
      return seam;
    } catch {
      // What it says of the key could name it.
      throw new BackendError(
        'unauthorized',
        `The key of this desk is no key of an encoderd: it begins with "seam_". Put the right one in its place.`,
      );
    }
  }

  #refusalIn({ status, text, retryAfter }: Answer): BridgeRefusal | BackendError {
    const { endpoint, clock } = this.#parts;
    const envelope = errorEnvelope.safeParse(parsed(text));
    const { type, message, data } = envelope.data?.error ?? { type: '', message: '', data: undefined };
    if (status === 429 || (status === 503 && retryAfter !== '')) {
      const retryAfterMs =
        waitFrom(retryAfter, clock.now()) ?? secondsToMs(data?.['retry_after_seconds'] ?? null);
      return new BackendError('busy', `The property server ${endpoint} asks to be asked later.`, {
        retryAfterMs,
      });
    }
    if (status === 401 || status === 403) {
      // Its own words are advice for apps, whose keys are made in another way.
      return new BackendError(
        'unauthorized',
        `The property server ${endpoint} does not take this desk's key: the desk was removed there, or its key replaced. At the server: encoderctl desks new-key NAME (write the key into the key file of this desk). A desk that was paired by a code is paired again: encoderctl unpair, then encoderctl pair ${endpoint}`,
      );
    }
    if (status === 413) return new BridgeRefusal('payload_too_large', 'The message is too large.');
    if (status === 421) {
      return this.#failing(
        `does not know that it is reached by this name. Add "${hostOf(endpoint)}" to allowed_hosts in its configuration`,
      );
    }
    if (status === 404 && type !== 'pairing_not_found') {
      return new NoSuchOperation(
        `The property server ${endpoint} takes no desks: it is no encoderd, or of an older version, or a proxy before it does not let /v1/bridge/ through.`,
      );
    }
    if (status < 500 && envelope.success) return new BridgeRefusal(type, message);
    return this.#failing(`answered with HTTP ${status}`);
  }

  #failing(what: string): BackendError {
    return new BackendError('failing', `The property server ${this.#parts.endpoint} ${what}.`);
  }

  /** `code`: as Node.js and axios name what went wrong. */
  #noAnswer(code: string): BackendError {
    const { endpoint } = this.#parts;
    if (code.startsWith('HPE_') || code === 'ERR_BAD_RESPONSE') {
      return this.#failing(`gave an answer that is no HTTP, or too large (${code})`);
    }
    const what = TROUBLES[code] ?? `the connection failed (${code})`;
    return new BackendError('unreachable', `The property server ${endpoint} cannot be reached: ${what}.`);
  }
}

interface Answer {
  readonly status: number;
  readonly text: string;
  /** Empty: it did not say. */
  readonly retryAfter: string;
}

const errorEnvelope = z.object({
  error: z.object({
    type: z.string().max(100),
    message: z.string().max(10_000),
    data: z.record(z.string(), z.unknown()).optional(),
  }),
});

const TROUBLES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection broke',
  EPIPE: 'the connection broke',
  ENOTFOUND: 'no computer has this name',
  EAI_AGAIN: 'names cannot be looked up; see the network',
  EHOSTUNREACH: 'no way leads there',
  ENETUNREACH: 'this computer has no network',
  ETIMEDOUT: 'no whole answer came in time',
  EPROTO: 'what answers there speaks no TLS; see whether the address begins with http or https',
  CERT_HAS_EXPIRED: 'its certificate has expired (or the clock of this computer is wrong)',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed, and this computer does not trust it',
  SELF_SIGNED_CERT_IN_CHAIN: 'nobody whom this computer trusts has signed its certificate',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'nobody whom this computer trusts has signed its certificate',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
};

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'no code';
}

/** Undefined: it is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Of the header Retry-After (RFC 9110, section 10.2.3): seconds or a date; null: it says neither. */
function waitFrom(retryAfter: string, now: number): number | null {
  const text = retryAfter.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const at = text === '' ? Number.NaN : Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}

const secondsToMs = (seconds: unknown): number | null =>
  typeof seconds === 'number' && seconds >= 0 ? seconds * 1000 : null;

const hostOf = (endpoint: string): string => URL.parse(endpoint)?.host ?? endpoint;
