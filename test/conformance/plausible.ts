import { openapi as seam } from '@seamapi/types/connect';
import { type Schema, shapeOf } from '../contracts-with-seam/shape.ts';

/**
 * What a client may send to this path by Seam's OpenAPI: each parameter that is required, or one name of something where
 * none is; each with a value of its kind. Ids are of nothing. A path that the document does not have is about an identity.
 */
export function plausibleParameters(path: string): Readonly<Record<string, unknown>> {
  const item: unknown = Object(seam)['paths'][path];
  const { post, put, patch } = Object(item);
  const body: unknown = (post ?? put ?? patch)?.requestBody?.content['application/json'].schema;
  return typeof body !== 'object' || body === null
    ? { user_identity_id: TEXTS['uuid'] }
    : Object(sample({ document: seam, node: body }));
}

function sample(schema: Schema): unknown {
  const { types, values, format, properties, items } = shapeOf(firstAlternative(schema));
  const [value] = values ?? [];
  if (value !== undefined) return JSON.parse(value);
  if (types.has('object') || properties.size > 0) {
    const required = [...properties].filter(([, { isRequired }]) => isRequired);
    // The newest client asks for one where Seam takes several names of the same thing.
    const [name] = [...properties].filter(([, { schema: one }]) => shapeOf(one).format === 'uuid');
    const sent =
      required.length > 0 ? required : [name ?? [...properties][0]].filter((one) => one !== undefined);
    return Object.fromEntries(sent.map(([name, property]) => [name, sample(property.schema)]));
  }
  if (types.has('array')) return items === null ? [] : [sample(items)];
  if (types.has('boolean')) return true;
  if (types.has('number') || types.has('integer')) return 1;
  return TEXTS[format ?? ''] ?? 'word';
}

const TEXTS: Readonly<Record<string, string>> = {
  uuid: '00000000-0000-4000-8000-000000000000',
  'date-time': '2030-01-01T00:00:00.000Z',
  email: 'nobody@example.com',
  // Nobody listens at this port.
  uri: 'http://127.0.0.1:8/',
};

function firstAlternative({ document, node }: Schema): Schema {
  const { oneOf, anyOf, ...rest } = Object(node);
  const first: unknown = [...(oneOf ?? []), ...(anyOf ?? [])][0];
  return typeof first !== 'object' || first === null
    ? { document, node }
    : firstAlternative({ document, node: { ...rest, ...first } });
}
