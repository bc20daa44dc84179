import { IS_CREATION_FREE, IS_DIRECTORY_FREE } from './card-commands.ts';
import { type Command, DONE, needLength, numberAt, numberBytes, ordinary } from './command.ts';
import { areRightsPossible, wayIn } from './file-rights.ts';
import { takeMemory } from './memory.ts';
import type { CardFile, DataFile, RecordFile } from './picc.ts';
import type { PoweredCard } from './powered-card.ts';
import { DUPLICATE, LENGTH_ERROR, PARAMETER_ERROR, Refusal } from './status.ts';

const MOST_FILES = 32;

/** File types of GetFileSettings, and communication modes. */
const KIND_BYTES = { standard: 0, backup: 1, value: 2, linear: 3, cyclic: 4 } as const;
const COMMUNICATION_BYTES = { plain: 0, mac: 1, full: 3 } as const;

/** `[isoId(2)] communication rights(2) size(3)` after the number. */
export function createDataFile(kind: DataFile['kind']): Command {
  return creation(6, true, (head, rest) => {
    const size = numberAt(rest, 0, 3);
    if (size === 0) throw new Refusal(PARAMETER_ERROR);
    // A backup file is there twice.
    return {
      memory: kind === 'backup' ? 2 * size : size,
      file: () => ({ ...head, kind, data: new Uint8Array(size) }),
    };
  });
}

/** `[isoId(2)] communication rights(2) recordBytes(3) mostRecords(3)` after the number. */
export function createRecordFile(kind: RecordFile['kind']): Command {
  return creation(9, true, (head, rest) => {
    const recordBytes = numberAt(rest, 0, 3);
    const mostRecords = numberAt(rest, 3, 3);
    // The one place that a cyclic file keeps free takes the record that is being written.
    if (recordBytes === 0 || mostRecords < (kind === 'cyclic' ? 2 : 1)) throw new Refusal(PARAMETER_ERROR);
    return {
      memory: recordBytes * mostRecords,
      file: () => ({ ...head, kind, recordBytes, mostRecords, records: [] }),
    };
  });
}

/** `communication rights(2) lower(4) upper(4) value(4) limitedCredit` after the number. */
export const createValueFile: Command = creation(16, false, (head, rest) => {
  const [lower, upper, value] = [0, 4, 8].map((at) => numberAt(rest, at, 4) | 0);
  if (lower === undefined || upper === undefined || value === undefined) throw new Refusal(LENGTH_ERROR);
  if (lower > value || value > upper) throw new Refusal(PARAMETER_ERROR);
  const isLimitedCreditOn = ((rest[12] ?? 0) & 0x01) !== 0;
  return {
    memory: 32,
    file: () => ({ ...head, kind: 'value', lower, upper, value, creditLimit: 0, isLimitedCreditOn }),
  };
});

type FileHead = Pick<CardFile, 'number' | 'isoId' | 'communication' | 'rights'>;

interface Ordered {
  /** Bytes that it takes. */
  readonly memory: number;
  readonly file: () => CardFile;
}

/** `bytes`: how many come after the number, without the ISO identifier. */
function creation(
  bytes: number,
  canHaveIsoId: boolean,
  order: (head: FileHead, rest: Uint8Array) => Ordered,
): Command {
  return (card) => {
    const application = card.needApplication();
    if ((card.settings & IS_CREATION_FREE) === 0) card.needMaster();
    return ordinary((payload) => {
      const hasIsoId = canHaveIsoId && application.hasIsoIds && payload.length === bytes + 3;
      needLength(payload, bytes + (hasIsoId ? 3 : 1));
      const number = payload[0] ?? 0;
      if (number >= MOST_FILES) throw new Refusal(PARAMETER_ERROR);
      const rest = payload.subarray(hasIsoId ? 3 : 1);
      const head: FileHead = {
        number,
        ...(hasIsoId ? { isoId: numberAt(payload, 1, 2) } : {}),
        ...sharedSettings(card, rest),
      };
      const { memory, file } = order(head, rest.subarray(3));
      if (application.files.some((one) => isSameFile(one, head))) throw new Refusal(DUPLICATE);
      takeMemory(card.picc, memory);
      application.files.push(file());
      card.changed();
      return DONE;
    });
  };
}

