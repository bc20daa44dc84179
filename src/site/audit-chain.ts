import { type AuditPlace, BEFORE_THE_FIRST, NO_HASH, type WrittenEntry } from '../model/audit-entry.ts';
import { hashOf } from './audit-log.ts';

/** What an entry is called that says which ones were forgotten: its subject has `through_sequence` and `through_hash`. */
export const FORGOTTEN = 'audit_entries_forgotten';

/** What a check of a log came to. */
export type ChainVerdict =
  | {
      readonly isWhole: true;
      readonly count: number;
      /** The sequence of the oldest entry that is kept; null: there is none. */
      readonly first: number | null;
      readonly head: AuditPlace;
    }
  | {
      readonly isWhole: false;
      /** Where it does not hold; null: at no entry, but at its end. */
      readonly sequence: number | null;
      readonly problem: string;
    };

class Broken extends Error {
  readonly sequence: number | null;

  constructor(sequence: number | null, problem: string) {
    super(problem);
    this.sequence = sequence;
  }
}

/**
 * Checks that nobody has altered, removed, inserted or swapped an entry. `heads`: hashes that the log had at its end at some time, as the
 * journal of the system has them; each must still be in it, which alone shows that nothing was removed from the end, and that not all was written anew.
 */
export function checkChain(entries: Iterable<WrittenEntry>, heads: readonly string[] = []): ChainVerdict {
  try {
    return check(entries, new Set(heads.map((hash) => hash.toLowerCase())));
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    return { isWhole: false, sequence: error.sequence, problem: error.message };
  }
}

function check(entries: Iterable<WrittenEntry>, wanted: Set<string>): ChainVerdict {
  let before: AuditPlace | null = null;
  let first: WrittenEntry | null = null;
  let isBeginningTold = false;
  let count = 0;
  for (const entry of entries) {
    checkPlace(entry, before);
    checkText(entry);
    first ??= entry;
    isBeginningTold ||= tellsBeginning(entry, first);
    wanted.delete(entry.previousHash);
    wanted.delete(entry.hash);
    before = { sequence: entry.sequence, hash: entry.hash };
    count += 1;
  }
  if (first !== null) checkBeginning(first, isBeginningTold);
  const [lost] = wanted;
  if (lost !== undefined) {
    throw new Broken(
      null,
      `No entry has the hash ${lost}: entries were removed from the end, or the log was written anew, or the hash is of an entry that was forgotten since.`,
    );
  }
  return { isWhole: true, count, first: first?.sequence ?? null, head: before ?? BEFORE_THE_FIRST };
}

function checkPlace({ sequence, previousHash }: WrittenEntry, before: AuditPlace | null): void {
  if (before === null) return;
  const due = before.sequence + 1;
  if (sequence > due) {
    const missing = sequence - 1 === due ? `Entry ${due} is` : `Entries ${due} to ${sequence - 1} are`;
    throw new Broken(sequence, `${missing} missing: somebody removed what stood before entry ${sequence}.`);
  }
  if (sequence !== due) {
    throw new Broken(
      sequence,
      `Entry ${sequence} stands where ${due} should: entries were swapped, or one was put in.`,
    );
  }
  if (previousHash !== before.hash) {
    throw new Broken(
      sequence,
      `Entry ${sequence} does not follow the one before it: that one was replaced and hashed anew, or this one was put in.`,
    );
  }
}

function checkText(entry: WrittenEntry): void {
  if (hashOf(entry) === entry.hash) return;
  throw new Broken(
    entry.sequence,
    `Entry ${entry.sequence} was altered after it was written: it does not have the hash that it names.`,
  );
}

/** Whether this entry says that everything before the first one was forgotten. */
function tellsBeginning({ action, subject }: WrittenEntry, first: WrittenEntry): boolean {
  if (action !== FORGOTTEN) return false;
  return (
    subject.includes(`"through_hash":"${first.previousHash}"`) &&
    subject.includes(`"through_sequence":${first.sequence - 1}}`)
  );
}

/** The daemon forgets old entries, and says so in the log itself. */
function checkBeginning({ sequence, previousHash }: WrittenEntry, isTold: boolean): void {
  if (sequence === 1 ? previousHash === NO_HASH : isTold) return;
  throw new Broken(
    sequence,
    sequence === 1
      ? 'The first entry follows another one, which is not there.'
      : `The log begins with entry ${sequence}, and no entry of it says that those before were forgotten: somebody removed them.`,
  );
}
