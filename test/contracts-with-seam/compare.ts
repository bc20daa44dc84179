import { nameOf, narrowed, type Schema, type Shape, shapeOf } from './shape.ts';

/** One thing that Seam's document and ours say differently. */
export interface Difference {
  /** Where, in Seam's words: `/acs/users/list ? limit`, `acs_user.display_name`. */
  readonly at: string;
  readonly ours: string;
  readonly theirs: string;
}

/** `in`: what a caller may say, ours must take all of theirs. `out`: what is answered, ours must promise all of theirs. */
export type Direction = 'in' | 'out';

/**
 * Compares what two documents say of the same value, down to its last part. A schema that Seam has a name for is compared
 * once, as that, wherever it stands: `compared` has the names that were.
 */
export function compareSchemas(
  theirs: Schema,
  ours: Schema,
  direction: Direction,
  at: string,
  compared: Set<string>,
): readonly Difference[] {
  const name = nameOf(theirs);
  if (name !== null) {
    if (compared.has(name)) return [];
    compared.add(name);
  }
  const place = name ?? nameOf(ours) ?? at;
  const own = shapeOf(ours);
  const seam = shapeOf(ofOurKinds(theirs, own));
  return [
    ...compareTypes(seam, own, direction, place),
    ...compareValues(seam, own, direction, place),
    ...compareFormats(seam, own, direction, place),
    ...compareFallbacks(seam, own, direction, place),
    ...compareProperties(seam, own, direction, place, compared),
    ...(seam.items === null || own.items === null
      ? []
      : compareSchemas(seam.items, own.items, direction, `${place}[]`, compared)),
  ];
}

/** What tells the kinds of a thing apart. */
const KINDS = ['event_type', 'action_type'];

/** Of events and attempts, those that a desk has. */
function ofOurKinds(theirs: Schema, ours: Shape): Schema {
  for (const kind of KINDS) {
    const property = ours.properties.get(kind);
    const values = property === undefined ? null : shapeOf(property.schema).values;
    if (values !== null) return narrowed(theirs, kind, values);
  }
  return theirs;
}

function compareTypes(theirs: Shape, ours: Shape, direction: Direction, at: string): readonly Difference[] {
  const [narrow, wide] = direction === 'in' ? [theirs, ours] : [ours, theirs];
  const isTaken = (type: string) => wide.types.has(type) || (type === 'integer' && wide.types.has('number'));
  if (wide.types.size === 0) return [];
  if (narrow.types.size > 0 && [...narrow.types].every(isTaken)) return [];
  return [{ at, ours: typesOf(ours), theirs: typesOf(theirs) }];
}

function compareValues(theirs: Shape, ours: Shape, direction: Direction, at: string): readonly Difference[] {
  const [narrow, wide] = direction === 'in' ? [theirs, ours] : [ours, theirs];
  const { values } = wide;
  if (values === null) return [];
  if (narrow.values !== null && [...narrow.values].every((value) => values.has(value))) return [];
  // Of long lists, only what the other side does not have.
  const rest = (one: Shape, other: Shape) =>
    one.values === null
      ? 'any'
      : list(new Set([...one.values].filter((value) => other.values?.has(value) !== true)));
  return [{ at, ours: rest(ours, theirs), theirs: rest(theirs, ours) }];
}

function compareFormats(theirs: Shape, ours: Shape, direction: Direction, at: string): readonly Difference[] {
  const [narrow, wide] = direction === 'in' ? [theirs, ours] : [ours, theirs];
  if (wide.format === null || narrow.format === wide.format || !narrow.types.has('string')) return [];
  return [{ at, ours: ours.format ?? 'any format', theirs: theirs.format ?? 'any format' }];
}

/** Who leaves a parameter out means the same here and there. */
function compareFallbacks(
  theirs: Shape,
  ours: Shape,
  direction: Direction,
  at: string,
): readonly Difference[] {
  if (direction === 'out' || theirs.fallback === ours.fallback) return [];
  const word = ({ fallback }: Shape) => (fallback === null ? 'no default' : `default ${fallback}`);
  return [{ at, ours: word(ours), theirs: word(theirs) }];
}

function compareProperties(
  theirs: Shape,
  ours: Shape,
  direction: Direction,
  at: string,
  compared: Set<string>,
): readonly Difference[] {
  const differences: Difference[] = [];
  for (const [name, property] of theirs.properties) {
    const place = direction === 'in' && !at.includes(' ? ') ? `${at} ? ${name}` : `${at}.${name}`;
    const own = ours.properties.get(name);
    if (own === undefined) {
      differences.push({ at: place, ours: 'absent', theirs: property.isRequired ? 'required' : 'optional' });
      continue;
    }
    const [narrow, wide] = direction === 'in' ? [property, own] : [own, property];
    if (wide.isRequired && !narrow.isRequired) {
      const word = ({ isRequired }: { isRequired: boolean }) => (isRequired ? 'required' : 'optional');
      differences.push({ at: place, ours: word(own), theirs: word(property) });
    }
    differences.push(...compareSchemas(property.schema, own.schema, direction, place, compared));
  }
  if (direction === 'in') {
    for (const [name, { isRequired }] of ours.properties) {
      if (!isRequired || theirs.properties.has(name)) continue;
      differences.push({ at: `${at} ? ${name}`, ours: 'required', theirs: 'absent' });
    }
  }
  return differences;
}

const list = (words: ReadonlySet<string>): string =>
  words.size === 0 ? 'no more' : [...words].sort().join(' | ');

const typesOf = ({ types }: Shape): string => (types.size === 0 ? 'anything' : list(types));
