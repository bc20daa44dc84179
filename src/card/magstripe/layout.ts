import type {
  StripeFieldName,
  StripeTemplate,
  StripeTemplates,
  TrackNumber,
} from '../../model/stripe-layout.ts';
import type { StripeTrack } from '../link.ts';

/** The digits of a field by its name. */
export type StripeDigits = ReadonlyMap<StripeFieldName, string>;

/** A track that the layout is about. */
export interface LaidTrack {
  readonly track: TrackNumber;
  /** Where it stands among three. */
  readonly at: 0 | 1 | 2;
  readonly template: StripeTemplate;
}

/** What a track of the layout holds: its fields, nothing, something else, or what cannot be read. */
export type TrackReading =
  | { readonly kind: 'fields'; readonly digits: StripeDigits }
  | { readonly kind: 'empty' | 'other' | 'unreadable' };

/** The tracks of a layout, ascending, without those that it leaves alone. */
export function laidTracks(templates: StripeTemplates): readonly LaidTrack[] {
  const [track1, track2, track3] = templates;
  return [
    ...(track1 === null ? [] : [{ track: 1, at: 0, template: track1 } as const]),
    ...(track2 === null ? [] : [{ track: 2, at: 1, template: track2 } as const]),
    ...(track3 === null ? [] : [{ track: 3, at: 2, template: track3 } as const]),
  ];
}

/** How many digits each field of the layout has. */
export function fieldWidths(templates: StripeTemplates): ReadonlyMap<StripeFieldName, number> {
  const parts = laidTracks(templates).flatMap(({ template }) => template);
  return new Map(parts.flatMap((part) => (part.kind === 'field' ? [[part.name, part.width] as const] : [])));
}

/** The characters of a track. Throws a plain Error where a field is missing or has another number of digits. */
export function trackText(template: StripeTemplate, digits: StripeDigits): string {
  return template
    .map((part) => {
      if (part.kind === 'text') return part.text;
      const field = digits.get(part.name);
      if (field?.length !== part.width) {
        throw new Error(`the field ${part.name} has ${part.width} digits, not ${field?.length ?? 'none'}`);
      }
      return field;
    })
    .join('');
}

/** Reads a track by its template, which allows no other length and no other characters beside its fields. */
export function readTrack(template: StripeTemplate, found: StripeTrack): TrackReading {
  if (found.kind !== 'data') return { kind: found.kind };
  const digits = new Map<StripeFieldName, string>();
  let rest = found.text;
  for (const part of template) {
    const length = part.kind === 'text' ? part.text.length : part.width;
    const piece = rest.slice(0, length);
    rest = rest.slice(length);
    if (part.kind === 'text' ? piece !== part.text : piece.length !== length || !/^\d+$/.test(piece)) {
      return { kind: 'other' };
    }
    if (part.kind === 'field') digits.set(part.name, piece);
  }
  return rest === '' ? { kind: 'fields', digits } : { kind: 'other' };
}
