import { z } from 'zod';
import { fromHex } from '../card/hex.ts';
import type { CardSite } from '../card/program.ts';
import type { SiteKeys } from '../card/site-keys.ts';
import { cardImage, formatSettings } from '../encoder/host/card-messages.ts';
import { CARD_TECHNOLOGIES, type Card } from '../model/card.ts';
import type { CardImage } from '../model/card-record.ts';
import { CaptureFileError } from './capture-file.ts';

/** A piece of work as a capture has it, ready to be done again. */
export type ReplayedTask =
  | { readonly work: 'identify'; readonly atr: Uint8Array; readonly reader: string | null }
  | { readonly work: 'cue'; readonly cue: 'success' | 'failure' }
  | { readonly work: 'refresh' | 'ping' }
  | { readonly work: 'read'; readonly card: Card }
  | { readonly work: 'inspect'; readonly card: Card; readonly site: CardSite }
  | { readonly work: 'write'; readonly card: Card; readonly site: CardSite; readonly image: CardImage };

const card = z.object({ uid: z.string(), technology: z.enum(CARD_TECHNOLOGIES) });
const site = z.object({
  siteId: z.string(),
  formats: z.array(formatSettings),
  keyVersions: z.array(z.int()).min(1),
});
const bytes = z.string().transform((hex) => fromHex(hex));
const image = z
  .discriminatedUnion('kind', [
    z.looseObject({ kind: z.enum(['record', 'blank']) }),
    z.looseObject({ kind: z.literal('previous'), preimage: bytes }),
  ])
  .pipe(cardImage);

const task = z.discriminatedUnion('work', [
  z.object({
    work: z.literal('identify'),
    atr: bytes.default(new Uint8Array(0)),
    reader: z.string().nullable().default(null),
  }),
  z.object({ work: z.literal('refresh') }),
  z.object({ work: z.literal('ping') }),
  z.object({ work: z.literal('cue'), cue: z.enum(['success', 'failure']) }),
  z.object({ work: z.literal('read'), card }),
  z.object({ work: z.literal('inspect'), card, site }),
  z.object({ work: z.literal('write'), card, site, image }),
]);

/**
 * The work of a line of a capture. The keys are not in the file: those of the site, or, where `keys` is null, keys that are none. Throws CaptureFileError.
 */
export function taskOf(
  line: {
    readonly number: number;
    readonly work: string;
    readonly details: Readonly<Record<string, unknown>>;
  },
  keys: SiteKeys | null,
): ReplayedTask {
  const parsed = task.safeParse({ work: line.work, ...line.details });
  if (!parsed.success)
    throw new CaptureFileError(
      `Line ${line.number} tells of no work that can be done again: ${z.prettifyError(parsed.error)}`,
    );
  const found = parsed.data;
  if (found.work !== 'inspect' && found.work !== 'write') return found;
  const { siteId, formats, keyVersions } = found.site;
  const known = keys?.filter(({ version }) => keyVersions.includes(version)) ?? [];
  return { ...found, site: { siteId, formats, keys: known.length > 0 ? known : keyVersions.map(noKeys) } };
}

/** Keys that are none, for one who has not those of the site. */
function noKeys(version: number): SiteKeys[number] {
  const none = new Uint8Array(16);
  return {
    version,
    keys: {
      record: none,
      ntag_password: none,
      classic_read: none,
      classic_write: none,
      desfire_master: none,
      desfire_write: none,
      desfire_read: none,
      desfire_picc: none,
    },
  };
}
