import { z } from 'zod';
import type { Attempts } from '../attempts/attempts.ts';
import type { Encoders } from '../encoder/encoders.ts';
import type { Scope } from '../model/api-key.ts';
import type { Caller } from '../model/caller.ts';
import type { Site } from '../site/site.ts';
import { ApiError } from './errors.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What operations work on. */
export interface Desk {
  readonly site: Site;
  readonly encoders: Encoders;
  readonly attempts: Attempts;
  readonly defaultTimeoutMs: number;
  /** Whether cards can be written and read: the site's keys are there. */
  readonly hasSiteKeys: () => boolean;
}

/** One request to one operation. */
export interface Call<Input> {
  readonly input: Input;
  readonly desk: Desk;
  /** Who asks; an operation without a scope must not look. */
  readonly client: Caller;
}

/**
 * One thing that the API can do, defined once: served over HTTP and over the WebSocket, and written into the OpenAPI.
 * Its file is named after its path. It holds no rule of the site.
 */
export interface Operation<Input extends z.ZodType = z.ZodType, Output extends z.ZodObject = z.ZodObject> {
  readonly path: `/${string}`;
  readonly methods: readonly Method[];
  /** What the caller's key must allow one of; null: no key is needed. */
  readonly scopes: readonly Scope[] | null;
  readonly summary: string;
  /** Whether a client session that is bound to user identities may do this when `user_identity_id` names one of them; absent: it may not. */
  readonly isPersonal?: boolean;
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

/**
 * Runs an operation on input that nobody has checked yet. Throws ApiError for a refusal, also at once; anything else is
 * a bug.
 */
export function runOperation(
  operation: Operation,
  input: unknown,
  desk: Desk,
  client: Caller,
): Answer | Promise<Answer> {
  const output = operation.handle({ input: parseInput(operation, input), desk, client });
  return output instanceof Promise ? output.then(succeed) : succeed(output);
}

const succeed = (output: object): Answer => ({ status: 200, body: { ...output, ok: true } });

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
