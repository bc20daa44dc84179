import type { Security } from './messaging.ts';
import type { CardFile } from './picc.ts';
import type { PoweredCard } from './powered-card.ts';
import { AUTHENTICATION_ERROR, PERMISSION_DENIED, Refusal } from './status.ts';

/** Where each right stands in a file's access rights: how far from the lowest digit. */
const PLACES = { read: 12, write: 8, readWrite: 4, change: 0 } as const;

export type FileRight = keyof typeof PLACES;

const EVERYBODY = 0xe;
const NOBODY = 0xf;

/**
 * How the data travels for whoever comes in by one of these rights: as the file says with a key, plainly where everybody may.
 * Throws the card's AE when another key is needed, 9D when nobody may.
 */
export function wayIn(card: PoweredCard, file: CardFile, ...rights: readonly FileRight[]): Security {
  const holders = rights.map((right) => (file.rights >> PLACES[right]) & 0xf);
  const { messaging } = card;
  if (messaging !== undefined && holders.includes(messaging.keyNumber)) return file.communication;
  if (holders.includes(EVERYBODY)) return 'plain';
  throw new Refusal(holders.every((holder) => holder === NOBODY) ? PERMISSION_DENIED : AUTHENTICATION_ERROR);
}

/** True when every key that the rights name is there. */
export function areRightsPossible(rights: number, keyCount: number): boolean {
  return Object.values(PLACES).every((place) => {
    const holder = (rights >> place) & 0xf;
    return holder < keyCount || holder === EVERYBODY || holder === NOBODY;
  });
}
