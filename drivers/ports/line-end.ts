import { EncoderError } from '../../src/encoder/errors.ts';
import { withDeadline } from './waiting.ts';

/** How long the system may take for one call on a line. */
const CALL_MS = 1_000;

/** The end of a line, which every line has one of: `gone`, and what waits for the system until then. */
export class LineEnd {
  readonly path: string;
  readonly #gone = new AbortController();

  constructor(path: string) {
    this.path = path;
  }

  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** The first reason counts; one with another code becomes the cause of a `device_lost`. */
  come(reason: EncoderError): void {
    const lost =
      reason.code === 'device_lost'
        ? reason
        : new EncoderError('device_lost', `${this.path} was given up: ${reason.message}`, { cause: reason });
    this.#gone.abort(lost);
  }

  /**
   * What a native call comes to. Rejects with the reason of `gone` when that fires first, and with `device_timeout` when the call takes longer than
   * CALL_MS: the line has ended then too, since nobody knows when the call will take effect. Otherwise rejects with what the package throws.
   */
  async call<T>(doing: string, begin: () => Promise<T>): Promise<T> {
    const late = new EncoderError(
      'device_timeout',
      `${this.path} took longer than ${CALL_MS} ms to ${doing}`,
    );
    try {
      return await withDeadline(CALL_MS, () => late, [this.gone], begin);
    } catch (error) {
      if (error === late) this.come(late);
      throw error;
    }
  }
}

/** What a native package says of a failure; node-hid also throws what is no error. */
export function said(error: unknown): string {
  if (error instanceof Error && typeof error.message === 'string') return error.message.trim();
  return typeof error === 'string' ? error.trim() : 'the system does not say why';
}
