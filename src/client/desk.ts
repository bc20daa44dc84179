import { type FollowOptions, followedAttempts } from './attempts.ts';
import { connectionTo, type DeskState } from './connection.ts';
import { DeskError, orAborted } from './errors.ts';
import type { Admission } from './line.ts';
import type { Page } from './page.ts';
import {
  type Attempt,
  answered,
  attemptIn,
  type Credential,
  type DeskChange,
  type Encoder,
  type Frame,
  type ScanResult,
  textIn,
} from './wire.ts';

/** What `desk.on` tells, by type. */
export interface DeskEvents {
  readonly 'action_attempt.changed': DeskChange & { readonly action_attempt: Attempt };
  readonly 'encoder.changed': DeskChange & { readonly acs_encoder: Encoder };
  readonly 'card.presented': DeskChange & CardAtEncoder;
  readonly 'card.removed': DeskChange & CardAtEncoder;
  readonly event: DeskChange & { readonly event: Readonly<Record<string, unknown>> };
  readonly 'sync.changed': DeskChange & {
    readonly resources: readonly { readonly resource_type: string; readonly resource_id: string }[];
  };
  readonly 'pairing.changed': DeskChange;
  /** More was missed than the daemon keeps: what was loaded before has to be loaded again. */
  readonly resync_needed: DeskChange;
  /** `error`: why there is no connection, as far as that is known. */
  readonly state: { readonly state: DeskState; readonly error: DeskError | undefined };
}

interface CardAtEncoder {
  readonly acs_encoder_id: string;
  readonly card: { readonly uid: string; readonly card_number: string; readonly technology: string };
}

/** What everything that is done on an encoder may be told. */
export interface OnEncoder extends FollowOptions {
  /** Its id; it may be left out where one encoder is online. */
  readonly encoder?: string | undefined;
  /** How long the person has to place the card, seconds from 1 to 600. */
  readonly timeoutSeconds?: number | undefined;
}

/** The desk that a page is connected to. Everything rejects with a DeskError. */
export interface Desk {
  readonly state: DeskState;
  /** What this page may do; empty where the daemon did not say. */
  readonly scopes: readonly string[];
  /** Waits for a card and gives it to a user (its id), or to a person. Resolves with the card's credential. */
  scanToAssign(
    options: OnEncoder & { readonly user?: string | undefined; readonly userIdentity?: string | undefined },
  ): Promise<Credential>;
  /** Waits for a card and says what is on it. */
  scan(options?: OnEncoder): Promise<ScanResult>;
  /**
   * Writes a credential (its id) on the next card. `overwrite`: also over another one that is valid;
   * `replaceLostCard`: also where it is on a card already, which becomes invalid.
   */
  encode(
    options: OnEncoder & {
      readonly credential: string;
      readonly overwrite?: boolean | undefined;
      readonly replaceLostCard?: boolean | undefined;
    },
  ): Promise<Credential>;
  /** Any operation of the API: `desk.request('/acs/users/list', { search: 'Ada' })`. Waits while the connection comes back. */
  request(path: string, params?: object, signal?: AbortSignal): Promise<Frame>;
  encoders(): Promise<readonly Encoder[]>;
  /** Resolves with the result of an attempt that was begun before, by this page or by anybody. */
  follow(actionAttemptId: string, options?: FollowOptions): Promise<object>;
  /** What this tab began and has not seen the end of: after a reload, `follow` them, also those that have ended by now. */
  unfinished(): Promise<readonly Attempt[]>;
  /** Calls the listener with each event of a type; returns what ends that. */
  on<T extends keyof DeskEvents>(type: T, listener: (event: DeskEvents[T]) => void): () => void;
  /** Ends the connection; the pairing stays. */
  close(): void;
  /** Ends the connection and drops the pairing in this browser. At the desk it stays until it is revoked there, or unused for 90 days. */
  forget(): Promise<void>;
}

