import { createHash } from 'node:crypto';
import type { Site } from '../site/site.ts';
import { ApiError, errorBody, toApiError } from './errors.ts';
import type { Answer } from './operation.ts';

/** How long an answer is kept. */
const KEEP_MS = 24 * 60 * 60 * 1000;

/** A request with an Idempotency-Key. */
export interface KeyedRequest {
  readonly clientId: string;
  readonly key: string;
  /** The request's own id, for an error. */
  readonly requestId: string;
  readonly path: string;
  readonly input: unknown;
}

/**
 * Answers a request at most once for each Idempotency-Key of a client within 24 hours: the same request again gets the
 * same answer, also when that was a refusal. The same key with another request is `idempotency_key_reused`.
 */
export class KeptAnswers {
  readonly #site: Site;
  /** Requests that are being answered, by client and key. */
  readonly #underWay = new Map<string, Promise<void>>();

  constructor(site: Site) {
    this.#site = site;
  }

  /** `work` makes the answer; what it did is committed together with the answer when it does it all in one turn. */
  async once(request: KeyedRequest, work: () => Answer | Promise<Answer>): Promise<Answer> {
    const name = JSON.stringify([request.clientId, request.key]);
    // The same request twice at once: the second waits for the first one's answer.
    while (this.#underWay.has(name)) await this.#underWay.get(name);
    const answered = Promise.withResolvers<void>();
    this.#underWay.set(name, answered.promise);
    try {
      const hash = hashOf(request);
      return this.#known(request, hash) ?? (await this.#answer(request, hash, work));
    } finally {
      this.#underWay.delete(name);
      answered.resolve();
    }
  }

  #known(request: KeyedRequest, hash: Uint8Array): Answer | null {
    const { store, clock } = this.#site;
    store.answers.forgetBefore(clock.now() - KEEP_MS);
    const known = store.answers.get(request.clientId, request.key);
    if (known === null) return null;
    if (Buffer.compare(known.requestHash, hash) !== 0) {
      throw new ApiError(
        'idempotency_key_reused',
        'This Idempotency-Key was used for another request. Use a new key for a new request.',
      );
    }
    return { status: known.status, body: Object(known.body) };
  }

  async #answer(
    { clientId, key, requestId }: KeyedRequest,
    requestHash: Uint8Array,
    work: () => Answer | Promise<Answer>,
  ): Promise<Answer> {
    const { store, clock } = this.#site;
    const keep = (answer: Answer) => {
      store.answers.insert({ clientId, key, requestHash, createdAt: clock.now(), ...answer });
      return answer;
    };
    try {
      const outcome = store.transaction(() => {
        const answer = work();
        // A promise must not come out of a transaction as it is: SQLite's would be over before it.
        return answer instanceof Promise ? { later: answer } : { now: keep(answer) };
      });
      return 'later' in outcome ? keep(await outcome.later) : outcome.now;
    } catch (error) {
      const refusal = toApiError(error);
      if (refusal === null) throw error;
      const answer = { status: refusal.status, body: errorBody(refusal, requestId) };
      // What failed here may work later.
      return answer.status >= 500 ? answer : keep(answer);
    }
  }
}

/** SHA-256 over path and input; the order of names in an object makes no difference. */
function hashOf({ path, input }: KeyedRequest): Uint8Array {
  return createHash('sha256')
    .update(JSON.stringify([path, sortNames(input)]))
    .digest();
}

function sortNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortNames);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, inner]) => [name, sortNames(inner)]));
}
