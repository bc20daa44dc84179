import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';

/** Lines that are written in one go: making their text takes less than a millisecond. */
const LINES_AT_ONCE = 500;

/**
 * The flight recorder's file: one record a line, as the API tells them. It is replaced whole; that of the run before stays beside it as `<path>.previous`,
 * so that what led to a crash can still be read when the daemon has started again.
 */
export class KeptRing {
  readonly #path: string;
  readonly #text: () => Iterable<string>;
  #writing: Promise<void> = Promise.resolve();

  /** `text` gives the lines, without their ends. Moves the file of the run before aside. Throws as the file system does. */
  constructor(path: string, text: () => Iterable<string>) {
    this.#path = path;
    this.#text = text;
    try {
      renameSync(path, `${path}.previous`);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }

  /** Writes it, a few lines at a time. Rejects as the file system does. */
  write(): Promise<void> {
    const written = this.#writing.then(() => this.#write());
    this.#writing = written.catch(() => {});
    return written;
  }

  /** Writes it at once: the process is about to end. */
  writeNow(): void {
    const part = `${this.#path}.last`;
    writeFileSync(part, [...this.#text()].map((line) => `${line}\n`).join(''), { mode: 0o600 });
    renameSync(part, this.#path);
    rmSync(`${this.#path}.part`, { force: true });
  }

  async #write(): Promise<void> {
    const part = `${this.#path}.part`;
    const file = await open(part, 'w', 0o600);
    try {
      let lines: string[] = [];
      for (const line of this.#text()) {
        lines.push(line);
        if (lines.length < LINES_AT_ONCE) continue;
        await file.write(`${lines.join('\n')}\n`);
        lines = [];
      }
      if (lines.length > 0) await file.write(`${lines.join('\n')}\n`);
    } finally {
      await file.close();
    }
    await rename(part, this.#path);
  }
}
