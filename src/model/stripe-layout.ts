import type { StripeLayout } from './card-format.ts';

/** What a field of a magnetic stripe says; docs/card-formats/magstripe.md has them digit by digit. */
export type StripeFieldName = keyof typeof WIDTHS;

/** How many digits a field may have, and how many it has when the template does not say. */
const WIDTHS = {
  card_number: { least: 6, most: 19, usual: 10 },
  starts_at: { least: 8, most: 8, usual: 8 },
  ends_at: { least: 8, most: 8, usual: 8 },
  issue: { least: 1, most: 10, usual: 4 },
  entrance: { least: 5, most: 5, usual: 5 },
  authentication: { least: 6, most: 16, usual: 10 },
} as const;

/** A part of a track: characters that are always the same, or a field of so many digits. */
export type StripePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'field'; readonly name: StripeFieldName; readonly width: number };

/** What is on one track, part after part. */
export type StripeTemplate = readonly StripePart[];

/** Tracks 1, 2 and 3; null for one that is left alone. */
export type StripeTemplates = readonly [StripeTemplate | null, StripeTemplate | null, StripeTemplate | null];

export type TrackNumber = 1 | 2 | 3;

/** What is wrong with a layout: a sentence for whoever wrote it, and the track that it is about. */
export interface StripeLayoutProblem {
  readonly track: TrackNumber;
  readonly problem: string;
}

/** A track as ISO/IEC 7811-2 has it, without its sentinels: which characters it may hold, and how many. */
interface TrackKind {
  readonly foreign: RegExp;
  readonly alphabet: string;
  readonly most: number;
}

const NUMERIC = { foreign: /[^0-9:<=>]/, alphabet: 'the digits and : < = >' } as const;

const TRACKS: Readonly<Record<TrackNumber, TrackKind>> = {
  1: {
    foreign: /[^ -_]|[%?]/,
    alphabet: 'capital letters, digits, the space and !"#$&\'()*+,-./:;<=>@[\\]^_',
    most: 76,
  },
  2: { ...NUMERIC, most: 37 },
  3: { ...NUMERIC, most: 104 },
};

const TRACK_NUMBERS = [1, 2, 3] as const;

/** How many characters a track holds, at most, between its sentinels: 76, 37 and 104. */
export function trackCapacity(track: TrackNumber): number {
  return TRACKS[track].most;
}

/** How many characters a track of this template has: always the same. */
export function templateLength(template: StripeTemplate): number {
  return template.reduce((sum, part) => sum + (part.kind === 'text' ? part.text.length : part.width), 0);
}

/** The one way to write a template: `{card_number:10}={starts_at:8}`. */
export function templateText(template: StripeTemplate): string {
  return template.map((part) => (part.kind === 'text' ? part.text : `{${part.name}:${part.width}}`)).join('');
}

/** The layout's templates. Throws a plain Error for a layout with problems: src/config.ts has told of them at start. */
export function stripeTemplates(layout: StripeLayout): StripeTemplates {
  const [first] = stripeLayoutProblems(layout);
  if (first !== undefined) throw new Error(`the layout of track ${first.track}: ${first.problem}`);
  const [track1, track2, track3] = layout;
  const read = (template: string | null) => (template === null ? null : readTemplate(template).parts);
  return [read(track1), read(track2), read(track3)];
}

/** Everything that is wrong with a layout; none: it can be used. */
export function stripeLayoutProblems(layout: StripeLayout): readonly StripeLayoutProblem[] {
  const tracks = TRACK_NUMBERS.flatMap((track) => {
    const template = layout[track - 1];
    return template == null ? [] : [{ track, ...readTemplate(template) }];
  });
  const ofTracks = tracks.flatMap(({ track, parts, problems }) =>
    [...problems, ...trackProblems(track, parts, problems.length > 0)].map((problem) => ({ track, problem })),
  );
  // What is to be said of the whole means something only once its tracks can be read.
  return ofTracks.length > 0 ? ofTracks : wholeProblems(tracks);
}

