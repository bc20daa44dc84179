import { z } from 'zod';
import { type AuditSubject, mayStandInEntry } from '../model/audit-entry.ts';
import { isOrigin } from '../model/web-address.ts';
import { actorOf, audit } from '../site/audit-log.ts';
import type { Site } from '../site/site.ts';
import { alternatives, itemsOf, propertiesOf } from './query.ts';

/** What of an operation matters here. */
export interface Auditable {
  readonly path: string;
  readonly methods: readonly string[];
  readonly scopes: readonly string[] | null;
  readonly isRead?: boolean;
  readonly input: z.ZodType;
}

/** One request to it that passed every check. */
interface Request {
  readonly input: unknown;
  readonly callerId: string;
}

/**
 * Whether what an operation did stands in the audit log under its path: whatever somebody with leave makes it do. What desks report has
 * an entry of its own (src/site/reports.ts), and so has what strangers ask for (src/site/page-pairings.ts): that must be kept also where they are refused.
 */
export function isAudited({ path, methods, scopes, isRead = false }: Omit<Auditable, 'input'>): boolean {
  return !isRead && !methods.includes('GET') && scopes !== null && !path.startsWith('/v1/bridge/');
}

/**
 * What `handle` answers, with its entry in the audit log: both are committed together where it does its work in one turn, else the entry
 * follows once it is done. What throws leaves neither.
 */
export function recorded<Output extends object>(
  operation: Auditable,
  { input, callerId }: Request,
  site: Site,
  handle: () => Output | Promise<Output>,
): Output | Promise<Output> {
  if (!isAudited(operation)) return handle();
  // Before it is done: it may be that a session deletes itself.
  const actor = actorOf(site.store, callerId);
  const write = (output: Output) => {
    const subject = { ...idsIn(input), ...closedWordsIn(operation, input), ...idsMade(output) };
    audit(site, actor, operation.path, subject);
    return output;
  };
  const outcome = site.store.transaction(() => {
    const output = handle();
    // A promise must not come out of a transaction as it is: SQLite's would be over before it.
    return output instanceof Promise ? { later: output } : { now: write(output) };
  });
  return 'later' in outcome ? outcome.later.then(write) : outcome.now;
}

const ID_NAME = /_ids?$/;

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

const isId = (value: unknown): value is string => typeof value === 'string' && UUID.test(value);

/** The ids that a request names, what is said with yes or no, and for which web origin it is. */
function idsIn(input: unknown): AuditSubject {
  const found: Record<string, AuditSubject[string]> = {};
  for (const [name, value] of Object.entries(Object(input))) {
    if (typeof value === 'boolean') found[name] = value;
    else if (name === 'allowed_origin' && typeof value === 'string' && isOrigin(value)) found[name] = value;
    else if (!ID_NAME.test(name)) continue;
    else if (isId(value)) found[name] = value;
    else if (Array.isArray(value) && value.length > 0) found[name] = value.filter(isId);
  }
  return found;
}

/** The ids of what an answer shows: `user_id` beside others, or that of a `user` itself. */
function idsMade(output: object): AuditSubject {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(output)) {
    const id: unknown = ID_NAME.test(name) ? value : Object(value)[`${name}_id`];
    if (isId(id)) found[ID_NAME.test(name) ? name : `${name}_id`] = id;
  }
  return found;
}

/** The words of a request of which the operation has a closed list, such as scopes. */
function closedWordsIn(operation: Auditable, input: unknown): AuditSubject {
  const given: Readonly<Record<string, unknown>> = Object(input);
  const found: Record<string, AuditSubject[string]> = {};
  for (const [name, words] of closedWordsOf(operation)) {
    const value = given[name];
    const isListed = (one: unknown): one is string => words.has(one) && mayStandInEntry(one);
    if (isListed(value)) found[name] = value;
    else if (Array.isArray(value) && value.length > 0) found[name] = value.filter(isListed);
  }
  return found;
}

type ClosedWords = ReadonlyMap<string, ReadonlySet<unknown>>;

/** By operation; made when it is needed first. */
const closedWords = new WeakMap<z.ZodType, ClosedWords>();

function closedWordsOf({ input }: Auditable): ClosedWords {
  const known = closedWords.get(input);
  if (known !== undefined) return known;
  const schema = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' });
  const made = new Map<string, ReadonlySet<unknown>>();
  for (const [name, property] of Object.entries(propertiesOf(schema))) {
    const kinds = alternatives(property).flatMap((one) => [one, ...itemsOf(one)]);
    const words = kinds.flatMap((one) => [
      ...(one.enum ?? []),
      ...(one.const === undefined ? [] : [one.const]),
    ]);
    if (words.length > 0) made.set(name, new Set(words));
  }
  closedWords.set(input, made);
  return made;
}
