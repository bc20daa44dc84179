import { type Command, DONE, needLength, ordinary } from './command.ts';
import { asking, RANGE_BYTES, rangeOf } from './data-commands.ts';
import { wayIn } from './file-rights.ts';
import type { RecordFile } from './picc.ts';
import type { PoweredCard } from './powered-card.ts';
import { BOUNDARY_ERROR, PARAMETER_ERROR, PERMISSION_DENIED, Refusal } from './status.ts';

/** Into the record that CommitTransaction adds: the same one for the whole transaction. */
export const writeRecord: Command = (card, payload) => {
  const { fileNumber, offset, length } = rangeOf(payload);
  const file = recordFile(card, fileNumber);
  const security = wayIn(card, file, 'write', 'readWrite');
  if (length === 0) throw new Refusal(PARAMETER_ERROR);
  if (offset + length > file.recordBytes) throw new Refusal(BOUNDARY_ERROR);
  return {
    security,
    headerBytes: RANGE_BYTES,
    dataBytes: length,
    isChained: true,
    answer: { security: asking(security) },
    run: (clear) => {
      newRecord(card, file).set(clear.subarray(RANGE_BYTES), offset);
      return DONE;
    },
  };
};

/** A cyclic file gives its oldest record for it; a linear one that is full refuses, and so does one that was just cleared. */
function newRecord(card: PoweredCard, file: RecordFile): Uint8Array {
  const pending = card.transaction.records(file);
  if (pending.newRecord !== undefined) return pending.newRecord;
  if (pending.isCleared) throw new Refusal(PERMISSION_DENIED);
  const { records } = pending.file;
  const isCyclic = file.kind === 'cyclic';
  if (records.length >= file.mostRecords - (isCyclic ? 1 : 0)) {
    if (!isCyclic) throw new Refusal(BOUNDARY_ERROR);
    records.shift();
  }
  pending.newRecord = new Uint8Array(file.recordBytes);
  records.push(pending.newRecord);
  return pending.newRecord;
}

/** `number offset(3) count(3)`: offset 0 is the newest record, a count of 0 all from there back. The oldest of them comes first. */
export const readRecords: Command = (card, payload) => {
  const { fileNumber, offset, length: count } = rangeOf(payload);
  const file = recordFile(card, fileNumber);
  const security = wayIn(card, file, 'read', 'readWrite');
  const end = file.records.length - offset;
  const start = count === 0 ? 0 : end - count;
  if (end <= 0 || start < 0) throw new Refusal(BOUNDARY_ERROR);
  return {
    security: asking(security),
    answer: { security, isLengthOpen: count === 0 },
    run: (clear) => {
      needLength(clear, RANGE_BYTES);
      return { data: Uint8Array.from(file.records.slice(start, end).flatMap((record) => [...record])) };
    },
  };
};

/** With CommitTransaction, as everything in these files. */
export const clearRecords: Command = (card, payload) => {
  const file = recordFile(card, payload[0] ?? 0);
  wayIn(card, file, 'readWrite');
  return ordinary((clear) => {
    needLength(clear, 1);
    const pending = card.transaction.records(file);
    pending.file.records.length = 0;
    pending.newRecord = undefined;
    pending.isCleared = true;
    return DONE;
  });
};

function recordFile(card: PoweredCard, fileNumber: number): RecordFile {
  const file = card.file(fileNumber);
  if (file.kind !== 'linear' && file.kind !== 'cyclic') throw new Refusal(PERMISSION_DENIED);
  return file;
}