/** Connects a page with the daemon at a URL. Rejects with a DeskError that says what is in the way. */
export async function openDesk(
  page: Page,
  url: string,
  admission: Admission,
  onState?: (state: DeskState) => void,
): Promise<Desk> {
  const listeners = new Set<readonly [type: string, listener: (event: never) => void]>();
  const tell = (type: string, event: object) => {
    for (const [wanted, listener] of listeners) {
      // One by one, so that what fails in the page fails alone.
      if (wanted === type) queueMicrotask(() => Reflect.apply(listener, undefined, [event]));
    }
  };
  const connection = connectionTo(
    page,
    url,
    admission,
    (state, error) => {
      if (state !== 'reconnecting') followed.refresh();
      onState?.(state);
      tell('state', { state, error });
    },
    (frame) => {
      const type = textIn(frame['type']);
      if (type === 'resync_needed') followed.refresh();
      if (type === 'action_attempt.changed') {
        followed.tell(attemptIn(frame));
      }
      tell(type, frame);
    },
  );
  const { request, close } = connection;
  const followed = followedAttempts(connection);

  const drop = (id: string): void => {
    const others = page.attempts(url).filter((other) => other !== id);
    // A page that lost its desk has not seen the end.
    if (connection.state !== 'closed') page.keepAttempts(url, others);
  };

  const follow = (id: string, options: FollowOptions = {}) =>
    followed.follow(id, options).finally(() => drop(id));

  const onlyEncoder = async (): Promise<string> => {
    const online = (await desk.encoders()).filter(({ state }) => state !== 'offline');
    const [first, second] = online;
    if (!first) throw new DeskError('no_encoder_online');
    if (!second) return first.acs_encoder_id;
    throw new DeskError('several_encoders', '', { encoders: online });
  };

  const work = async (operation: string, options: OnEncoder, params: object): Promise<object> => {
    const { encoder = await onlyEncoder(), timeoutSeconds, signal } = options;
    const all = { ...params, acs_encoder_id: encoder, timeout_seconds: timeoutSeconds };
    const ended = request(`/acs/encoders/${operation}_credential`, all).then((answer) => {
      const { action_attempt_id: id } = attemptIn(answer);
      page.keepAttempts(url, [...page.attempts(url), id]);
      // One that begins when the signal is aborted already is cancelled there.
      return follow(id, options);
    });
    return orAborted(ended, signal);
  };

  const desk: Desk = {
    get state() {
      return connection.state;
    },
    get scopes() {
      return connection.scopes;
    },
    async scanToAssign(options) {
      const who = { acs_user_id: options.user, user_identity_id: options.userIdentity };
      return answered(await work('scan_to_assign', options, who), 'acs_credential_id');
    },
    async scan(options = {}) {
      return answered(await work('scan', options, {}), 'acs_credential_on_encoder');
    },
    async encode(options) {
      const { credential, overwrite, replaceLostCard } = options;
      const what = { acs_credential_id: credential, overwrite, replace_lost_card: replaceLostCard };
      return answered(await work('encode', options, what), 'acs_credential_id');
    },
    request: (path, params = {}, signal) => request(path, params, signal),
    async encoders() {
      const answer = await request('/acs/encoders/list', {});
      return answered<{ readonly acs_encoders: readonly Encoder[] }>(answer, 'acs_encoders').acs_encoders;
    },
    follow,
    async unfinished() {
      // What the daemon has forgotten is none.
      const asked = page.attempts(url).map((id) => followed.get(id).catch(() => undefined));
      return (await Promise.all(asked)).flatMap((attempt) => attempt ?? []);
    },
    on(type, listener) {
      const listening = [type, listener] as const;
      listeners.add(listening);
      return () => listeners.delete(listening);
    },
    close: () => close(),
    async forget() {
      close();
      await page.keepPairing(url, undefined);
    },
  };
  try {
    await connection.open();
    return desk;
  } catch (error) {
    close();
    throw error;
  }
}
