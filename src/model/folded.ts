/**
 * A text as searches compare it: in lower case, and in Unicode's NFC, so that an "ü" of two characters is the same as one of one.
 * Composed at last: a letter may have its small one composed only.
 */
export function folded(text: string): string {
  return text.toLowerCase().normalize('NFC');
}
