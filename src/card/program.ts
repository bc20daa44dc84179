import type { Card } from '../model/card.ts';
import type { CardFormat, FormatSettings } from '../model/card-format.ts';
import type { CardContents, CardImage, WriteProgress } from '../model/card-record.ts';
import type { CardLink } from './link.ts';
import type { SiteKeys } from './site-keys.ts';

/** What a card program must know of the site; it lives as long as one piece of work on one card. */
export interface CardSite {
  /** UUID of the access system. */
  readonly siteId: string;
  /** In the order in which they are tried. */
  readonly formats: readonly FormatSettings[];
  readonly keys: SiteKeys;
}

/** Who hears how a write is getting on. */
export interface WriteJournal {
  note(progress: WriteProgress): void;
}

/** The format that a program is for, as this site uses it. */
export type SettingsOf<Format extends CardFormat> = Extract<FormatSettings, { format: Format }>;

/** One card in the field, held for one piece of work. */
export interface CardWork<Format extends CardFormat> {
  readonly link: CardLink;
  readonly card: Card;
  readonly siteId: string;
  readonly settings: SettingsOf<Format>;
  readonly keys: SiteKeys;
}

/**
 * One card format: how a record gets onto a card and back, the same for every reader.
 *
 * Both calls reject with an EncoderError: `card_removed` once the card has left, `card_unsupported` when it cannot take the image
 * (too small), `card_refused` when it will not (keys of another site, lock bits): then nothing was written.
 * No key is ever guessed in a loop: each call tries those of the factory and of the site, in the order that costs least.
 */
export interface CardProgram<Format extends CardFormat> {
  readonly format: Format;
  /** Says what is on the card. Writes nothing. A card that cannot be opened is `locked`, not an error. */
  inspect(work: CardWork<Format>): Promise<Omit<CardContents, 'format'>>;
  /**
   * Brings the card to `image` by reading, comparing and writing what differs, so that running it again on a card that was torn away
   * at any exchange ends with the same card, also when the first run was for another image. Resolves once the card was read back and holds it.
   * Notes its progress: before the first command that changes the card, after each, and while it reads back.
   */
  write(work: CardWork<Format>, image: CardImage, journal: WriteJournal): Promise<void>;
}
