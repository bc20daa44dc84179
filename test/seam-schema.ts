import { schemas, openapi as seam } from '@seamapi/types/connect';
import { Ajv, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { openApi } from '../src/api/openapi.ts';
import { operations } from '../src/api/routes/index.ts';
import { SITE_EVENT_TYPES } from '../src/model/event.ts';

/** The document that the daemon serves at /openapi.json. */
export const ownDocument: object = JSON.parse(JSON.stringify(openApi(operations)));

/** Types that this daemon may answer with; they are closed in src/api/errors.ts. */
const ERROR_TYPE = /^[a-z]+(_[a-z]+)*$/;

/** Every test file compiles its own, and checks few answers with each. */
const COMPILED_FAST = {
  strict: false,
  allErrors: true,
  inlineRefs: false,
  code: { optimize: false },
} as const;

const SEAMS_ACTIONS = ['SCAN_CREDENTIAL', 'SCAN_TO_ASSIGN_CREDENTIAL', 'ENCODE_CREDENTIAL'];

const seamAjv = new Ajv({ ...COMPILED_FAST, discriminator: true });
formats.default(seamAjv);
seamAjv.addSchema({ $id: 'seam', ...Object(toJsonSchema(ofOurKinds(seam))) });

const ownAjv = new Ajv2020(COMPILED_FAST);
formats.default(ownAjv);
ownAjv.addSchema({ $id: 'own', ...ownDocument });

const validators = new Map<string, ValidateFunction>();

/**
 * Holds an answer against the contract. One of 200 must be what Seam's OpenAPI promises for this path and method, where
 * Seam has the path (fields of our own are allowed), and what the daemon's own OpenAPI promises. Any other must be the
 * error envelope. Throws an Error that lists what is wrong.
 */
export function checkAnswer(path: string, method: string, status: number, body: unknown): void {
  if (status !== 200) {
    check(`${method} ${path} (${status})`, ownAjv, 'own#/components/schemas/error', body);
    const type: unknown = Object(Object(body).error).type;
    if (typeof type !== 'string' || !ERROR_TYPE.test(type)) throw new Error(`${path}: error type ${type}`);
    return;
  }
  const own = answerSchema(ownDocument, path, method.toLowerCase());
  const theirs = answerSchema(seam, path, method.toLowerCase());
  if (own === null) throw new Error(`${method} ${path} answered 200 and is not in the daemon's own OpenAPI`);
  check(`${method} ${path}`, ownAjv, `own${own}`, body);
  if (theirs !== null && !isOwnKind(Object(body).action_attempt)) {
    check(`${method} ${path}`, seamAjv, `seam${theirs}`, withoutOwnKinds(body));
    for (const [key, value] of Object.entries(Object(body))) checkParts(key, value);
  }
}

/** Seam's zod schemas, by what an envelope calls one of a thing; they take only times in UTC, where the OpenAPI takes any. */
const PARTS: Readonly<Record<string, { parse(value: unknown): unknown }>> = {
  acs_access_group: schemas.acs_access_group,
  acs_credential: schemas.acs_credential,
  acs_encoder: schemas.acs_encoder,
  acs_entrance: schemas.acs_entrance,
  acs_system: schemas.acs_system,
  acs_user: schemas.acs_user,
  action_attempt: schemas.action_attempt,
  client_session: schemas.client_session,
  event: schemas.seam_event,
  pagination: schemas.pagination,
  user_identity: schemas.user_identity,
  webhook: schemas.webhook,
  workspace: schemas.workspace,
};

/** Holds what an envelope has under `key` against Seam's zod schemas: one thing, or a list of them. */
function checkParts(key: string, value: unknown): void {
  const schema = PARTS[key.replace(/ies$/, 'y').replace(/s$/, '')];
  for (const part of Array.isArray(value) ? value : [value]) {
    if (!isOwnKind(part)) schema?.parse(part);
  }
}

/** Where the document has the schema of this answer; of methods with the same, that of the first. Null: nowhere. */
function answerSchema(document: object, path: string, method: string): string | null {
  if (!hasPath(document, path, method)) return null;
  const item: object = Object(document).paths[path];
  const textOf = (one: string) => JSON.stringify(Object(item)[one].responses[200].content);
  const first = Object.keys(item).find((one) => textOf(one) === textOf(method));
  return `#/paths/${pointer(path)}/${first}/responses/200/content/application~1json/schema`;
}

/** A list of attempts without those that Seam has not; they come only to who asks for them. */
function withoutOwnKinds(body: unknown): unknown {
  const attempts: unknown = Object(body).action_attempts;
  if (!Array.isArray(attempts)) return body;
  return { ...Object(body), action_attempts: attempts.filter((attempt) => !isOwnKind(attempt)) };
}

/** Attempts of a kind that Seam does not have are given only to those who made them. */
function isOwnKind(attempt: unknown): boolean {
  return ['ERASE_CARD', 'INSPECT_CARD'].includes(Object(attempt).action_type);
}

/** Holds one of Seam's resources, such as `action_attempt`, against Seam's schema for it. */
export function checkResource(name: string, value: unknown): void {
  if (name === 'action_attempt' && isOwnKind(value)) return;
  check(name, seamAjv, `seam#/components/schemas/${name}`, value);
  checkParts(name, value);
}

/** Whether Seam's own OpenAPI has this path with this method (lower case). */
export function seamHas(path: string, method: string): boolean {
  return hasPath(seam, path, method);
}

function check(what: string, ajv: Ajv | Ajv2020, reference: string, value: unknown): void {
  let validate = validators.get(reference);
  if (validate === undefined) {
    validate = ajv.compile({ $ref: reference });
    validators.set(reference, validate);
  }
  if (validate(value)) return;
  const problems = (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  throw new Error(
    `${what} does not keep the contract:\n  ${problems.join('\n  ')}\n${JSON.stringify(value, null, 1)}`,
  );
}

function hasPath(document: object, path: string, method: string): boolean {
  const item: unknown = Object(Object(document).paths)[path];
  return typeof item === 'object' && item !== null && method in item;
}

function pointer(path: string): string {
  return path.replaceAll('~', '~0').replaceAll('/', '~1');
}

/**
 * Seam has 63 kinds of attempts and 109 of events; of those that a desk never has the checks know nothing, which spares
 * each test file a second.
 */
function ofOurKinds(document: object): object {
  const { paths, components } = Object(document);
  const { event, action_attempt } = components.schemas;
  const only = (union: object, kind: string, ours: readonly string[]) => ({
    ...union,
    oneOf: Object(union).oneOf.filter((one: object) => ours.includes(Object(one).properties[kind].enum[0])),
  });
  const schemas = {
    ...components.schemas,
    event: only(event, 'event_type', SITE_EVENT_TYPES),
    action_attempt: only(action_attempt, 'action_type', SEAMS_ACTIONS),
  };
  return { paths, components: { schemas } };
}

/** OpenAPI 3.0 as JSON Schema: what Ajv does not know goes, `nullable` without a type becomes an alternative. */
function toJsonSchema(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(toJsonSchema);
  if (typeof node !== 'object' || node === null) return node;
  const entries = Object.entries(node)
    .filter(([key]) => !key.startsWith('x-'))
    .map(([key, value]): [string, unknown] => [key, toJsonSchema(value)]);
  const schema: Record<string, unknown> = Object.fromEntries(entries);
  if (schema['exclusiveMinimum'] === true) {
    schema['exclusiveMinimum'] = schema['minimum'];
    delete schema['minimum'];
  } else if (schema['exclusiveMinimum'] === false) {
    delete schema['exclusiveMinimum'];
  }
  if (schema['nullable'] === true && schema['type'] === undefined) {
    const { nullable, ...rest } = schema;
    return { anyOf: [{ type: 'null' }, rest] };
  }
  return schema;
}
