import { z } from 'zod';

/** A list in policies.json, and what is to stand in it. */
export interface Wish {
  /** The names on the way to the list: `['policies', 'LocalNetworkAccess', 'SkipDomains']`. */
  readonly path: readonly string[];
  readonly values: readonly string[];
}

/** What was added to a list, so that it can be taken away again. */
const addition = z.object({
  path: z.array(z.string()),
  /** Those that were not there before. */
  values: z.array(z.string()),
  /** How many of the names on the way, from the end, were not there before. */
  made: z.int().min(0),
});
export type Addition = z.output<typeof addition>;

/** What encoderctl remembers beside a policies.json. */
export const ourPart = z.object({
  made_by: z.literal('encoderctl browser-policy'),
  is_our_file: z.boolean(),
  added: z.array(addition),
});
export type OurPart = z.output<typeof ourPart>;

type Json = Readonly<Record<string, unknown>>;

/** The file holds something else than policies: the message says where. */
export class FirefoxFileError extends Error {}

/** Throws FirefoxFileError for what is no JSON object. */
export function parseFirefoxFile(text: string): Json {
  try {
    return asMap(JSON.parse(text.replace(/^\uFEFF/, '')), 'the file');
  } catch (error) {
    if (error instanceof FirefoxFileError) throw error;
    throw new FirefoxFileError(error instanceof Error ? error.message : String(error));
  }
}

/** Adds to the lists what is not in them yet. Everything else stays. Throws FirefoxFileError. */
export function addWishes(
  file: Json,
  wishes: readonly Wish[],
): { readonly file: Json; readonly added: readonly Addition[] } {
  let changed = file;
  const added: Addition[] = [];
  for (const { path, values } of wishes) {
    const missing = values.filter((value) => !listAt(changed, path).includes(value));
    if (missing.length === 0) continue;
    added.push({ path: [...path], values: missing, made: namesMissing(changed, path) });
    changed = withList(changed, path, [...listAt(changed, path), ...missing]);
  }
  return { file: changed, added };
}

/** Takes away what was added, the last first, and what was made for it where nothing else has come into it. Throws FirefoxFileError. */
export function takeAdditions(file: Json, added: readonly Addition[]): Json {
  return added.toReversed().reduce((changed, { path, values, made }) => {
    if (namesMissing(changed, path) > 0) return changed;
    const left = listAt(changed, path).filter((value) => !values.includes(value));
    return pruned(withList(changed, path, left), path, made);
  }, file);
}

function listAt(file: Json, path: readonly string[]): readonly string[] {
  const found = path.reduce<unknown>(
    (at, name, depth) => (at === undefined ? undefined : asMap(at, path.slice(0, depth).join('.'))[name]),
    file,
  );
  const list = z.array(z.string()).optional().safeParse(found);
  if (!list.success) throw new FirefoxFileError(`"${path.join('.')}" is no list of texts`);
  return list.data ?? [];
}

function namesMissing(file: Json, path: readonly string[]): number {
  const [name, ...others] = path;
  if (name === undefined) return 0;
  if (!Object.hasOwn(file, name)) return path.length;
  return others.length === 0 ? 0 : namesMissing(asMap(file[name], name), others);
}

function withList(file: Json, [name = '', ...others]: readonly string[], list: readonly string[]): Json {
  const inner = () => withList(Object.hasOwn(file, name) ? asMap(file[name], name) : {}, others, list);
  return { ...file, [name]: others.length === 0 ? list : inner() };
}

/** Without the last `made` names of the path, as far as nothing is in them. */
function pruned(file: Json, [name = '', ...others]: readonly string[], made: number): Json {
  const kept =
    others.length === 0 ? file : { ...file, [name]: pruned(asMap(file[name], name), others, made) };
  const isOurs = made > others.length;
  return isOurs && isEmpty(kept[name]) ? without(kept, name) : kept;
}

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;

const without = (file: Json, name: string): Json =>
  Object.fromEntries(Object.entries(file).filter(([other]) => other !== name));

function asMap(value: unknown, where: string): Json {
  const map = z.record(z.string(), z.unknown()).safeParse(value);
  // zod gives back a copy; names keep their order in the value itself.
  if (map.success && typeof value === 'object' && value !== null) return { ...value };
  throw new FirefoxFileError(`"${where}" is no map of names`);
}
