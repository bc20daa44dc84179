import { type Command, DONE, type Job, needLength, numberAt, ordinary } from './command.ts';
import { wayIn } from './file-rights.ts';
import type { Security } from './messaging.ts';
import type { DataFile } from './picc.ts';
import type { PoweredCard } from './powered-card.ts';
import {
  BOUNDARY_ERROR,
  LENGTH_ERROR,
  NO_CHANGES,
  PARAMETER_ERROR,
  PERMISSION_DENIED,
  Refusal,
} from './status.ts';

/** `number offset(3) length(3)`, before data that is read or written. */
export const RANGE_BYTES = 7;

export interface Range {
  readonly fileNumber: number;
  readonly offset: number;
  readonly length: number;
}

/** Throws the card's 7E when the payload is too short for it. */
export function rangeOf(payload: Uint8Array): Range {
  if (payload.length < RANGE_BYTES) throw new Refusal(LENGTH_ERROR);
  return { fileNumber: payload[0] ?? 0, offset: numberAt(payload, 1, 3), length: numberAt(payload, 4, 3) };
}

/** How a command travels that asks for a file's data: it carries none itself. */
export function asking(security: Security): Security {
  return security === 'plain' ? 'plain' : 'ordinary';
}

/** Into a backup file only with CommitTransaction; into a standard file at once, frame by frame. */
export function writeData(isChained: boolean): Command {
  return (card, payload) => {
    const { fileNumber, offset, length } = rangeOf(payload);
    const file = dataFile(card, fileNumber);
    const security = wayIn(card, file, 'write', 'readWrite');
    if (length === 0) throw new Refusal(PARAMETER_ERROR);
    if (offset + length > file.data.length) throw new Refusal(BOUNDARY_ERROR);
    const job: Job = {
      security,
      headerBytes: RANGE_BYTES,
      dataBytes: length,
      isChained,
      answer: { security: asking(security) },
      run: (clear) => {
        write(card, file, offset, clear.subarray(RANGE_BYTES));
        return DONE;
      },
    };
    const isTorn = file.kind === 'standard' && security === 'plain';
    return isTorn ? { ...job, partly: (some) => write(card, file, offset, some.subarray(RANGE_BYTES)) } : job;
  };
}

function write(card: PoweredCard, file: DataFile, offset: number, data: Uint8Array): void {
  if (file.kind === 'backup') {
    card.transaction.data(file).data.set(data, offset);
    return;
  }
  file.data.set(data, offset);
  card.changed();
}

/** What was committed last. A length of 0 asks for everything from the offset on. */
export const readData: Command = (card, payload) => {
  const { fileNumber, offset, length } = rangeOf(payload);
  const file = dataFile(card, fileNumber);
  const security = wayIn(card, file, 'read', 'readWrite');
  const end = length === 0 ? file.data.length : offset + length;
  if (offset >= file.data.length || end > file.data.length) throw new Refusal(BOUNDARY_ERROR);
  return {
    security: asking(security),
    answer: { security, isLengthOpen: length === 0 },
    run: (clear) => {
      needLength(clear, RANGE_BYTES);
      return { data: file.data.slice(offset, end) };
    },
  };
};

function dataFile(card: PoweredCard, fileNumber: number): DataFile {
  const file = card.file(fileNumber);
  if (file.kind !== 'standard' && file.kind !== 'backup') throw new Refusal(PERMISSION_DENIED);
  return file;
}

/** All files that were touched, at once. An EV2 and later take an option, of which only 00 is known here. */
export const commitTransaction: Command = (card) => {
  const application = card.needApplication();
  return ordinary((payload) => {
    const isOptionKnown = card.picc.generation !== 'ev1' && payload.length === 1 && payload[0] === 0x00;
    if (!isOptionKnown) needLength(payload, 0);
    if (card.transaction.isEmpty) throw new Refusal(NO_CHANGES);
    const settled = application.files.map((file) => card.transaction.settled(file));
    application.files.splice(0, settled.length, ...settled);
    card.transaction.rollBack();
    card.changed();
    return DONE;
  });
};

export const abortTransaction: Command = (card) => {
  card.needApplication();
  return ordinary((payload) => {
    needLength(payload, 0);
    if (card.transaction.isEmpty) throw new Refusal(NO_CHANGES);
    card.transaction.rollBack();
    return DONE;
  });
};
