import { diagnose } from './diagnosis.ts';
import { codeOf, DeskError, lost, orAborted } from './errors.ts';
import { type Admission, type Line, openLine } from './line.ts';
import type { Page } from './page.ts';
import { type Frame, refusalIn, textIn } from './wire.ts';

/** A lost connection is tried again after a random time up to this much, which doubles, milliseconds. */
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 10_000;

/** Refusals that no waiting changes. */
const FOR_GOOD = /^(token_expired|origin_not_allowed|not_the_paired_daemon)$/;

export type DeskState = 'connected' | 'reconnecting' | 'closed';

/** A line that comes back: requests and answers over it, and every change exactly once, in order. */
export interface Connection {
  readonly state: DeskState;
  /** What this page may do, as the daemon said last. */
  readonly scopes: readonly string[];
  /** Whether changes are told: who may not read, or acts for some users only, has to ask. */
  readonly mayListen: boolean;
  /** Opens the first line. Rejects with a DeskError that says what is in the way. */
  open(): Promise<void>;
  /** One operation of the API. Rejects with a DeskError: the daemon's refusal, or `connection_lost` where it may have been done. */
  request(path: string, params: object, signal?: AbortSignal): Promise<Frame>;
  /** Ends it; what still waits is rejected. */
  close(error?: DeskError): void;
}

interface Waiting {
  readonly frame: object;
  /** Whether asking again does nothing twice. */
  readonly isRead: boolean;
  readonly answer: PromiseWithResolvers<Frame>;
}

/** `onChange` hears of every change, and that some were missed (`resync_needed`). */
export function connectionTo(
  page: Page,
  url: string,
  admission: Admission,
  onState: (state: DeskState, error: DeskError | undefined) => void,
  onChange: (frame: Frame) => void,
): Connection {
  const isPaired = 'key' in admission;
  const waiting = new Map<string, Waiting>();
  const over = new AbortController();
  let line: Line | undefined;
  let end: DeskError | undefined;
  let wake: () => void = () => undefined;
  let requests = 0;
  /** The last change that was seen. */
  let after: unknown;
  const self: { -readonly [Name in keyof Connection]: Connection[Name] } = {
    state: 'reconnecting',
    scopes: isPaired ? admission.scopes : [],
    mayListen: true,
    open: () =>
      open().catch(async (error) => {
        throw await reasonOf(error);
      }),
    async request(path, params, signal) {
      if (end) throw end;
      requests += 1;
      const id = String(requests);
      const frame = { type: 'request', id, path, params };
      const answer = Promise.withResolvers<Frame>();
      if (!signal?.aborted) {
        waiting.set(id, { frame, isRead: /\/(get|list)\w*$/.test(path), answer });
        line?.send(frame);
      }
      try {
        const answered = await orAborted(answer.promise, signal);
        if (answered['ok']) return answered;
        throw refusalIn(answered);
      } finally {
        waiting.delete(id);
      }
    },
    close: (error) => close(error),
  };
  page.onWake(() => wake(), over.signal);

  const become = (state: DeskState, error?: DeskError): void => {
    self.state = state;
    onState(state, error);
  };

  const receive = (frame: Frame): void => {
    const { type, id, sequence } = frame;
    if (type === 'response') waiting.get(textIn(id))?.answer.resolve(frame);
    else if (sequence) {
      after = sequence;
      onChange(frame);
    }
  };

  const open = async (): Promise<void> => {
    const opened = await openLine(page, url, admission, receive, lose);
    if (end) return opened.close();
    line = opened;
    const { sequence, scopes } = opened.welcome;
    if (Array.isArray(scopes)) {
      self.scopes = scopes.map(textIn);
      self.mayListen &&= scopes.includes('read');
    }
    if (self.mayListen) {
      after ??= sequence;
      opened.send({ type: 'subscribe', after });
    }
    for (const { frame } of waiting.values()) opened.send(frame);
    become('connected');
  };

  /** The origin of a page whose pairing was ended at the desk is not let in any more. */
  const reasonOf = async (error: unknown): Promise<unknown> => {
    const why = error ?? (await diagnose(page, url));
    const isOver = isPaired && codeOf(why) === 'origin_not_allowed';
    return isOver ? new DeskError('token_expired', 'connect({ pairAgain: true })') : why;
  };

  const lose = (refusal: DeskError | undefined): void => {
    line = undefined;
    if (end) return;
    const code = codeOf(refusal);
    // Of a session that acts for some users only.
    if (code === 'forbidden_for_client_session') self.mayListen = false;
    if (FOR_GOOD.test(code)) {
      close(refusal);
      return;
    }
    for (const { isRead, answer } of waiting.values()) {
      if (!isRead) answer.reject(lost(url));
    }
    become('reconnecting', refusal);
    void comeBack();
  };

  const comeBack = async (): Promise<void> => {
    for (let most = FIRST_WAIT_MS; ; most = Math.min(LONGEST_WAIT_MS, 2 * most)) {
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, Math.random() * most);
      });
      if (end) return;
      try {
        return await open();
      } catch (error) {
        // A daemon that starts again is away for a moment: no reason to look why.
        const why = error || most > FIRST_WAIT_MS ? await reasonOf(error) : null;
        if (end) return;
        if (!(why instanceof DeskError)) continue;
        if (FOR_GOOD.test(why.code)) return close(why);
        become('reconnecting', why);
      }
    }
  };

  const close = (error = lost(url)): void => {
    if (end) return;
    end = error;
    over.abort();
    wake();
    line?.close();
    for (const { answer } of waiting.values()) answer.reject(error);
    become('closed', error);
  };

  return self;
}
