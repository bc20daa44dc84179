import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Attempts } from '../attempts/attempts.ts';
import type { Encoders } from '../encoder/encoders.ts';
import type { ApiKey, Scope } from '../model/api-key.ts';
import type { Site } from '../site/site.ts';
import { ApiError, errorBody, toApiError } from './errors.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What operations work on. */
export interface Desk {
  readonly site: Site;
  readonly encoders: Encoders;
  readonly attempts: Attempts;
  readonly defaultTimeoutMs: number;
  /** Requests with an Idempotency-Key that are being answered, by client and key. */
  readonly underWay: Map<string, Promise<void>>;
}

/** One request to one operation. */
export interface Call<Input> {
  readonly input: Input;
  readonly desk: Desk;
  /** Who asks; an operation without a scope must not look. */
  readonly client: ApiKey;
}

/**
 * One thing that the API can do, defined once: served over HTTP and over the WebSocket, and written into the OpenAPI.
 * Its file is named after its path. It holds no rule of the site.
 */
export interface Operation<Input extends z.ZodType = z.ZodType, Output extends z.ZodObject = z.ZodObject> {
  readonly path: `/${string}`;
  readonly methods: readonly Method[];
  /** What the caller's key must allow; null: no key is needed. */
  readonly scope: Scope | null;
  readonly summary: string;
  readonly input: Input;
  /** The envelope, without `ok`. */
  readonly output: Output;
  // A method, so that operations with different inputs fit one list.
  handle(call: Call<z.output<Input>>): z.input<Output> | Promise<z.input<Output>>;
}

/** Checks an operation's types against each other. */
export function defineOperation<Input extends z.ZodType, Output extends z.ZodObject>(
  operation: Operation<Input, Output>,
): Operation<Input, Output> {
  return operation;
}

/** The methods that Seam lists for these kinds of operation; POST is always an alias. */
export const READS: readonly Method[] = ['GET', 'POST'];
export const POSTS: readonly Method[] = ['POST'];
export const PATCHES: readonly Method[] = ['PATCH', 'POST'];
export const DELETES: readonly Method[] = ['DELETE', 'POST'];

export interface Answer {
  readonly status: number;
  readonly body: object;
}

/** Runs an operation on input that nobody has checked yet. Throws ApiError for a refusal; anything else is a bug. */
export async function runOperation(
  operation: Operation,
  input: unknown,
  desk: Desk,
  client: ApiKey,
): Promise<Answer> {
  const parsed = parseInput(operation, input);
  return { status: 200, body: { ...(await operation.handle({ input: parsed, desk, client })), ok: true } };
}

/**
 * Runs an operation at most once for each Idempotency-Key of a client within 24 hours; the same request again gets the
 * same answer, also an error. Throws `idempotency_key_reused` when the key came with another request.
 * The answer is committed with what the operation did, when the operation does it all in one turn.
 */
export async function runOnce(
  operation: Operation,
  input: unknown,
  desk: Desk,
  client: ApiKey,
  request: { readonly id: string; readonly idempotencyKey: string },
): Promise<Answer> {
  const { store, clock } = desk.site;
  const requestHash = createHash('sha256')
    .update(JSON.stringify([operation.path, sortKeys(input)]))
    .digest();
  const name = JSON.stringify([client.id, request.idempotencyKey]);
  // The same request twice at once: the second waits for the first one's answer.
  while (desk.underWay.has(name)) await desk.underWay.get(name);
  const done = Promise.withResolvers<void>();
  desk.underWay.set(name, done.promise);
  try {
    return await answerOnce();
  } finally {
    desk.underWay.delete(name);
    done.resolve();
  }

  async function answerOnce(): Promise<Answer> {
    store.answers.forgetBefore(clock.now() - KEEP_ANSWERS_MS);
    const known = store.answers.get(client.id, request.idempotencyKey);
    if (known !== null) {
      if (Buffer.compare(known.requestHash, requestHash) !== 0) {
        throw new ApiError(
          'idempotency_key_reused',
          'This Idempotency-Key was used for another request. Use a new key for a new request.',
        );
      }
      return { status: known.status, body: Object(known.body) };
    }
    const keep = (answer: Answer) => {
      const key = { clientId: client.id, key: request.idempotencyKey, requestHash, createdAt: clock.now() };
      store.answers.insert({ ...key, ...answer });
      return answer;
    };
    const succeed = (output: object) => keep({ status: 200, body: { ...output, ok: true } });
    try {
      const parsed = parseInput(operation, input);
      const outcome = store.transaction(() => {
        const output = operation.handle({ input: parsed, desk, client });
        // A promise must not come out of a transaction as it is: SQLite's would be over before it.
        return output instanceof Promise ? { later: output } : { now: succeed(output) };
      });
      return 'later' in outcome ? succeed(await outcome.later) : outcome.now;
    } catch (error) {
      const refusal = toApiError(error);
      if (refusal === null) throw error;
      const answer = { status: refusal.status, body: errorBody(refusal, request.id) };
      // What failed here and may work later is not kept.
      return answer.status >= 500 ? answer : keep(answer);
    }
  }
}

/** The same value with the names of every object in order: two requests that say the same are the same. */
function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sortKeys(inner)]),
  );
}

const KEEP_ANSWERS_MS = 24 * 60 * 60 * 1000;

function parseInput(operation: Operation, input: unknown): unknown {
  const parsed = operation.input.safeParse(input, { reportInput: true });
  if (parsed.success) return parsed.data;
  const messages = parsed.error.issues.map(describeIssue);
  throw new ApiError(
    'invalid_input',
    messages.length === 1 ? `${messages[0]}` : `${messages.length} Input Errors: ${messages.join(', ')}`,
    { validationErrors: z.formatError(parsed.error) },
  );
}

function describeIssue(issue: z.core.$ZodIssue): string {
  if (issue.path.length === 0) return issue.message;
  const parameter = issue.path.join('.');
  return issue.code === 'invalid_type' && issue.input === undefined
    ? `${parameter} is required`
    : `${issue.message} for "${parameter}"`;
}
