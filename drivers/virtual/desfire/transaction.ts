import type { CardFile, DataFile, RecordFile, ValueFile } from './picc.ts';

/** What a transaction has done to a value file. */
export interface PendingValue {
  readonly file: ValueFile;
  debited: number;
  isCreditLimitUsed: boolean;
}

/** What a transaction has done to a record file; every WriteRecord of it goes to the same new record. */
export interface PendingRecords {
  readonly file: RecordFile;
  isCleared: boolean;
  newRecord: Uint8Array | undefined;
}

/**
 * Changes to backup, value and record files that are not committed: a second copy of each file that was touched. It lives in the field only, so that a
 * card that is torn away has none of it.
 */
export class Transaction {
  readonly #data = new Map<number, DataFile>();
  readonly #values = new Map<number, PendingValue>();
  readonly #records = new Map<number, PendingRecords>();

  get isEmpty(): boolean {
    return this.#data.size + this.#values.size + this.#records.size === 0;
  }

  data(file: DataFile): DataFile {
    return pending(this.#data, file.number, () => ({ ...file, data: file.data.slice() }));
  }

  value(file: ValueFile): PendingValue {
    return pending(this.#values, file.number, () => ({
      file: { ...file },
      debited: 0,
      isCreditLimitUsed: false,
    }));
  }

  records(file: RecordFile): PendingRecords {
    return pending(this.#records, file.number, () => ({
      file: { ...file, records: [...file.records] },
      isCleared: false,
      newRecord: undefined,
    }));
  }

  /** The file as it will be: itself where nothing was done to it. */
  settled(file: CardFile): CardFile {
    const value = this.#values.get(file.number);
    if (value === undefined) {
      return this.#data.get(file.number) ?? this.#records.get(file.number)?.file ?? file;
    }
    if (value.debited > 0) return { ...value.file, creditLimit: value.debited };
    return value.isCreditLimitUsed ? { ...value.file, creditLimit: 0 } : value.file;
  }

  forget(fileNumber: number): void {
    this.#data.delete(fileNumber);
    this.#values.delete(fileNumber);
    this.#records.delete(fileNumber);
  }

  rollBack(): void {
    this.#data.clear();
    this.#values.clear();
    this.#records.clear();
  }
}

function pending<File>(files: Map<number, File>, number: number, copy: () => File): File {
  const known = files.get(number) ?? copy();
  files.set(number, known);
  return known;
}
