import { drawUid } from '../../drivers/virtual/create-chip.ts';
import type { DesfireGeneration, SimulatedCardOrder } from '../../src/encoder/contract.ts';
import type { FailureReason } from '../../src/model/attempt.ts';
import type { CardTechnology } from '../../src/model/card.ts';
import type { FormatSettings } from '../../src/model/card-format.ts';

/** A kind of card, and the format in which it is written. */
export interface TearCard {
  /** What the count calls it. */
  readonly name: string;
  readonly technology: CardTechnology;
  readonly generation?: DesfireGeneration;
  readonly settings: FormatSettings;
  /** Why a locked card of another site is refused, where it is not `card_locked`. */
  readonly refusal?: FailureReason;
}

const ntag = (isPasswordProtected: boolean): TearCard => ({
  name: `ntag215${isPasswordProtected ? ' with a password' : ''}`,
  technology: 'ntag215',
  settings: { format: 'ntag', isPasswordProtected },
  // Anybody can read the record; that its password is another one shows when it is to be written.
  refusal: 'card_refused',
});

const classic = (technology: 'mifare_classic_1k' | 'mifare_classic_4k', hasDirectory: boolean): TearCard => ({
  name: `${technology}${hasDirectory ? ' with a directory' : ''}`,
  technology,
  settings: { format: 'mifare_classic', sectors: [1, 2, 3], hasDirectory },
});

const desfire = (generation: DesfireGeneration, piccMasterKey: 'leave' | 'own'): TearCard => ({
  name: `mifare_desfire ${generation}${piccMasterKey === 'own' ? " with the site's own master key" : ''}`,
  technology: 'mifare_desfire',
  generation,
  settings: { format: 'mifare_desfire', applicationId: 0xf48ed0, piccMasterKey },
});

export const NTAG_CARDS = [ntag(false), ntag(true)];

export const CLASSIC_CARDS = [
  classic('mifare_classic_1k', false),
  classic('mifare_classic_1k', true),
  classic('mifare_classic_4k', false),
  classic('mifare_classic_4k', true),
];

export const DESFIRE_CARDS = [
  desfire('ev1', 'leave'),
  desfire('ev1', 'own'),
  desfire('ev2', 'leave'),
  desfire('ev2', 'own'),
  desfire('ev3', 'leave'),
  desfire('ev3', 'own'),
];

/** A card of that kind that nobody has seen before. */
export function freshCard({ technology, generation }: TearCard): SimulatedCardOrder {
  return { technology, uid: drawUid(technology), ...(generation && { generation }) };
}
