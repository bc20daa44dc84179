import { z } from 'zod';
import type { Operation } from './operation.ts';

/** The daemon's own OpenAPI 3.1 document, made from the operations. */
export function openApi(operations: readonly Operation[]): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'encoderd',
      version: '1.0.0',
      description:
        'The card encoder on this desk. Paths, parameters and envelopes are those of the Seam API.',
    },
    security: [{ api_key: [] }],
    paths: Object.fromEntries(operations.map((operation) => [operation.path, pathItem(operation)])),
    components: {
      securitySchemes: { api_key: { type: 'http', scheme: 'bearer' } },
      schemas: { error: ERROR_SCHEMA },
    },
  };
}

const ERROR_SCHEMA = z.toJSONSchema(
  z.object({
    error: z.object({
      type: z.string(),
      message: z.string(),
      request_id: z.string(),
      data: z.record(z.string(), z.unknown()).optional(),
      validation_errors: z.unknown().optional(),
    }),
    ok: z.literal(false),
  }),
);

function pathItem(operation: Operation): object {
  const input = z.toJSONSchema(operation.input, { io: 'input', unrepresentable: 'any' });
  const output = z.toJSONSchema(operation.output.extend({ ok: z.literal(true) }), { unrepresentable: 'any' });
  const common = {
    summary: operation.summary,
    ...(operation.scope === null ? { security: [] } : { 'x-scope': operation.scope }),
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

function queryParameters(input: z.core.JSONSchema.BaseSchema): object[] {
  return Object.entries(input.properties ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: input.required?.includes(name) ?? false,
    schema,
  }));
}
