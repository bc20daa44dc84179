/** What the client itself can say is wrong, and the sentence for the clerk. */
export const SENTENCES = {
  daemon_not_running: 'The encoder program is not running here.',
  wrong_port: 'Another program answers, not the encoder.',
  permission_prompt_pending: 'Your browser is asking. Choose "Allow".',
  permission_denied: 'Your browser blocks the encoder. Allow it in the page settings.',
  page_not_secure: 'This page was not opened with https.',
  iframe_needs_permission: 'The page around this one blocks the encoder.',
  safari_mixed_content: 'Safari blocks the encoder. Use another browser.',
  origin_not_allowed: 'This page may not use the encoder.',
  token_expired: 'Connect this page to the encoder again.',
  not_the_paired_daemon: 'This is not the encoder this page knows.',
  page_not_paired: 'Connect this page to the encoder first.',
  pairing_refused: 'This page was not let in.',
  pairing_expired: 'The code is too old. Start again.',
  no_encoder_online: 'No encoder is connected.',
  several_encoders: 'Choose an encoder.',
  aborted: 'This was stopped.',
  connection_lost: 'The encoder cannot be reached. Try again.',
} as const;

export type ClientErrorCode = keyof typeof SENTENCES;

/** One of the client's own, an error type of the daemon (`encoder_busy`), or the reason why an attempt failed (`card_unknown`). */
export type DeskErrorCode = ClientErrorCode | (string & {});

/** Why something did not work. `message` is one sentence to show to the clerk, `detail` is for the developer. */
export class DeskError extends Error {
  declare readonly code: DeskErrorCode;
  declare readonly detail: string;
  declare readonly data: Readonly<Record<string, unknown>>;

  constructor(
    code: DeskErrorCode,
    detail = '',
    data: Readonly<Record<string, unknown>> = {},
    message = sentences[code] ?? detail,
  ) {
    super(message);
    this.name = 'DeskError';
    this.code = code;
    this.detail = detail;
    this.data = data;
  }

  /** For logs: `JSON.stringify` leaves out the message of an Error. */
  toJSON(): object {
    return { ...this, message: this.message };
  }
}

const sentences: Readonly<Record<string, string | undefined>> = SENTENCES;

export const lost = (detail: string): DeskError => new DeskError('connection_lost', detail);
export const wrongPort = (detail: string): DeskError => new DeskError('wrong_port', detail);

/** The code of an error; empty for one that is not ours. */
export const codeOf = (error: unknown): DeskErrorCode => (error instanceof DeskError ? error.code : '');

/** Rejects with `aborted` as soon as the signal is, whatever still runs. */
export function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(new DeskError('aborted', String(signal?.reason)));
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort);
    work.then(resolve, reject).finally(() => signal?.removeEventListener('abort', onAbort));
  });
}
