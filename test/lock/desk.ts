import { VirtualCard, type VirtualCardOptions } from '../../drivers/virtual/virtual-card.ts';
import { writeCard } from '../../src/card/card-work.ts';
import type { CardLink } from '../../src/card/link.ts';
import type { CardSite } from '../../src/card/program.ts';
import type { SiteKeys } from '../../src/card/site-keys.ts';
import { ACR122_PROFILE, storageCardLink } from '../../src/card/storage-card.ts';
import type { Card } from '../../src/model/card.ts';
import type { CardFormat, FormatSettings } from '../../src/model/card-format.ts';
import type { CardImage, CardRecord } from '../../src/model/card-record.ts';
import { siteKeyVersion } from '../src/card/site-key-version.ts';
import { bytes } from './card-format-page.ts';
import { type Lock, type LockKeys, type LockSettings, type Outcome, openLock } from './lock.ts';

/** What the desk encodes in these tests: a stay of a week for the entrances 3 and 400. */
export const STAY: CardRecord = {
  siteId: '6f9e0c1d-8b7a-4f52-9e63-1c2d3e4f5a6b',
  credentialId: '0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9',
  issueCounter: 7,
  startsAt: 1_780_000_000_000,
  endsAt: 1_780_600_000_000,
  entrances: [3, 400],
  replacesLostCard: false,
};

export const OLD_KEYS: SiteKeys = [siteKeyVersion(1)];
export const NEW_KEYS: SiteKeys = [siteKeyVersion(2), siteKeyVersion(1)];

/** The formats as a site has them that changed nothing. */
export const FORMATS = [
  { format: 'mifare_desfire', applicationId: 0xf48ed0, piccMasterKey: 'leave' },
  { format: 'mifare_classic', sectors: [1, 2, 3], hasDirectory: false },
  { format: 'ntag', isPasswordProtected: false },
] as const satisfies readonly FormatSettings[];

/** A card that lies on a reader. */
export interface PutDown {
  readonly link: CardLink;
  readonly card: Card;
  /** All that is on it, to put it down again. */
  readonly memory: () => Uint8Array;
}

/** Puts a card onto a reader; each time it is newly selected. */
export function putDown(options: VirtualCardOptions): PutDown {
  const chip = new VirtualCard(options);
  const { technology, uid } = chip;
  const link = storageCardLink((apdu) => chip.transmit(apdu), technology, ACR122_PROFILE);
  return { link, card: { technology, uid }, memory: () => chip.memory };
}

export interface Encoding extends Partial<CardSite> {
  readonly record?: CardRecord;
  /** Instead of a record. */
  readonly blank?: boolean;
}

/** What the daemon does with a card on an encoder. */
export async function encode(
  link: CardLink,
  card: Card,
  { record = STAY, blank = false, ...site }: Encoding = {},
): Promise<void> {
  const { siteId = record.siteId, formats = FORMATS, keys = OLD_KEYS } = site;
  const format = formatOf(card);
  const image: CardImage = blank ? { kind: 'blank', format } : { kind: 'record', format, record };
  await writeCard(link, card, { siteId, formats, keys }, image, { note: () => {} });
}

/** The memory of a card that was encoded, from the factory or from `options.memory`. */
export async function encoded(options: VirtualCardOptions, encoding: Encoding = {}): Promise<Uint8Array> {
  const { link, card, memory } = putDown(options);
  await encode(link, card, encoding);
  return memory();
}

/** The keys that a lock gets out of the site's. */
export function lockKeys(keys: SiteKeys): readonly LockKeys[] {
  return keys.map(({ version, keys: of }) => ({
    ...{ version, record: of.record, classicRead: of.classic_read, desfireRead: of.desfire_read },
  }));
}

/** The lock of entrance 3 on a day of the stay, which has not seen a card yet. */
export function lockOf(settings: Partial<LockSettings> = {}): Lock {
  return openLock({
    siteKeys: lockKeys(OLD_KEYS),
    siteId: STAY.siteId,
    entranceNumber: 3,
    now: () => 1_780_300_000,
    memory: new Map(),
    ...settings,
  });
}

/** Holds a card against a lock. */
export function present(lock: Lock, { link, card }: Pick<PutDown, 'link' | 'card'>): Promise<Outcome> {
  return lock.present(link, { uid: bytes(card.uid) });
}

function formatOf({ technology }: Card): CardFormat {
  if (technology === 'mifare_desfire') return 'mifare_desfire';
  return technology.startsWith('mifare_classic') ? 'mifare_classic' : 'ntag';
}
