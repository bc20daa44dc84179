import { folded } from '../../model/folded.ts';

/** Pieces of a searched text that are looked up; each row that has them is looked at in full. */
const MOST_PIECES = 24;

/** Letters of a piece. */
const PIECE = 3;

/** ASCII's, of which FTS5's tokenizer for it takes some for the ends of words and some for capitals. */
const ASCII = 0x80;

/** Below it, the letters of most languages: they become characters of two bytes in UTF-8. */
const SHORT = 0x800 - ASCII;

/** Where characters begin that are no UTF-16 code unit. */
const BEYOND_UNITS = 0x1_0000;

/**
 * The words under which an index of words knows texts: every three letters that follow each other, and the two and the one at the end, so
 * that one or two letters anywhere in a text are the beginning of a word. What is no text has none.
 * A letter is a UTF-16 code unit, and stands in a word as one character that is not ASCII. (As four digits each, the words would all fall
 * into a few slots of FTS5's hash table, which knows a word by a sum that repeats after four bytes.)
 */
export function searchPieces(...texts: readonly unknown[]): string {
  const words = new Set<string>();
  for (const text of texts) {
    if (typeof text !== 'string') continue;
    const letters = lettersOf(text);
    for (let at = 0; at < letters.length; at += 1) words.add(wordAt(letters, at));
  }
  return [...words].join(' ');
}

/**
 * Expressions of FTS5 (https://sqlite.org/fts5.html#full_text_query_syntax), each of which every row meets that contains a text of at
 * least one letter.
 */
export function expressionsFor(text: string): readonly string[] {
  const letters = lettersOf(text);
  if (letters.length < PIECE) return [`"${letters.join('')}" *`];
  const words = new Set<string>();
  for (let at = 0; at + PIECE <= letters.length && words.size < MOST_PIECES; at += 1)
    words.add(`"${wordAt(letters, at)}"`);
  return [...words];
}

function wordAt(letters: readonly string[], at: number): string {
  return `${letters[at] ?? ''}${letters[at + 1] ?? ''}${letters[at + 2] ?? ''}`;
}

function lettersOf(text: string): readonly string[] {
  const letters = folded(text);
  return Array.from({ length: letters.length }, (_, at) => {
    const unit = letters.charCodeAt(at);
    return String.fromCodePoint(unit < SHORT ? unit + ASCII : unit + BEYOND_UNITS);
  });
}
