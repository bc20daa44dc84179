import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  addWishes,
  FirefoxFileError,
  type OurPart,
  ourPart,
  parseFirefoxFile,
  takeAdditions,
  type Wish,
} from './firefox-file.ts';
import type { PolicyPlace } from './linux-places.ts';
import { CHROMIUM_POLICIES, chromiumPolicies, firefoxDomains, type Wanted } from './policies.ts';

/** A file as it is and as it is to be; null: it is not there. */
export interface FileChange {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** Our file in a folder of Chromium's, and what we remember beside Firefox's. */
const OURS = 'encoderd.json';
const FIREFOX_FILE = 'policies.json';
const CA_FILE = 'encoderd-ca.pem';

/** How a place is to look; `wanted` null: as if we had never been there. Throws FirefoxFileError. */
export function changesAt(place: PolicyPlace, wanted: Wanted | null): readonly FileChange[] {
  if (place.kind === 'firefox') return firefoxChanges(place, wanted);
  const after = wanted === null ? null : print(chromiumPolicies(wanted));
  return [change(join(place.folder, OURS), after)];
}

function firefoxChanges({ folder, seenAs }: PolicyPlace, wanted: Wanted | null): readonly FileChange[] {
  const path = join(folder, FIREFOX_FILE);
  const text = read(path);
  const before = text === null ? null : parse(path, text);
  const ours = partOf(join(folder, OURS));
  const theirs = before === null || ours === null ? before : takeAdditions(before, ours.added);
  const isOurs = ours?.is_our_file ?? before === null;
  if (wanted === null) {
    const isLeft = theirs !== null && !(isOurs && Object.keys(theirs).length === 0);
    return [
      change(path, isLeft ? printUnless(before, theirs, text) : null),
      change(join(folder, OURS), null),
      change(join(folder, CA_FILE), null),
    ];
  }
  const { file, added } = addWishes(theirs ?? {}, wishes(wanted, join(seenAs, CA_FILE)));
  const part: OurPart = {
    made_by: 'encoderctl browser-policy',
    is_our_file: isOurs,
    added: [...added],
  };
  return [
    change(path, printUnless(before, file, text)),
    change(join(folder, OURS), print(part)),
    change(join(folder, CA_FILE), wanted.ca),
  ];
}

/** A file that holds the same as before stays as somebody wrote it. */
function printUnless(before: object | null, after: object, text: string | null): string | null {
  return JSON.stringify(before) === JSON.stringify(after) ? text : print(after);
}

function wishes({ origins, ca }: Wanted, caFile: string): readonly Wish[] {
  return [
    { path: ['policies', 'LocalNetworkAccess', 'SkipDomains'], values: firefoxDomains(origins) },
    ...(ca === null ? [] : [{ path: ['policies', 'Certificates', 'Install'], values: [caFile] }]),
  ];
}

/** Other files in a folder of Chromium's that set what ours sets: only one of them counts. */
export function rivalsAt({ kind, folder }: PolicyPlace): readonly string[] {
  if (kind !== 'chromium' || !existsSync(folder)) return [];
  const names: readonly string[] = Object.values(CHROMIUM_POLICIES);
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json') && file !== OURS)
    .map((file) => join(folder, file))
    .filter((path) => names.some((name) => read(path)?.includes(`"${name}"`) === true));
}

function parse(path: string, text: string): Readonly<Record<string, unknown>> {
  try {
    return parseFirefoxFile(text);
  } catch (error) {
    if (!(error instanceof FirefoxFileError)) throw error;
    throw new FirefoxFileError(`${path} cannot be read (${error.message}), and is left as it is.`);
  }
}

function partOf(path: string): OurPart | null {
  const text = read(path);
  if (text === null) return null;
  try {
    return ourPart.parse(JSON.parse(text));
  } catch {
    throw new FirefoxFileError(
      `${path} does not say any more what is ours in ${FIREFOX_FILE}. Take it out by hand, and remove that file.`,
    );
  }
}

const change = (path: string, after: string | null): FileChange => ({ path, before: read(path), after });

const read = (path: string): string | null => (existsSync(path) ? readFileSync(path, 'utf8') : null);

const print = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;
