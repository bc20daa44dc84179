import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ConfigPage, PAGE } from './codec.ts';

const page = z
  .string()
  .regex(/^[0-9a-f]{16}$/)
  .transform((text): ConfigPage => Uint8Array.from(Buffer.from(text, 'hex')));
const pages = z.strictObject({ format: page, timing: page, lights: page });
const kept = z.strictObject({ found: pages, own: pages });

/** The three pages of a reader's configuration. */
export type ReaderPages = Readonly<Record<keyof typeof PAGE, ConfigPage>>;

/** How a reader was found, and how the driver has configured it then. */
export interface KeptPages {
  readonly found: ReaderPages;
  readonly own: ReaderPages;
}

/**
 * How a reader was configured before the driver took it over, on disk until it was given back: a daemon that dies leaves a reader without
 * keystrokes, and the next one must not take that for its owner's wish.
 */
export class FoundPages {
  readonly #folder: string;
  readonly #path: string;

  /** `key` is that of the reader's place: lower case, digits, hyphens. */
  constructor(stateDir: string, key: string) {
    this.#folder = stateDir;
    this.#path = join(stateDir, `${key}.json`);
  }

  /** Null when nothing was kept, or it cannot be read. */
  async load(): Promise<KeptPages | null> {
    try {
      return kept.parse(JSON.parse(await readFile(this.#path, 'utf8')));
    } catch {
      return null;
    }
  }

  /** Resolves when it is on disk as a whole. */
  async keep({ found, own }: KeptPages): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const text = JSON.stringify({ found: asText(found), own: asText(own) });
    await writeFile(`${this.#path}.new`, text, { flush: true });
    await rename(`${this.#path}.new`, this.#path);
  }

  async forget(): Promise<void> {
    await rm(this.#path, { force: true });
  }
}

function asText({ format, timing, lights }: ReaderPages): z.input<typeof pages> {
  return { format: hex(format), timing: hex(timing), lights: hex(lights) };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
