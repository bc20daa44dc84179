import type { CardContent, CardContents } from '../../model/card-record.ts';
import { type StripeTemplates, stripeTemplates, trackCapacity } from '../../model/stripe-layout.ts';
import type { StripeTrack, StripeTracks } from '../link.ts';
import type { CardWork } from '../program.ts';
import { laidTracks, readTrack } from './layout.ts';
import { encodePreimage } from './preimage.ts';
import { isNumberDrawn } from './stripe-number.ts';
import { stripeOf } from './stripe-of.ts';
import { type OpenedToken, openToken } from './token.ts';

/** Says what was on the stripe when it was last read, without a swipe: `inspect` of the format. */
export async function inspectStripe(work: CardWork<'magstripe'>): Promise<Omit<CardContents, 'format'>> {
  const { tracks } = stripeOf(work);
  const templates = stripeTemplates(work.settings.layout);
  const { content, keyVersion } = whatIsOn(tracks, templates, work);
  return {
    content,
    keyVersion,
    capacityBytes: laidTracks(templates).reduce((sum, { track }) => sum + trackCapacity(track), 0),
    preimage: encodePreimage(tracks),
    facts: [
      ...tracks.map((track, at) => [`Track ${at + 1}`, describeTrack(track)] as const),
      ...(isNumberDrawn(tracks, work.card) ? ([['Number', 'none on the stripe yet']] as const) : []),
      [
        'Security',
        'a magnetic stripe can be copied by anybody; its authentication digits only show who wrote it',
      ],
    ],
  };
}

type Found = { readonly content: CardContent; readonly keyVersion: number | null };

function whatIsOn(
  tracks: StripeTracks,
  templates: StripeTemplates,
  { siteId, keys }: Pick<CardWork<'magstripe'>, 'siteId' | 'keys'>,
): Found {
  const unproven = (content: CardContent): Found => ({ content, keyVersion: null });
  const readings = laidTracks(templates).map(({ at, template }) => readTrack(template, tracks[at]));
  if (readings.every(({ kind }) => kind === 'empty')) return unproven({ kind: 'blank' });
  const isForeign = readings.some(({ kind }) => kind === 'other');
  const fields = readings.flatMap((reading) => (reading.kind === 'fields' ? [reading.digits] : []));
  if (!isForeign && fields.length < readings.length) return unproven({ kind: 'incomplete' });
  const opened: OpenedToken | undefined = isForeign
    ? undefined
    : openToken(new Map(fields.flatMap((digits) => [...digits])), templates, siteId, keys);
  if (opened === undefined) return unproven({ kind: 'foreign', description: describeTracks(tracks) });
  const { token, standing, keyVersion } = opened;
  return { content: { kind: 'token', token, standing }, keyVersion };
}

/** What lies on the tracks that are not empty, without a character of it: `track 1: 34 characters, track 2: 16 digits`. */
function describeTracks(tracks: StripeTracks): string {
  return tracks
    .flatMap((track, at) => (track.kind === 'empty' ? [] : [`track ${at + 1}: ${describeTrack(track)}`]))
    .join(', ');
}

function describeTrack(track: StripeTrack): string {
  if (track.kind !== 'data') return track.kind;
  const { length } = track.text;
  const unit = /^\d*$/.test(track.text) ? 'digit' : 'character';
  return `${length} ${unit}${length === 1 ? '' : 's'}`;
}
