import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { operations } from '../../../src/api/routes/index.ts';
import { Desk } from '../../stories/desk.ts';

let desk: Desk;
let document: Record<string, unknown>;
beforeAll(async () => {
  desk = await Desk.open();
  const answer = await desk.raw.request('GET', '/openapi.json', { headers: { authorization: undefined } });
  expect(answer).toMatchObject({ status: 200 });
  document = Object(answer.body);
});
afterAll(() => desk[Symbol.asyncDispose]());

/** Every object and list in the document, with where it stands. */
function* nodes(node: unknown, at = ''): Generator<{ at: string; node: object }> {
  if (typeof node !== 'object' || node === null) return;
  yield { at, node };
  for (const [key, value] of Object.entries(node)) yield* nodes(value, `${at}/${key}`);
}

function resolve(reference: string): unknown {
  const keys = reference.replace(/^#\//, '').split('/');
  return keys.reduce((node: unknown, key) => Object(node)[key.replaceAll('~1', '/')], document);
}

test('needs no key, and says which version of OpenAPI it is', () => {
  expect(document).toMatchObject({ openapi: '3.1.0', info: { title: 'encoderd' } });
});

test('has every operation with every method, a name of its own each', () => {
  const names = new Set<string>();
  for (const { path, methods, scopes, needsApiKey } of operations) {
    const item: object = Object(Object(document['paths'])[path]);
    expect(Object.keys(item).toSorted()).toEqual(methods.map((method) => method.toLowerCase()).toSorted());
    for (const operation of Object.values(item)) {
      expect(operation).toMatchObject({
        summary: expect.stringMatching(/./),
        operationId: expect.any(String),
      });
      names.add(operation.operationId);
      if (scopes === null) expect(operation.security).toEqual([]);
      else expect(operation['x-scopes']).toEqual(scopes);
      if (needsApiKey === true) expect(operation.security).toEqual([{ api_key: [] }]);
    }
  }
  expect(names.size).toBe(operations.flatMap(({ methods }) => methods).length);
});

test('every reference leads to a schema of the document', () => {
  const references = [...nodes(document)].flatMap(({ at, node }) =>
    '$ref' in node && typeof node.$ref === 'string' ? [{ at, reference: node.$ref }] : [],
  );
  expect(references.length).toBeGreaterThan(20);
  for (const { at, reference } of references) {
    expect(reference, at).toMatch(/^#\/components\/schemas\/[a-z_]+$/);
    expect(resolve(reference), `${at} -> ${reference}`).toBeTypeOf('object');
  }
});

test('every schema is JSON Schema of 2020-12, as OpenAPI 3.1 has it', () => {
  const ajv = new Ajv2020({ strict: false });
  formats.default(ajv);
  const schemas = [...nodes(document)].flatMap(({ node }) =>
    'schema' in node && typeof node.schema === 'object' && node.schema !== null ? [node.schema] : [],
  );
  expect(schemas.length).toBeGreaterThan(operations.length);
  for (const schema of schemas) expect(ajv.validateSchema(schema), ajv.errorsText()).toBe(true);
});

test('every parameter in a query is said to be there, also where there is a choice', () => {
  const names = (path: string) =>
    Object(Object(Object(document['paths'])[path]).get).parameters.map((one: object) => Object(one).name);
  expect(names('/acs/users/list')).toEqual(expect.arrayContaining(['search', 'limit', 'page_cursor']));
  expect(names('/user_identities/get')).toEqual(['user_identity_id', 'user_identity_key']);
});

test('/v1/hello tells a stranger the product and the protocol, and nothing else', async () => {
  const hello = await desk.raw.request('GET', '/v1/hello', { headers: { authorization: undefined } });
  expect(hello.body).toEqual({ product: 'encoderd', protocol: 1, ok: true });
});

test('/health needs no key', async () => {
  const health = await desk.raw.request('GET', '/health', { headers: { authorization: undefined } });
  expect(health).toMatchObject({
    status: 200,
    body: { ok: true, drivers: [{ driver: 'virtual', state: 'running' }] },
  });
});

test('/metrics is what Prometheus reads, for a key with read', async () => {
  const metrics = await desk.raw.request('GET', '/metrics');
  expect(metrics.status).toBe(200);
  expect(metrics.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
  const lines = String(metrics.body).split('\n');
  expect(lines).toContain('encoderd_encoders{driver="virtual",state="online"} 2');
  expect(lines).toContain('encoderd_driver_running{driver="virtual"} 1');
  for (const line of lines) expect(line).toMatch(/^(#.*|[a-z0-9_]+(\{.*\})? \S+|)$/);
  const stranger = await desk.raw.request('GET', '/metrics', { headers: { authorization: undefined } });
  expect(stranger).toMatchObject({ status: 401, body: { error: { type: 'unauthorized' } } });
  const scanner = desk.app('scanner', ['scan']);
  expect(await scanner.request('GET', '/metrics')).toMatchObject({ status: 403 });
});