function trackProblems(track: TrackNumber, parts: StripeTemplate, isHalfRead: boolean): readonly string[] {
  const { foreign, alphabet, most } = TRACKS[track];
  const stranger = parts.flatMap((part) => (part.kind === 'text' ? (foreign.exec(part.text) ?? []) : []))[0];
  const length = templateLength(parts);
  return [
    ...(stranger === undefined ? [] : [`"${stranger}" cannot be on track ${track}, which takes ${alphabet}`]),
    ...(length > most ? [`It takes ${length} characters, and track ${track} holds ${most}`] : []),
    ...(length === 0 && !isHalfRead ? ['It is empty: null leaves the track as it is'] : []),
  ];
}

type ReadTrack = { readonly track: TrackNumber; readonly parts: StripeTemplate };

function wholeProblems(tracks: readonly ReadTrack[]): readonly StripeLayoutProblem[] {
  const fields = tracks.flatMap(({ track, parts }) =>
    parts.flatMap((part) => (part.kind === 'field' ? [{ track, name: part.name }] : [])),
  );
  const seen = new Set<StripeFieldName>();
  const doubles = fields.filter(({ name }) => seen.size === seen.add(name).size);
  const has = (wanted: TrackNumber) => tracks.some(({ track }) => track === wanted);
  const numberTrack: TrackNumber = has(3) && !has(2) ? 3 : 2;
  const missing = (['card_number', 'authentication'] as const).filter((name) => !seen.has(name));
  return [
    ...doubles.map(({ track, name }) => ({
      track,
      problem: `{${name}} is there already: each field may be there once on all tracks together`,
    })),
    ...missing.map((name) => ({
      track: numberTrack,
      problem:
        name === 'card_number'
          ? '{card_number} is missing: without it nobody knows which card it is'
          : '{authentication} is missing: without it a card proves nothing',
    })),
    ...tracks.flatMap(({ track, parts }) =>
      numberProblems(track, parts, numberTrack).map((problem) => ({ track, problem })),
    ),
  ];
}

/** An encoder takes the digits with which track 2, or else track 3, begins for the card's number. */
function numberProblems(
  track: TrackNumber,
  parts: StripeTemplate,
  numberTrack: TrackNumber,
): readonly string[] {
  const at = parts.findIndex((part) => part.kind === 'field' && part.name === 'card_number');
  if (at === -1) return [];
  const next = parts[at + 1];
  const endsThere = next === undefined || (next.kind === 'text' && !/^\d/.test(next.text));
  return [
    ...(track === numberTrack
      ? []
      : [
          '{card_number} must be on track 2, or on track 3 where track 2 is null: encoders look for it there',
        ]),
    ...(at === 0 ? [] : ['{card_number} must be what the track begins with']),
    ...(endsThere
      ? []
      : ['{card_number} must be followed by something other than a digit, as "=", or end the track']),
  ];
}

function readTemplate(template: string): {
  readonly parts: StripeTemplate;
  readonly problems: readonly string[];
} {
  const parts: StripePart[] = [];
  const problems: string[] = [];
  for (const [piece, field] of template.matchAll(/\{([^{}]*)\}|[^{}]+|[{}]/g)) {
    if (field !== undefined) {
      const read = readField(field);
      if (typeof read === 'string') problems.push(read);
      else parts.push(read);
    } else if (piece === '{' || piece === '}') {
      problems.push(`A "${piece}" stands alone: a field is written {card_number} or {card_number:10}`);
    } else parts.push({ kind: 'text', text: piece });
  }
  return { parts, problems };
}

/** A problem, when it is no field. */
function readField(text: string): StripePart | string {
  const [, name = '', digits] = /^([a-z_]+)(?::(\d{1,3}))?$/.exec(text) ?? [];
  if (!isFieldName(name)) {
    return `{${text}} is no field. There are: ${Object.keys(WIDTHS).join(', ')}`;
  }
  const { least, most, usual } = WIDTHS[name];
  const width = digits === undefined ? usual : Number(digits);
  if (width >= least && width <= most) return { kind: 'field', name, width };
  return least === most
    ? `{${text}}: it always has ${least} digits`
    : `{${text}}: it has ${least} to ${most} digits`;
}

function isFieldName(name: string): name is StripeFieldName {
  return Object.hasOwn(WIDTHS, name);
}
