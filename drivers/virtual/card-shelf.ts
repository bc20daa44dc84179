import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { fromHex, toHex } from '../../src/card/hex.ts';
import { EncoderError } from '../../src/encoder/errors.ts';
import { CARD_TECHNOLOGIES, type CardTechnology } from '../../src/model/card.ts';

/** A card as it lies on the shelf. */
export interface KeptCard {
  /** The name that it was placed by. */
  readonly id: string;
  readonly technology: CardTechnology;
  /** Upper-case hexadecimal. */
  readonly uid: string;
  readonly memory: Uint8Array;
}

const hex = z.string().regex(/^([0-9A-F]{2})*$/);
const keptCardFile = z.strictObject({
  id: z.string(),
  technology: z.enum(CARD_TECHNOLOGIES),
  uid: hex,
  memory: hex,
});

/** Ids beyond this many characters of a file name are told by their SHA-256. */
const LONGEST_NAME = 100;

/** Where cards that were taken away keep their memory: one file each, in a folder of the driver's own. */
export class CardShelf {
  readonly #folder: string;

  /** The folder is made when the first card is put into it. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * The card of this name; undefined when there never was one.
   * Throws an EncoderError `card_refused` when its file cannot be read or does not hold such a card: the file stays as it is.
   */
  find(id: string): KeptCard | undefined {
    const file = this.#fileOf(id);
    try {
      const card = keptCardFile.parse(JSON.parse(readFileSync(file, 'utf8')));
      if (card.id !== id) throw new Error(`it holds the card "${card.id}"`);
      return { ...card, memory: fromHex(card.memory) };
    } catch (error) {
      if (isMissingFile(error)) return undefined;
      throw unreadable(id, file, error);
    }
  }

  /**
   * Keeps the card as it is now. The file is replaced whole, so that a process that dies leaves the old one or the new one.
   * Throws an EncoderError `driver_unavailable` when it cannot be written.
   */
  keep(card: KeptCard): void {
    const file = this.#fileOf(card.id);
    const { id, technology, uid, memory } = card;
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      const text = `${JSON.stringify({ id, technology, uid, memory: toHex(memory) })}\n`;
      writeFileSync(`${file}.tmp`, text, { mode: 0o600 });
      renameSync(`${file}.tmp`, file);
    } catch (error) {
      const message = `the memory of the virtual card "${id}" cannot be kept in ${file}: ${messageOf(error)}`;
      throw new EncoderError('driver_unavailable', message, { cause: error });
    }
  }

  /** The error for a file whose contents are no card: it tells which file to mend or to move away. */
  unreadable(id: string, cause: unknown): EncoderError {
    return unreadable(id, this.#fileOf(id), cause);
  }

  #fileOf(id: string): string {
    const name = encodeURIComponent(id.toWellFormed());
    const short = name.length > LONGEST_NAME ? createHash('sha256').update(id).digest('hex') : name;
    return join(this.#folder, `card-${short}.json`);
  }
}

function unreadable(id: string, file: string, cause: unknown): EncoderError {
  const message = `the memory of the virtual card "${id}" cannot be used: ${messageOf(cause)}. Mend ${file} or move it away`;
  return new EncoderError('card_refused', message, { cause });
}

function isMissingFile(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function messageOf(error: unknown): string {
  if (error instanceof z.ZodError) return z.prettifyError(error).replaceAll(/\s+/g, ' ');
  return error instanceof Error ? error.message : String(error);
}
