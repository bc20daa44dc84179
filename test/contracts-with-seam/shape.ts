/**
 * What a JSON Schema says of a value, as far as two documents can be compared: those of OpenAPI 3.0 and of 3.1 come out
 * the same. Of alternatives it is what any of them allows, and what all of them require.
 */
export interface Shape {
  /** JSON's names, and `null`; empty: any value. An integer is written `integer`. */
  readonly types: ReadonlySet<string>;
  /** Null: not a closed list. */
  readonly values: ReadonlySet<string> | null;
  readonly format: string | null;
  /** What stands for a value that is not given, as JSON; null: nothing. */
  readonly fallback: string | null;
  readonly properties: ReadonlyMap<string, Property>;
  /** Of a list; null: not said, or the list is always empty. */
  readonly items: Schema | null;
}

export interface Property {
  readonly schema: Schema;
  readonly isRequired: boolean;
}

/** A node of a document that may hold references to the document's other parts. */
export interface Schema {
  readonly document: object;
  readonly node: object;
}

/** Where a reference leads: `#/components/schemas/acs_user`. Follows one that leads to another. */
export function resolve({ document, node }: Schema): Schema {
  const reference: unknown = Object(node).$ref;
  if (typeof reference !== 'string') return { document, node };
  let target: unknown = document;
  for (const step of reference.slice('#/'.length).split('/')) {
    target = Object(target)[step.replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  if (typeof target !== 'object' || target === null) throw new Error(`${reference} leads nowhere`);
  return resolve({ document, node: target });
}

/** The last word of a reference, such as `acs_user`, also of one that may be null; null: the schema stands here itself. */
export function nameOf({ document, node }: Schema): string | null {
  const { $ref: reference, anyOf = [] } = Object(node);
  if (typeof reference === 'string') return reference.split('/').at(-1) ?? null;
  const [only, ...others] = objectsIn(anyOf).filter((one) => Object(one).type !== 'null');
  return only === undefined || others.length > 0 ? null : nameOf({ document, node: only });
}

/**
 * Without the alternatives of kinds that somebody does not have: `kind` is the property that tells an alternative's kind,
 * as `event_type` does.
 */
export function narrowed(schema: Schema, kind: string, has: ReadonlySet<string>): Schema {
  const { document, node } = resolve(schema);
  const isHad = (one: unknown): boolean => {
    const values = valuesOf(Object(Object(one).properties)[kind] ?? {});
    return values === null || [...values].some((value) => has.has(value));
  };
  const { oneOf, anyOf } = Object(node);
  return {
    document,
    node: {
      ...node,
      ...(Array.isArray(oneOf) ? { oneOf: oneOf.filter(isHad) } : {}),
      ...(Array.isArray(anyOf) ? { anyOf: anyOf.filter(isHad) } : {}),
    },
  };
}

export function shapeOf(schema: Schema): Shape {
  const { document, node } = resolve(schema);
  const inner = (child: object): Shape => shapeOf({ document, node: child });
  const { allOf, anyOf, oneOf } = Object(node);
  const alternatives = objectsIn([...(anyOf ?? []), ...(oneOf ?? [])]).map(inner);
  const parts = objectsIn(allOf ?? []).map(inner);
  const shapes = [ownShape({ document, node }), ...parts];
  if (alternatives.length > 0) shapes.push(alternatives.reduce(either));
  return shapes.reduce(both);
}

function ownShape({ document, node }: Schema): Shape {
  const { type, nullable, format, default: fallback, properties = {}, required = [], items } = Object(node);
  const types = new Set<string>(Array.isArray(type) ? type : type === undefined ? [] : [type]);
  const values = valuesOf(node);
  if (types.size === 0 && values !== null)
    for (const value of values) types.add(typeNamed(JSON.parse(value)));
  if (nullable === true) types.add('null');
  const isRequired = (name: string): boolean => required.includes(name);
  return {
    types,
    values,
    format: typeof format === 'string' ? format : null,
    fallback: fallback === undefined ? null : JSON.stringify(fallback),
    properties: new Map(
      Object.entries(properties).map(([name, child]) => [
        name,
        { schema: { document, node: Object(child) }, isRequired: isRequired(name) },
      ]),
    ),
    items: typeof items === 'object' && items !== null && !isNever(items) ? { document, node: items } : null,
  };
}

/** As JSON, so that "1" and 1 differ. */
function valuesOf(node: object): ReadonlySet<string> | null {
  const { enum: list, const: only } = Object(node);
  if (only !== undefined) return new Set([JSON.stringify(only)]);
  if (!Array.isArray(list)) return null;
  return new Set(list.filter((value) => value !== null).map((value) => JSON.stringify(value)));
}

function typeNamed(value: unknown): string {
  return value === null ? 'null' : typeof value;
}

/** What one of the two allows. */
function either(one: Shape, other: Shape): Shape {
  const [ofValues, ofOthers] = [one, other].map((shape) =>
    isOnlyNull(shape) ? new Set<string>() : shape.values,
  );
  const names = new Set([...one.properties.keys(), ...other.properties.keys()]);
  return {
    types: one.types.size === 0 || other.types.size === 0 ? new Set() : union(one.types, other.types),
    values: ofValues == null || ofOthers == null ? null : union(ofValues, ofOthers),
    format: isOnlyNull(one)
      ? other.format
      : isOnlyNull(other) || one.format === other.format
        ? one.format
        : null,
    fallback: one.fallback === other.fallback ? one.fallback : null,
    properties: new Map(
      [...names].map((name) => {
        const [a, b] = [one.properties.get(name), other.properties.get(name)];
        const isRequired =
          (a?.isRequired === true || isOnlyNull(one)) && (b?.isRequired === true || isOnlyNull(other));
        return [name, { schema: anyOf(a?.schema, b?.schema), isRequired }];
      }),
    ),
    items:
      one.items === null ? other.items : other.items === null ? one.items : anyOf(one.items, other.items),
  };
}

/** What both say together. */
function both(one: Shape, other: Shape): Shape {
  return {
    types: one.types.size === 0 ? other.types : union(one.types, other.types),
    values: one.values ?? other.values,
    format: one.format ?? other.format,
    fallback: one.fallback ?? other.fallback,
    properties: new Map([...one.properties, ...other.properties]),
    items: one.items ?? other.items,
  };
}

function anyOf(one: Schema | undefined, other: Schema | undefined): Schema {
  if (one === undefined || other === undefined) return one ?? other ?? { document: {}, node: {} };
  if (JSON.stringify(one.node) === JSON.stringify(other.node)) return one;
  return { document: one.document, node: { anyOf: [one.node, other.node] } };
}

const union = (one: ReadonlySet<string>, other: ReadonlySet<string>): ReadonlySet<string> =>
  new Set([...one, ...other]);

/** How zod writes that there is no such value. */
function isNever(node: object): boolean {
  return 'not' in node && Object.keys(Object(node.not)).length === 0;
}

function isOnlyNull({ types }: Shape): boolean {
  return types.size === 1 && types.has('null');
}

function objectsIn(list: readonly unknown[]): readonly object[] {
  return list.filter((one): one is object => typeof one === 'object' && one !== null);
}
