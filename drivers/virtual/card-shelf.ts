import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
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

/** Ids beyond this many characters of a file name are told by their SHA-256, as are those that a file system takes for others, or does not take. */
const LONGEST_NAME = 100;

/** Where cards that were taken away keep their memory: one file each, in a folder of the driver's own. */
export class CardShelf {
  readonly #folder: string;
  readonly #platform: NodeJS.Platform;

  /** The folder is made when the first card is put into it. Outside of Linux `A` and `a` are one file to most systems, and `*` none to Windows. */
  constructor(folder: string, platform: NodeJS.Platform = process.platform) {
    this.#folder = folder;
    this.#platform = platform;
  }

  /**
   * The card of this name; undefined when there never was one. An empty file is what a power cut leaves of one that was new: it never settled.
   * Throws an EncoderError `card_refused` when its file cannot be read or does not hold such a card: the file stays as it is.
   */
  find(id: string): KeptCard | undefined {
    const file = this.#fileOf(id);
    try {
      const text = readFileSync(file, 'utf8');
      if (text === '') return undefined;
      const card = keptCardFile.parse(JSON.parse(text));
      if (card.id !== id) throw new Error(`it holds the card "${card.id}"`);
      return { ...card, memory: fromHex(card.memory) };
    } catch (error) {
      if (isMissingFile(error)) return undefined;
      throw unreadable(id, file, error);
    }
  }

  /**
   * Keeps the card as it is now. The file is replaced whole, so that a process that dies leaves the old one or the new one; a power cut may
   * leave an older one, until it is settled.
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
      throw notKept(id, file, error);
    }
  }

  /**
   * Resolves when the card as it was kept last outlives a power cut, as what a chip holds does.
   * Rejects with an EncoderError `driver_unavailable` when the disk does not serve.
   */
  async settle(id: string): Promise<void> {
    const file = this.#fileOf(id);
    try {
      await onDisk(file, 'r+');
      // Windows opens no folder as a file, and keeps what it renamed.
      if (this.#platform !== 'win32') await onDisk(this.#folder, 'r');
    } catch (error) {
      throw notKept(id, file, error);
    }
  }

  /** The error for a file whose contents are no card: it tells which file to mend or to move away. */
  unreadable(id: string, cause: unknown): EncoderError {
    return unreadable(id, this.#fileOf(id), cause);
  }

  #fileOf(id: string): string {
    const name = encodeURIComponent(id.toWellFormed());
    const isUnsafe = name.length > LONGEST_NAME || (this.#platform !== 'linux' && /[A-Z*]/.test(name));
    const short = isUnsafe ? createHash('sha256').update(id).digest('hex') : name;
    return join(this.#folder, `card-${short}.json`);
  }
}

async function onDisk(path: string, flags: 'r' | 'r+'): Promise<void> {
  await using handle = await open(path, flags);
  await handle.sync();
}

function notKept(id: string, file: string, cause: unknown): EncoderError {
  const message = `the memory of the virtual card "${id}" cannot be kept in ${file}: ${messageOf(cause)}`;
  return new EncoderError('driver_unavailable', message, { cause });
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
