/** The names that makers give to kinds of card; they are the same in every language. */
const NAMES: Readonly<Record<string, string>> = {
  mifare_classic_mini: 'MIFARE Classic Mini',
  mifare_classic_1k: 'MIFARE Classic 1K',
  mifare_classic_4k: 'MIFARE Classic 4K',
  mifare_ultralight: 'MIFARE Ultralight',
  mifare_ultralight_c: 'MIFARE Ultralight C',
  mifare_ultralight_ev1_48: 'MIFARE Ultralight EV1 48',
  mifare_ultralight_ev1_128: 'MIFARE Ultralight EV1 128',
  ntag213: 'NTAG213',
  ntag215: 'NTAG215',
  ntag216: 'NTAG216',
  mifare_desfire: 'MIFARE DESFire',
  iso14443_4: 'ISO 14443-4',
  magnetic_stripe: 'Magstripe',
  proximity: '125 kHz',
  uid_only: 'UID',
};

/** What a kind of card is called on its box. */
export function technologyName(technology: string): string {
  return NAMES[technology] ?? technology;
}
