import { isSameBytes } from '../same-bytes.ts';
import { readUint24, uint24 } from './bytes.ts';

/** Commands that are used here (NXP MF3ICD81 short data sheet; DESFire EV2 and EV3 know them all). */
export const INS = {
  getVersion: 0x60,
  selectApplication: 0x5a,
  getApplicationIds: 0x6a,
  createApplication: 0xca,
  deleteApplication: 0xda,
  formatCard: 0xfc,
  freeMemory: 0x6e,
  getKeySettings: 0x45,
  getKeyVersion: 0x64,
  getFileSettings: 0xf5,
  createBackupFile: 0xcb,
  readData: 0xbd,
  writeData: 0x3d,
  commit: 0xc7,
} as const;

/** The card itself, above all applications. */
export const CARD_LEVEL = 0x000000;

export const FILE_BYTES = 192;

/** Keys and files that are as new: key 0 to 2 are zeros, with version 0. */
export const FACTORY_AES_KEY = new Uint8Array(16);
export const FACTORY_VERSION = 0;

/** The master key of a new card: single DES, zeros. */
export const FACTORY_CARD_KEY = { kind: 'des', bytes: new Uint8Array(8) } as const;

/** Added to the number of a card's master key when it becomes an AES key. */
export const AES_CARD_KEY = 0x80;

/** Bits of the first byte of key settings. */
export const KEY_SETTING = {
  masterKeyChangeable: 0x01,
  freeDirectory: 0x02,
  freeCreate: 0x04,
  settingsChangeable: 0x08,
} as const;

/**
 * Key 0 changes every key and creates, changes and deletes files and the application; anybody may list what is there.
 * The upper half of the first byte names the key that changes the others. The second byte: AES, 3 keys.
 */
const APPLICATION_SETTINGS = Uint8Array.of(
  KEY_SETTING.masterKeyChangeable | KEY_SETTING.freeDirectory | KEY_SETTING.settingsChangeable,
  0x83,
);

const FILE_NUMBER = 0x01;
const BACKUP_FILE = 0x01;
const ENCIPHERED = 0x03;
/** Read key 2, write key 1, both key 0, change rights key 0, as they are sent: least significant byte first. */
const ACCESS_RIGHTS = [0x00, 0x21];

/** What follows CA. */
export function createApplicationParameters(applicationId: number): Uint8Array {
  return Uint8Array.of(...uint24(applicationId), ...APPLICATION_SETTINGS);
}

/** Whether GetKeySettings answered as for an application that was created here. */
export function isOurApplication(keySettings: Uint8Array): boolean {
  return isSameBytes(keySettings, APPLICATION_SETTINGS);
}

/** What follows CB. */
export const CREATE_FILE_PARAMETERS = Uint8Array.of(
  FILE_NUMBER,
  ENCIPHERED,
  ...ACCESS_RIGHTS,
  ...uint24(FILE_BYTES),
);

/** Whether GetFileSettings answered as for a file that was created here. */
export function isOurFile(fileSettings: Uint8Array): boolean {
  return isSameBytes(
    fileSettings.slice(0, 7),
    Uint8Array.of(BACKUP_FILE, ENCIPHERED, ...ACCESS_RIGHTS, ...uint24(FILE_BYTES)),
  );
}

/** What follows F5. */
export const FILE_PARAMETERS = Uint8Array.of(FILE_NUMBER);

/** What follows BD, and precedes the data behind 3D: file, offset, length. */
export function dataRange(offset: number, length: number): Uint8Array {
  return Uint8Array.of(FILE_NUMBER, ...uint24(offset), ...uint24(length));
}

/** Ids of applications as GetApplicationIDs answers them. */
export function applicationIds(answer: Uint8Array): readonly number[] {
  return Array.from({ length: Math.floor(answer.length / 3) }, (_, at) => readUint24(answer, 3 * at));
}

/** `F48ED0` */
export function nameApplication(applicationId: number): string {
  return applicationId.toString(16).toUpperCase().padStart(6, '0');
}
