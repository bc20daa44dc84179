/*
 * The audit log: who did what, entry by entry, each bound to the one before by its hash, so that nobody can alter, remove or insert one
 * unseen without hashing all later ones anew (docs/audit-log.md says what that proves, and how to check it by hand).
 */

export const ACTOR_KINDS = ['api_key', 'client_session', 'encoderctl', 'daemon', 'desk', 'web_page'] as const;

/** Who did it. `web_page`: one of an origin that has no leave yet; its name is the origin. */
export interface Actor {
  readonly kind: (typeof ACTOR_KINDS)[number];
  /** Of the key, the session or the desk; null: it has none. */
  readonly id: string | null;
  /** What a technician called it, or the name of the system's user who ran encoderctl. */
  readonly name: string;
}

type Value = string | number | boolean | null;

/**
 * What it was done to: ids, closed words, counts, booleans, web origins and keyed hashes. Never a name, a text that a person wrote, a
 * token, a code, a key or a card's uid as it is.
 */
export type AuditSubject = Readonly<Record<string, Value | readonly Value[]>>;

/** What stands in front of the first entry in place of a hash. */
export const NO_HASH = '0'.repeat(64);

/** An entry as it is kept: actor and subject are canonical JSON, and the hash is over that very text. */
export interface WrittenEntry {
  /** 1, 2, 3, ...: none is left out. */
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly actor: string;
  /** A word, or the path of an operation. */
  readonly action: string;
  readonly subject: string;
  /** Of the entry before, 64 hexadecimal digits; NO_HASH for the first. */
  readonly previousHash: string;
  /** SHA-256 over hashedText, 64 hexadecimal digits. */
  readonly hash: string;
}

/** An entry as it is shown. */
export interface AuditEntry extends Omit<WrittenEntry, 'actor' | 'subject'> {
  readonly actor: Actor;
  readonly subject: AuditSubject;
}

/** Up to which entry a log goes, and the hash of that one. */
export interface AuditPlace {
  readonly sequence: number;
  readonly hash: string;
}

/** The place of a log that has no entry yet. */
export const BEFORE_THE_FIRST: AuditPlace = { sequence: 0, hash: NO_HASH };

/** The text whose SHA-256 (of its UTF-8) is an entry's hash: the canonical JSON of `[previous_hash, sequence, at, actor, action, subject]`. */
export function hashedText(entry: Omit<WrittenEntry, 'hash'>): string {
  const { previousHash, sequence, at, actor, action, subject } = entry;
  return `[${[
    JSON.stringify(previousHash),
    JSON.stringify(sequence),
    JSON.stringify(toTimeText(at)),
    actor,
    JSON.stringify(action),
    subject,
  ].join(',')}]`;
}

/** An entry as a line of JSON: what is exported, and what a check reads. Actor and subject stand in it as they are kept. */
export function exportedLine(entry: WrittenEntry): string {
  const { sequence, at, actor, action, subject, previousHash, hash } = entry;
  const members = [
    ['sequence', JSON.stringify(sequence)],
    ['at', JSON.stringify(toTimeText(at))],
    ['actor', actor],
    ['action', JSON.stringify(action)],
    ['subject', subject],
    ['previous_hash', JSON.stringify(previousHash)],
    ['hash', JSON.stringify(hash)],
  ];
  return `{${members.map(([name, value]) => `"${name}":${value}`).join(',')}}`;
}

/** The most that a Date can say, milliseconds from 1970 (ECMA-262, time values). */
const LAST_TIME = 8.64e15;

/** ISO 8601 in UTC with milliseconds; what is no time, which only somebody's hand can have put there, as it is. */
export const toTimeText = (at: number): string =>
  Math.abs(at) <= LAST_TIME ? new Date(at).toISOString() : String(at);

/** JSON in the one form that everybody reckons alike (RFC 8785): names sorted, no space. Numbers must be whole. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, inner]) => `${JSON.stringify(name)}:${canonicalJson(inner)}`).join(',')}}`;
}

/** No space, so no text that a person wrote; nothing that is no ASCII. */
const WORD = /^[\x21-\x7e]{0,200}$/;

/** As the tokens of keys and sessions begin. */
const TOKEN = /^seam_(local|cst)/;

/** Whether a value may stand in an entry. A text with a space in it, or that begins as tokens do, may not; a closed word, an id or an origin may. */
export function mayStandInEntry(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((one) => !Array.isArray(one) && mayStandInEntry(one));
  if (typeof value === 'string') return WORD.test(value) && !TOKEN.test(value);
  return value === null || typeof value === 'boolean' || Number.isSafeInteger(value);
}

/** How long a name may be in an entry, characters. */
const LONGEST_NAME = 120;

/** A name as it may stand in an entry: one line, and text that every program reads alike. */
export const nameInEntry = (name: string): string =>
  name
    .replaceAll(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/gu, ' ')
    .slice(0, LONGEST_NAME)
    .toWellFormed();
