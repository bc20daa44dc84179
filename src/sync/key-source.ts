import { readFileSync, statSync } from 'node:fs';
import { BackendError } from './backend-error.ts';

/** Where the key for the backend is: at hand, or in a file that may change while the daemon runs. */
export class KeySource {
  readonly #fixed: string | null;
  readonly #file: string | null;
  /** The key in the file, and as which version it was read; null: it could not be read. */
  #key: string | null = null;
  #version: string | null = null;

  constructor({
    apiKey,
    apiKeyFile,
  }: { readonly apiKey: string | null; readonly apiKeyFile: string | null }) {
    this.#fixed = apiKey;
    this.#file = apiKeyFile;
  }

  /** The key as it is now. Throws BackendError `unauthorized`: there is none. */
  current(): string {
    if (this.#fixed !== null) return this.#fixed;
    if (this.#file === null) {
      throw new BackendError(
        'unauthorized',
        'The configuration names no key for the backend: set backend.api_key_file, or ENCODERD_BACKEND_API_KEY.',
      );
    }
    const version = versionOf(this.#file);
    if (this.#key === null || version !== this.#version) {
      this.#key = null;
      this.#version = version;
      this.#key = keyIn(this.#file);
    }
    return this.#key;
  }

  /** Whether somebody changed the file since it was read, or could not be read. */
  hasChanged(): boolean {
    return this.#fixed === null && this.#file !== null && versionOf(this.#file) !== this.#version;
  }
}

/** Differs after somebody wrote the file; null: it is not to be had. */
function versionOf(file: string): string | null {
  try {
    const { ino, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true });
    return [ino, size, mtimeNs, ctimeNs].join(' ');
  } catch {
    // Whoever reads it says why.
    return null;
  }
}

function keyIn(file: string): string {
  const key = textOf(file).trim();
  if (key === '' || /\s/.test(key)) {
    throw new BackendError(
      'unauthorized',
      `${file} holds no key: it must hold the key for the backend, and nothing else.`,
    );
  }
  return key;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new BackendError(
      'unauthorized',
      `The key for the backend cannot be read from ${file}: ${detail}. Put it there, readable for the user that encoderd runs as.`,
      { cause: error },
    );
  }
}
