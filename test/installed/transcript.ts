import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a technician typed and read, in order, without what nobody else may know. */
export class Transcript {
  readonly #parts: string[] = [];
  readonly #secrets = new Map<string, string>();

  /** The beginning of a part. */
  chapter(title: string): void {
    this.#parts.push(`\n# ${title}\n`);
  }

  /** `prompt`: # of root's, $ of another user's. */
  add(prompt: '#' | '$', command: string, said: string): void {
    this.#parts.push(`${prompt} ${command}\n${said.trimEnd()}\n`);
  }

  /** From now on, and in what is there already, `name` stands for it. */
  hide(secret: string, name: string): void {
    this.#secrets.set(secret, name);
  }

  get text(): string {
    let text = this.#parts.join('\n').trimStart();
    for (const [secret, name] of this.#secrets) text = text.replaceAll(secret, name);
    return text;
  }

  /** Writes transcript.txt where ENCODERD_ARTIFACTS says, if it does. */
  keep(): void {
    const folder = process.env['ENCODERD_ARTIFACTS'];
    if (folder === undefined || folder === '') return;
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'transcript.txt'), this.text);
  }
}
