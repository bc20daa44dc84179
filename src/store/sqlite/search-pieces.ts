/** Pieces of a searched text that are looked up; each row that has them is looked at in full. */
const MOST_PIECES = 24;

/** Digits of a letter. */
const LETTER = 4;

/** Digits of a piece: three letters. */
const PIECE = 3 * LETTER;

/**
 * The words under which an index of words knows texts: every three letters that follow each other, and the two and the one at the end.
 * A letter is four hexadecimal digits of its UTF-16 code unit, lower case, so that one or two letters anywhere in a text are a prefix of
 * four or eight digits. What is no text has none.
 */
export function searchPieces(...texts: readonly unknown[]): string {
  const words = new Set<string>();
  for (const text of texts) {
    if (typeof text !== 'string') continue;
    const digits = digitsOf(text);
    for (let at = 0; at < digits.length; at += LETTER) words.add(digits.slice(at, at + PIECE));
  }
  return [...words].join(' ');
}

/**
 * Expressions of FTS5 (https://sqlite.org/fts5.html#full_text_query_syntax), each of which every row meets that contains a text of at
 * least one letter.
 */
export function expressionsFor(text: string): readonly string[] {
  const digits = digitsOf(text);
  if (digits.length < PIECE) return [`"${digits}" *`];
  const words = new Set<string>();
  for (let at = 0; at + PIECE <= digits.length && words.size < MOST_PIECES; at += LETTER)
    words.add(`"${digits.slice(at, at + PIECE)}"`);
  return [...words];
}

function digitsOf(text: string): string {
  const lower = text.toLowerCase();
  let digits = '';
  for (let at = 0; at < lower.length; at += 1)
    digits += lower.charCodeAt(at).toString(16).padStart(LETTER, '0');
  return digits;
}
