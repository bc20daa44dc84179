import { VirtualCard } from '../../../../drivers/virtual/virtual-card.ts';
import { fromHex } from '../../../../src/card/hex.ts';
import type { CardLink } from '../../../../src/card/link.ts';
import { ntagProgram } from '../../../../src/card/ntag/ntag-program.ts';
import type { CardWork } from '../../../../src/card/program.ts';
import type { SiteKeys } from '../../../../src/card/site-keys.ts';
import { ACR122_PROFILE, type ReaderProfile, storageCardLink } from '../../../../src/card/storage-card.ts';
import type { Card, CardTechnology } from '../../../../src/model/card.ts';
import type {
  CardContents,
  CardImage,
  CardRecord,
  WriteProgress,
} from '../../../../src/model/card-record.ts';
import { siteKeyVersion } from '../site-key-version.ts';

export const UID = '04A2C3F1D25E80';
export const SITE = '6f9e0c1d-8b7a-4f52-9e63-1c2d3e4f5a6b';
export const OTHER_SITE = '11111111-2222-4333-8444-555555555555';

export const OLD_KEYS: SiteKeys = [siteKeyVersion(1)];
/** The site after a rotation: the newest first. */
export const KEYS: SiteKeys = [siteKeyVersion(2), siteKeyVersion(1)];
export const OTHER_KEYS: SiteKeys = [siteKeyVersion(7)];

export const OLD_RECORD: CardRecord = {
  siteId: SITE,
  credentialId: '0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9',
  issueCounter: 1,
  startsAt: null,
  endsAt: null,
  entrances: [1, 2],
  replacesLostCard: false,
};

export const NEW_RECORD: CardRecord = {
  ...OLD_RECORD,
  issueCounter: 2,
  startsAt: Date.UTC(2026, 5, 1, 13),
  endsAt: Date.UTC(2026, 5, 5, 9),
  entrances: [1, 2, 5, 23],
};

/** What a site is, for these programs. */
export interface Site {
  readonly siteId?: string;
  readonly keys?: SiteKeys;
  readonly isPasswordProtected?: boolean;
}

export function recordImage(record: CardRecord): CardImage {
  return { kind: 'record', format: 'ntag', record };
}

export const BLANK: CardImage = { kind: 'blank', format: 'ntag' };

export function workOn(link: CardLink, card: Card, site: Site = {}): CardWork<'ntag'> {
  const { siteId = SITE, keys = KEYS, isPasswordProtected = true } = site;
  return { link, card, siteId, keys, settings: { format: 'ntag', isPasswordProtected } };
}

/** A card that can be taken off a reader and put down again: each piece of work finds it freshly selected. */
export class CardOnReader {
  readonly technology: CardTechnology;
  readonly profile: ReaderProfile;
  readonly uid: string;
  memory: Uint8Array;
  /** APDUs of the last piece of work, in hexadecimal. */
  sent: string[] = [];
  notes: WriteProgress[] = [];
  /** A page of which the reader says that it was written, and it was not. */
  isDeafOn: number | undefined;

  constructor(
    technology: CardTechnology,
    profile: ReaderProfile = ACR122_PROFILE,
    memory?: Uint8Array,
    uid = UID,
  ) {
    this.technology = technology;
    this.profile = profile;
    this.uid = uid;
    this.memory = new VirtualCard({ technology, uid, ...(memory && { memory }) }).memory;
  }

  inspect(site: Site = {}): Promise<Omit<CardContents, 'format'>> {
    return this.#put((link, card) => ntagProgram.inspect(workOn(link, card, site)));
  }

  async write(image: CardImage, site: Site = {}): Promise<void> {
    this.notes = [];
    const note = (progress: WriteProgress) => this.notes.push(progress);
    await this.#put((link, card) => ntagProgram.write(workOn(link, card, site), image, { note }));
  }

  /** Native commands, in hexadecimal, one after the other on a card that was just selected. */
  send(...commands: readonly string[]): void {
    const chip = new VirtualCard({ technology: this.technology, uid: this.uid, memory: this.memory }).chip;
    for (const command of commands) {
      const { kind } = chip.exchange(fromHex(command));
      if (kind === 'nak' || kind === 'silence') throw new Error(`the card refuses ${command}`);
    }
    this.memory = chip.memory;
  }

  page(number: number): Uint8Array {
    return this.memory.slice(number * 4, number * 4 + 4);
  }

  async #put<Result>(work: (link: CardLink, card: Card) => Promise<Result>): Promise<Result> {
    const { technology, uid } = this;
    const chip = new VirtualCard({ technology, uid, memory: this.memory });
    this.sent = [];
    const transmit = (apdu: Uint8Array) => {
      this.sent.push(Buffer.from(apdu).toString('hex').toUpperCase());
      const [, ins, , page] = apdu;
      if (ins === 0xd6 && page === this.isDeafOn) return Promise.resolve(Uint8Array.of(0x90, 0x00));
      return chip.transmit(apdu);
    };
    try {
      return await work(storageCardLink(transmit, technology, this.profile), { uid, technology });
    } finally {
      this.memory = chip.memory;
    }
  }
}
