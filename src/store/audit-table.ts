import type { AuditPlace, WrittenEntry } from '../model/audit-entry.ts';

/** The audit log. Whoever appends reckons the hash (src/site/audit-log.ts); here nothing is judged, so that a log that was tampered with can be read. */
export interface AuditTable {
  /** The last entry's place; that of the last one forgotten where there is none, BEFORE_THE_FIRST where there never was one. */
  head(): AuditPlace;
  append(entry: WrittenEntry): void;
  /** Up to `limit` entries behind this sequence, in order. */
  after(sequence: number, limit: number): readonly WrittenEntry[];
  /** As `after`, but only those at `since` or later, milliseconds since 1970; null: all. The newest `limit` of them, in order. */
  newest(limit: number, since: number | null): readonly WrittenEntry[];
  /** The last entry that was forgotten; null: none was. */
  forgotten(): AuditPlace | null;
  /** Forgets all entries up to this one, of which the place stays known. */
  forgetThrough(place: AuditPlace): void;
  /** 32 random bytes, made by `make` the first time. */
  secret(make: () => Uint8Array): Uint8Array;
  /** What `noteConfiguration` was told last: a hash for each name; empty: nothing yet. */
  configuration(): ReadonlyMap<string, string>;
  noteConfiguration(hashes: ReadonlyMap<string, string>): void;
}