function isSameFile(left: FileHead, right: FileHead): boolean {
  return left.number === right.number || (left.isoId !== undefined && left.isoId === right.isoId);
}

/** `communication rights(2)`: throws the card's 9E where they cannot be. */
function sharedSettings(card: PoweredCard, bytes: Uint8Array): Pick<CardFile, 'communication' | 'rights'> {
  const communication = COMMUNICATIONS.get(bytes[0] ?? 0);
  const rights = numberAt(bytes, 1, 2);
  if (communication === undefined || !areRightsPossible(rights, card.keys.length)) {
    throw new Refusal(PARAMETER_ERROR);
  }
  return { communication, rights };
}

/** 02 is another way to say plain. */
const COMMUNICATIONS = new Map<number, CardFile['communication']>([
  [0x00, 'plain'],
  [0x01, 'mac'],
  [0x02, 'plain'],
  [0x03, 'full'],
]);

export const deleteFile: Command = (card) => {
  const application = card.needApplication();
  if ((card.settings & IS_CREATION_FREE) === 0) card.needMaster();
  return ordinary((payload) => {
    needLength(payload, 1);
    const file = card.file(payload[0] ?? 0);
    application.files.splice(application.files.indexOf(file), 1);
    card.transaction.forget(file.number);
    card.changed();
    return DONE;
  });
};

export const getFileIds: Command = (card) => {
  const application = card.needApplication();
  if ((card.settings & IS_DIRECTORY_FREE) === 0) card.needMaster();
  return ordinary((payload) => {
    needLength(payload, 0);
    return { data: Uint8Array.from(application.files, ({ number }) => number) };
  });
};

/** Two bytes for each file that has one. */
export const getIsoFileIds: Command = (card) => {
  const application = card.needApplication();
  if ((card.settings & IS_DIRECTORY_FREE) === 0) card.needMaster();
  return ordinary((payload) => {
    needLength(payload, 0);
    const ids = application.files.flatMap(({ isoId }) => (isoId === undefined ? [] : numberBytes(isoId, 2)));
    return { data: Uint8Array.from(ids) };
  });
};

/** `kind communication rights(2)`, then what its kind has. */
export const getFileSettings: Command = (card) => {
  card.needApplication();
  if ((card.settings & IS_DIRECTORY_FREE) === 0) card.needMaster();
  return ordinary((payload) => {
    needLength(payload, 1);
    const file = card.file(payload[0] ?? 0);
    const head = [
      KIND_BYTES[file.kind],
      COMMUNICATION_BYTES[file.communication],
      ...numberBytes(file.rights, 2),
    ];
    return { data: Uint8Array.of(...head, ...ownSettings(file)) };
  });
};

function ownSettings(file: CardFile): number[] {
  switch (file.kind) {
    case 'standard':
    case 'backup':
      return numberBytes(file.data.length, 3);
    case 'value': {
      const limits = [file.lower, file.upper, file.creditLimit].flatMap((value) => numberBytes(value, 4));
      return [...limits, file.isLimitedCreditOn ? 1 : 0];
    }
    case 'linear':
    case 'cyclic':
      return [file.recordBytes, file.mostRecords, file.records.length].flatMap((value) =>
        numberBytes(value, 3),
      );
  }
}

/** `number`, then `communication rights(2)`: enciphered, unless everybody may change them. */
export const changeFileSettings: Command = (card, payload) => {
  if (payload.length === 0) throw new Refusal(LENGTH_ERROR);
  const file = card.file(payload[0] ?? 0);
  const isFree = (file.rights & 0xf) === 0xe;
  if (!isFree) wayIn(card, file, 'change');
  return {
    security: isFree ? 'ordinary' : 'full',
    headerBytes: 1,
    dataBytes: 3,
    answer: { security: 'ordinary' },
    run: (clear) => {
      needLength(clear, 4);
      Object.assign(file, sharedSettings(card, clear.subarray(1)));
      card.transaction.forget(file.number);
      card.changed();
      return DONE;
    },
  };
};
