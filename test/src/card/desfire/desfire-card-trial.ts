import { DesfireChip, type DesfireOptions } from '../../../../drivers/virtual/desfire/desfire-chip.ts';
import { desfireProgram } from '../../../../src/card/desfire/desfire-program.ts';
import { fromHex, toHex } from '../../../../src/card/hex.ts';
import type { CardLink } from '../../../../src/card/link.ts';
import type { SiteKeys } from '../../../../src/card/site-keys.ts';
import { EncoderError } from '../../../../src/encoder/errors.ts';
import type { Card } from '../../../../src/model/card.ts';
import type {
  CardContents,
  CardImage,
  CardRecord,
  WriteProgress,
} from '../../../../src/model/card-record.ts';
import { siteKeyVersion } from '../site-key-version.ts';

export const UID = '04A2C3F1D25E80';
export const SITE_ID = 'c0ffee00-1111-4222-8333-444455556666';
export const APPLICATION_ID = 0xf48ed0;

/** The keys of this site, oldest generation first when reversed: 1, then 2. */
export const OLD_KEYS: SiteKeys = [siteKeyVersion(1)];
export const NEW_KEYS: SiteKeys = [siteKeyVersion(2), siteKeyVersion(1)];
/** Another site's, whose version is 1 too. */
export const FOREIGN_KEYS: SiteKeys = [{ ...siteKeyVersion(77), version: 1 }];

export const RECORD: CardRecord = {
  siteId: SITE_ID,
  credentialId: '0dd0a0a0-7777-4888-8999-aaaabbbbcccc',
  issueCounter: 7,
  startsAt: 1_790_000_000_000,
  endsAt: 1_790_600_000_000,
  entrances: [1, 2, 17],
  replacesLostCard: false,
};

export const NEXT_RECORD: CardRecord = { ...RECORD, issueCounter: 8, entrances: [1, 2, 17, 300] };

export function recordImage(record: CardRecord): CardImage {
  return { kind: 'record', format: 'mifare_desfire', record };
}

export const BLANK: CardImage = { kind: 'blank', format: 'mifare_desfire' };

export interface Site {
  readonly keys?: SiteKeys;
  readonly piccMasterKey?: 'leave' | 'own';
}

/** A card on a reader that passes APDUs on; it writes down every command and answer. */
export class TrialCard {
  readonly chip: DesfireChip;
  readonly card: Card;
  readonly link: CardLink;
  /** INS of each exchange, in order. */
  readonly commands: number[] = [];
  /** APDUs as they went out and came back, in hexadecimal. */
  readonly trace: (readonly [command: string, answer: string])[] = [];

  /** Takes the card away before the command takes effect. */
  pulledBefore: ((command: Uint8Array) => boolean) | undefined;

  /** `shownUid`: what the card says at selection, if that is not its uid. */
  constructor(options: DesfireOptions = {}, uid = UID, shownUid = uid) {
    this.chip = new DesfireChip(fromHex(uid), options);
    this.chip.activate();
    this.card = { uid: shownUid, technology: 'mifare_desfire' };
    this.link = {
      isoDep: {
        exchange: async (command) => {
          if (this.pulledBefore?.(command)) {
            throw new EncoderError('card_removed', 'the card has left the field');
          }
          const answer = this.chip.exchange(command);
          if (answer.kind !== 'data') throw new Error(`the chip answered ${answer.kind}`);
          this.commands.push(command[1] ?? 0);
          this.trace.push([toHex(command), toHex(answer.bytes)]);
          return answer.bytes;
        },
      },
    };
  }

  inspect(site: Site = {}): Promise<Omit<CardContents, 'format'>> {
    return desfireProgram.inspect(work(this.link, this.card, site));
  }

  /** What the journal heard. */
  async write(image: CardImage, site: Site = {}): Promise<readonly WriteProgress[]> {
    const notes: WriteProgress[] = [];
    const journal = { note: (progress: WriteProgress) => notes.push(progress) };
    await desfireProgram.write(work(this.link, this.card, site), image, journal);
    return notes;
  }

  /** Exchanges of one piece of work. */
  async count(act: () => Promise<unknown>): Promise<number> {
    const before = this.commands.length;
    await act();
    return this.commands.length - before;
  }
}

export function work(link: CardLink, card: Card, { keys = OLD_KEYS, piccMasterKey = 'leave' }: Site = {}) {
  const settings = { format: 'mifare_desfire', applicationId: APPLICATION_ID, piccMasterKey } as const;
  return { link, card, siteId: SITE_ID, settings, keys };
}
