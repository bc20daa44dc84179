import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const PAGES = join(import.meta.dirname, '../../docs/card-formats');

/** The text of the first block of a page that begins with ``` and this word; throws where there is none. */
export function blockOf(page: string, opening: string): string {
  const lines = readFileSync(join(PAGES, page), 'utf8').split('\n');
  const start = lines.indexOf(`\`\`\`${opening}`);
  const end = lines.indexOf('```', start + 1);
  if (start < 0 || end < 0) throw new Error(`${page} has no block ${opening}`);
  return lines.slice(start + 1, end).join('\n');
}

/** The commands (`>`) and answers (`<`) of a block, in order. */
export function exchangesOf(page: string, opening: string) {
  const lines = blockOf(page, opening).split('\n');
  const bytesAfter = (sign: string) =>
    lines.filter((line) => line.startsWith(sign)).map((line) => bytes(line.slice(1).replaceAll(' ', '')));
  const answers = bytesAfter('<');
  return bytesAfter('>').map((command, at) => ({ command, answer: answers[at] ?? new Uint8Array() }));
}

/** From hexadecimal. */
export function bytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'hex'));
}
