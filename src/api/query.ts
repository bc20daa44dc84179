import { z } from 'zod';

export type JsonSchema = z.core.JSONSchema.BaseSchema;

/**
 * Turns a query string into what the same request would have had as its JSON body, by the operation's input schema.
 *
 * Seam's clients write arrays as repeated keys (also `a[]=` and `a[0]=`; an empty one as `a=`), objects with dots (`a.b=c`), and
 * booleans and numbers as text. Keys that the schema does not have are left out.
 */
export function queryDecoder(input: z.ZodType): (query: URLSearchParams) => Record<string, unknown> {
  const schema = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' });
  return (query) => decodeObject(schema, query, '');
}

function decodeObject(schema: JsonSchema, query: URLSearchParams, prefix: string): Record<string, unknown> {
  const decoded: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(propertiesOf(schema))) {
    const kind = alternatives(property);
    const key = `${prefix}${name}`;
    const object = kind.find((one) => one.type === 'object');
    if (object !== undefined && [...query.keys()].some((other) => other.startsWith(`${key}.`))) {
      decoded[name] = decodeObject(object, query, `${key}.`);
      continue;
    }
    const values = valuesOf(query, key);
    if (values.length === 0) continue;
    const array = kind.find((one) => one.type === 'array');
    decoded[name] =
      array === undefined
        ? decodeValue(kind, values[0] ?? '')
        : values.filter((value) => value !== '').map((value) => decodeValue(itemsOf(array), value));
  }
  return decoded;
}

/** The values of `key`, of `key[]`, and of `key[0]` and so on, in this order. */
function valuesOf(query: URLSearchParams, key: string): readonly string[] {
  const numbered = [...query]
    .map(([name, value]) => ({ at: indexIn(name, key), value }))
    .filter(({ at }) => at !== null)
    .toSorted((a, b) => Number(a.at) - Number(b.at));
  return [...query.getAll(key), ...query.getAll(`${key}[]`), ...numbered.map(({ value }) => value)];
}

/** The 7 of `key[7]`; null: it is none of these. */
function indexIn(name: string, key: string): number | null {
  const index = name.startsWith(key) ? /^\[(\d+)\]$/.exec(name.slice(key.length))?.[1] : undefined;
  return index === undefined ? null : Number(index);
}

/** A number as people write it: JavaScript takes `0x10`, `1e3` and spaces too. */
const DECIMAL = /^-?\d+(\.\d+)?$/;

function decodeValue(kind: readonly JsonSchema[], text: string): unknown {
  const may = (type: string) => kind.some((one) => [one.type].flat().some((its) => its === type));
  if (text === '' && may('null')) return null;
  if (may('boolean') && (text === 'true' || text === 'false')) return text === 'true';
  if ((may('number') || may('integer')) && DECIMAL.test(text)) return Number(text);
  return text;
}

/** The members of an object, also of one that is put together of several. */
export function propertiesOf(schema: JsonSchema): Record<string, JsonSchema> {
  const all: Record<string, JsonSchema> = {};
  for (const one of [schema, ...(schema.anyOf ?? []), ...(schema.allOf ?? [])].filter(isSchema)) {
    for (const [name, property] of Object.entries(one.properties ?? {})) {
      if (isSchema(property)) all[name] = property;
    }
  }
  return all;
}

/** What a value may be: this, or each of what it is one of. */
export function alternatives(schema: JsonSchema): readonly JsonSchema[] {
  return [schema, ...(schema.anyOf ?? []).filter(isSchema).flatMap(alternatives)];
}

/** What the items of an array may be. */
export function itemsOf(schema: JsonSchema): readonly JsonSchema[] {
  return isSchema(schema.items) ? alternatives(schema.items) : [];
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
