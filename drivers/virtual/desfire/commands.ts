import {
  createApplication,
  deleteApplication,
  formatPicc,
  freeMemory,
  getApplicationIds,
  getCardUid,
  getDfNames,
  getKeySettings,
  getVersion,
  selectApplication,
  setConfiguration,
} from './card-commands.ts';
import type { Command } from './command.ts';
import { abortTransaction, commitTransaction, readData, writeData } from './data-commands.ts';
import {
  changeFileSettings,
  createDataFile,
  createRecordFile,
  createValueFile,
  deleteFile,
  getFileIds,
  getFileSettings,
  getIsoFileIds,
} from './file-commands.ts';
import { changeKey, changeKeySettings, getKeyVersion } from './key-commands.ts';
import { clearRecords, readRecords, writeRecord } from './record-commands.ts';
import { credit, debit, getValue, limitedCredit } from './value-commands.ts';

/** The native commands by their code, but for the authentications (NXP MF3D(H)x3, "Command set"). */
export const COMMANDS: ReadonlyMap<number, Command> = new Map([
  [0x0c, credit],
  [0x1c, limitedCredit],
  [0x3b, writeRecord],
  [0x3d, writeData(true)],
  [0x45, getKeySettings],
  [0x51, getCardUid],
  [0x54, changeKeySettings],
  [0x5a, selectApplication],
  [0x5c, setConfiguration],
  [0x5f, changeFileSettings],
  [0x60, getVersion],
  [0x61, getIsoFileIds],
  [0x64, getKeyVersion],
  [0x6a, getApplicationIds],
  [0x6c, getValue],
  [0x6d, getDfNames],
  [0x6e, freeMemory],
  [0x6f, getFileIds],
  [0xa7, abortTransaction],
  [0xbb, readRecords],
  [0xbd, readData],
  [0xc0, createRecordFile('cyclic')],
  [0xc1, createRecordFile('linear')],
  [0xc4, changeKey],
  [0xc7, commitTransaction],
  [0xca, createApplication],
  [0xcb, createDataFile('backup')],
  [0xcc, createValueFile],
  [0xcd, createDataFile('standard')],
  [0xda, deleteApplication],
  [0xdc, debit],
  [0xdf, deleteFile],
  [0xeb, clearRecords],
  [0xf5, getFileSettings],
  [0xfc, formatPicc],
]);

/** Commands of an EV2 and later that travel in one long frame by ISO/IEC 14443-4 chaining, instead of frames with AF. */
export const LONG_COMMANDS: ReadonlyMap<number, Command> = new Map([
  [0x8d, writeData(false)],
  [0xad, readData],
]);
