import { z } from 'zod';
import type { Attempts } from '../attempts/attempts.ts';
import type { Encoders } from '../encoder/encoders.ts';
import type { FlightRecorder } from '../encoder/recorder/flight-recorder.ts';
import type { RecentLines } from '../log.ts';
import type { Scope } from '../model/api-key.ts';
import type { Caller } from '../model/caller.ts';
import type { Site } from '../site/site.ts';
import type { PairingControl } from '../sync/pairing-state.ts';
import type { SyncControl } from '../sync/sync-status.ts';
import { recorded } from './audited-operation.ts';
import { ApiError } from './errors.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What operations work on. */
export interface Desk {
  readonly site: Site;
  readonly encoders: Encoders;
  readonly attempts: Attempts;
  readonly sync: SyncControl;
  readonly pairing: PairingControl;
  /** What the daemon logged last. */
  readonly recentLog: RecentLines;
  /** What passed at the encoders last. */
  readonly recorder: FlightRecorder;
  readonly defaultTimeoutMs: number;
  /** Whether cards can be written and read: the site's keys are there. */
  readonly hasSiteKeys: () => boolean;
  /** Whether web pages of this origin may use the desk. */
  readonly allowsOrigin: (origin: string) => boolean;
}

/** One request to one operation. */
export interface Call<Input> {
  readonly input: Input;
  readonly desk: Desk;
  /** Who asks; an operation without a scope must not look. */
  readonly client: Caller;
  /** The web origin of the page that asks, as its browser says; null: no page asks. */
  readonly origin: string | null;
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
  /** Whether it gives every caller nothing but the caller's own, so that a bound client session may do this as well; absent: it does not. */
  readonly isOwn?: boolean;
  /** Whether only an API key may do this, and no client session; absent: a session may, too. */
  readonly needsApiKey?: boolean;
  /** Of one that needs an API key: whether a page that a person paired for `admin` may do it as well, such as the console; absent: it may not. */
  readonly isForAdminPage?: boolean;
  /** Whether the answer holds a token of which only a hash is kept, so that no answer is kept for an Idempotency-Key; absent: it does not. */
  readonly hasSecretAnswer?: boolean;
  /** Whether only somebody without a key asks for it, and is counted with those who come with a wrong one; absent: everybody may ask. */
  readonly isForStrangers?: boolean;
  /** Whether it only tells, though GET is not for it, so that nothing of it stands in the audit log; absent: what GET is not for does something. */
  readonly isRead?: boolean;
  /** Whether pages of any web origin may call it, to ask to be let in; absent: only those that were. */
  readonly isForAnyOrigin?: boolean;
  /** How large a body may be, bytes; absent: as everywhere. */
  readonly mostBodyBytes?: number;
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
export const PUTS: readonly Method[] = ['PUT', 'POST'];
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
  origin: string | null,
): Answer | Promise<Answer> {
  const allowed = personalInput(operation, input, client);
  const parsed = parseInput(operation, allowed);
  const handle = () => operation.handle({ input: parsed, desk, client, origin });
  const output = recorded(operation, { input: parsed, callerId: client.id }, desk.site, handle);
  return output instanceof Promise ? output.then(succeed) : succeed(output);
}

/** Other ways than `user_identity_id` to say who is meant; with one of them a request could be about somebody else. */
const OTHER_NAMES = ['acs_user_id', 'acs_user_ids', 'user_identity_ids', 'user_identity_key'] as const;

/**
 * What this caller may ask of an operation: the input as it is, but for a client session that is bound to user
 * identities. That one may do only what is personal, and must name one of its identities; where it has one only and names none,
 * that is filled in. Throws `forbidden_for_client_session`.
 */
export function personalInput(
  operation: Pick<Operation, 'path' | 'scopes' | 'isPersonal' | 'isOwn' | 'needsApiKey' | 'isForAdminPage'>,
  input: unknown,
  client: Caller,
): unknown {
  const { path, scopes, isPersonal = false, isOwn = false, needsApiKey = false } = operation;
  const isAdminPage = client.apiKeyId === null && client.scopes.includes('admin');
  if (needsApiKey && client.id !== client.apiKeyId && !(operation.isForAdminPage === true && isAdminPage)) {
    throw forbidden(`${path} needs an API key: a client session may not use it. Call it from your server.`);
  }
  const own = client.userIdentityIds;
  if (own === null || isOwn || scopes === null) return input;
  if (!isPersonal) {
    throw forbidden(
      `This client session acts for its own user identities only, and may not use ${path}. Call it from your server, with an API key.`,
    );
  }
  const given: Readonly<Record<string, unknown>> = Object(input);
  const other = OTHER_NAMES.find((name) => given[name] !== undefined);
  if (other !== undefined) {
    throw forbidden(`This client session must say by user_identity_id who is meant, not by ${other}.`);
  }
  const named = given['user_identity_id'] ?? (own.length === 1 ? own[0] : undefined);
  if (typeof named !== 'string' || !own.includes(named.toLowerCase())) {
    throw forbidden(`This client session may name only its own user_identity_id: ${own.join(' or ')}.`);
  }
  return { ...given, user_identity_id: named };
}

const forbidden = (message: string) => new ApiError('forbidden_for_client_session', message);

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
