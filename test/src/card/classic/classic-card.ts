import { VirtualCard } from '../../../../drivers/virtual/virtual-card.ts';
import { classicProgram } from '../../../../src/card/classic/classic-program.ts';
import { encodeAccessBits, type SectorAccess } from '../../../../src/card/classic-access.ts';
import { trailerOf } from '../../../../src/card/classic-geometry.ts';
import { fromHex, toHex } from '../../../../src/card/hex.ts';
import type { CardLink } from '../../../../src/card/link.ts';
import type { CardWork, SettingsOf } from '../../../../src/card/program.ts';
import type { SiteKeys } from '../../../../src/card/site-keys.ts';
import { ACR122_PROFILE, storageCardLink } from '../../../../src/card/storage-card.ts';
import type { CardFaults } from '../../../../src/encoder/contract.ts';
import { EncoderError } from '../../../../src/encoder/errors.ts';
import type { Card } from '../../../../src/model/card.ts';
import type { CardImage, CardRecord, WriteProgress } from '../../../../src/model/card-record.ts';
import { siteKeyVersion } from '../site-key-version.ts';

export const UID = 'A1B2C3D4';
export const SITE = '0b5cf2d4-6a3c-4c1e-9d37-2f1e8a7b6c5d';
export const OTHER_SITE = '7d9e1f30-1b2c-4d3e-8f40-5a6b7c8d9e0f';
export const NEWEST: SiteKeys = [siteKeyVersion(1)];
export const ROTATED: SiteKeys = [siteKeyVersion(2), siteKeyVersion(1)];
export const FOREIGN_KEYS: SiteKeys = [siteKeyVersion(77)];
export const FACTORY_TRAILER = 'FFFFFFFFFFFFFF078069FFFFFFFFFFFF';

export const RECORD: CardRecord = {
  siteId: SITE,
  credentialId: '3f2a9c14-5e6d-4b7a-8c9d-0e1f2a3b4c5d',
  issueCounter: 1,
  startsAt: Date.UTC(2026, 0, 1, 15),
  endsAt: Date.UTC(2026, 0, 4, 11),
  entrances: [1, 2, 3, 204],
  replacesLostCard: false,
};

export const LATER: CardRecord = {
  ...RECORD,
  issueCounter: 2,
  endsAt: Date.UTC(2026, 0, 7, 11),
  entrances: [7, 9],
};

export type ClassicSettings = SettingsOf<'mifare_classic'>;

export const SETTINGS: ClassicSettings = {
  format: 'mifare_classic',
  sectors: [1, 2, 3],
  hasDirectory: false,
};

/** Who works on the card: the site, its keys and settings. */
export interface Desk {
  readonly siteId?: string;
  readonly keys?: SiteKeys;
  readonly settings?: Partial<Omit<ClassicSettings, 'format'>>;
}

export function recordImage(record: CardRecord = RECORD): CardImage {
  return { kind: 'record', format: 'mifare_classic', record };
}

export const BLANK: CardImage = { kind: 'blank', format: 'mifare_classic' };

export function previousImage(preimage: Uint8Array): CardImage {
  return { kind: 'previous', format: 'mifare_classic', preimage };
}

export function workOn(link: CardLink, card: Card, desk: Desk = {}): CardWork<'mifare_classic'> {
  const { siteId = SITE, keys = NEWEST, settings } = desk;
  return { link, card, siteId, keys, settings: { ...SETTINGS, ...settings } };
}

/** A card that is put down anew for each piece of work, and counts what is asked of it. */
export class TestCard {
  readonly technology: 'mifare_classic_1k' | 'mifare_classic_4k';
  memory: Uint8Array;
  /** APDUs of the last piece of work. */
  exchanges = 0;
  /** The blocks that the last piece of work wrote, in order, with their data in hexadecimal. */
  writes: (readonly [block: number, data: string])[] = [];
  /** A block that says yes to a write and keeps what it has: a worn-out cell. */
  wornBlock: number | undefined;
  /** What the last piece of work noted. */
  notes: WriteProgress[] = [];
  readonly #uid: string;
  #pulledAt: CardFaults['pulledAt'];

  constructor(
    technology: 'mifare_classic_1k' | 'mifare_classic_4k' = 'mifare_classic_1k',
    uid: string = UID,
  ) {
    this.technology = technology;
    this.#uid = uid;
    this.memory = new VirtualCard({ technology, uid }).memory;
  }

  async inspect(desk: Desk = {}) {
    return await this.#hold((link, card) => classicProgram.inspect(workOn(link, card, desk)));
  }

  async write(image: CardImage, desk: Desk = {}): Promise<void> {
    const journal = { note: (progress: WriteProgress) => this.notes.push(progress) };
    await this.#hold((link, card) => classicProgram.write(workOn(link, card, desk), image, journal));
  }

  /** Writes on a card that is pulled away there; true when the write ended before. */
  async writeAndPull(
    image: CardImage,
    pulledAt: NonNullable<CardFaults['pulledAt']>,
    desk: Desk = {},
  ): Promise<boolean> {
    this.#pulledAt = pulledAt;
    try {
      await this.write(image, desk);
      return true;
    } catch (error) {
      if (error instanceof EncoderError && error.code === 'card_removed') return false;
      throw error;
    } finally {
      this.#pulledAt = undefined;
    }
  }

  block(block: number): string {
    return toHex(this.memory.subarray(block * 16, block * 16 + 16));
  }

  setBlock(block: number, hex: string): void {
    this.memory.set(fromHex(hex), block * 16);
  }

  /** Writes a trailer past the card's own rules. */
  setTrailer(sector: number, keyA: string, access: SectorAccess, gpb: string, keyB: string): void {
    this.setBlock(trailerOf(sector), `${keyA}${toHex(encodeAccessBits(access))}${gpb}${keyB}`);
  }

  async #hold<Result>(run: (link: CardLink, card: Card) => Promise<Result>): Promise<Result> {
    const { technology, memory } = this;
    const chip = new VirtualCard({
      technology,
      uid: this.#uid,
      memory,
      ...(this.#pulledAt && { faults: { pulledAt: this.#pulledAt } }),
    });
    [this.exchanges, this.writes, this.notes] = [0, [], []];
    const transmit = async (apdu: Uint8Array) => {
      this.exchanges += 1;
      if (apdu[1] === 0xd6 && apdu[3] === this.wornBlock) return Uint8Array.of(0x90, 0x00);
      const answer = await chip.transmit(apdu);
      if (apdu[1] === 0xd6) this.writes.push([apdu[3] ?? 0, toHex(apdu.subarray(5))]);
      return answer;
    };
    try {
      return await run(storageCardLink(transmit, technology, ACR122_PROFILE), { uid: chip.uid, technology });
    } finally {
      this.memory = chip.memory;
    }
  }
}
