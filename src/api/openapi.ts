import { z } from 'zod';
import type { Operation } from './operation.ts';

/** The daemon's own OpenAPI 3.1 document, made from the operations. */
export function openApi(operations: readonly Operation[]): object {
  const shared: Schemas = { error: toSchema(ERROR, 'output', {}) };
  const paths = operations.map((operation) => [operation.path, pathItem(operation, shared)]);
  return {
    openapi: '3.1.0',
    info: {
      title: 'encoderd',
      version: '1.0.0',
      description:
        'The card encoder on this desk. Paths, parameters and envelopes are those of the Seam API.',
    },
    security: [{ api_key: [] }, { client_session: [] }],
    paths: Object.fromEntries(paths),
    components: {
      securitySchemes: {
        api_key: { type: 'http', scheme: 'bearer' },
        client_session: { type: 'http', scheme: 'bearer' },
      },
      schemas: shared,
    },
  };
}

type JsonSchema = z.core.JSONSchema.BaseSchema;

type Schemas = Record<string, JsonSchema>;

const ERROR = z.object({
  error: z.object({
    type: z.string(),
    message: z.string(),
    request_id: z.string(),
    data: z.record(z.string(), z.unknown()).optional(),
    validation_errors: z.unknown().optional(),
  }),
  ok: z.literal(false),
});

/** A schema as it stands in the document; what it shares with others goes to `shared`, since a `$ref` counts from the top. */
function toSchema(type: z.ZodType, io: 'input' | 'output', shared: Schemas): JsonSchema {
  const text = JSON.stringify(z.toJSONSchema(type, { io, unrepresentable: 'any' }));
  const { $schema, $defs, ...schema }: JsonSchema = JSON.parse(
    text.replaceAll('"#/$defs/', '"#/components/schemas/'),
  );
  Object.assign(shared, $defs);
  return schema;
}

function pathItem(operation: Operation, shared: Schemas): object {
  const input = toSchema(operation.input, 'input', shared);
  const output = toSchema(operation.output.extend({ ok: z.literal(true) }), 'output', shared);
  const common = {
    summary: operation.summary,
    ...(operation.scopes === null ? { security: [] } : { 'x-scopes': operation.scopes }),
    ...(operation.needsApiKey === true ? { security: [{ api_key: [] }] } : {}),
    responses: {
      200: { description: 'Done', content: { 'application/json': { schema: output } } },
      default: {
        description: 'Refused; the message says what to do',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/error' } } },
      },
    },
  };
  const name = operation.path.slice(1).replaceAll('/', '_');
  return Object.fromEntries(
    operation.methods.map((method) => [
      method.toLowerCase(),
      {
        operationId: `${name}_${method.toLowerCase()}`,
        ...common,
        ...(method === 'GET' || method === 'DELETE'
          ? { parameters: queryParameters(input) }
          : { requestBody: { content: { 'application/json': { schema: input } } } }),
      },
    ]),
  );
}

/** Of alternatives, each parameter of any of them. */
function queryParameters(input: JsonSchema): object[] {
  const alternatives = [input, ...(input.anyOf ?? [])].filter((one) => typeof one === 'object');
  const properties: Record<string, unknown> = Object.assign({}, ...alternatives.map((one) => one.properties));
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: input.required?.includes(name) ?? false,
    schema,
  }));
}
