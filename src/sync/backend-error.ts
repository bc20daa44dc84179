/**
 * Why a backend gave no answer that can be used. `unreachable`: no connection, or it broke. `busy`: it asked to be asked later.
 * `unauthorized`: the key does not count (401), or may not do this (403). `failing`: it answered with a failure of its own, or with
 * something that is no answer.
 */
export type BackendTrouble = 'unreachable' | 'busy' | 'unauthorized' | 'failing';

/** The backend said neither yes nor no; what was sent may have arrived or not. */
export class BackendError extends Error {
  readonly trouble: BackendTrouble;
  /** How long it asked to be left alone, milliseconds; null: it did not say. */
  readonly retryAfterMs: number | null;

  /** `message` is for a person: what happened, and what to do. */
  constructor(
    trouble: BackendTrouble,
    message: string,
    options: { readonly retryAfterMs?: number | null; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'BackendError';
    this.trouble = trouble;
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
}

/** The backend has no such operation, or something before it says so: it may be spoken to in the wrong way. */
export class NoSuchOperation extends BackendError {
  constructor(message: string) {
    super('failing', message);
    this.name = 'NoSuchOperation';
  }
}

/** The moment is so long ago that the backend has forgotten what came after it: everything must be walked through. */
export class HistoryForgotten extends Error {
  constructor() {
    super('the backend has forgotten what happened since this desk heard of it last');
    this.name = 'HistoryForgotten';
  }
}

/** The backend knows no such moment in its history: it was restored from a backup, or is another one. */
export class HistoryDiffers extends Error {
  constructor() {
    super('the backend has another history than this desk has seen');
    this.name = 'HistoryDiffers';
  }
}

/** Whatever else went wrong: the message is to blame, or this program. */
export const asBackendError = (error: unknown) =>
  error instanceof BackendError
    ? error
    : new BackendError(
        'failing',
        `This desk could not work with the backend's answer: ${error instanceof Error ? error.message : String(error)}`,
        { cause: error },
      );
