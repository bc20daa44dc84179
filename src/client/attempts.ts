import type { Connection } from './connection.ts';
import { DeskError, orAborted } from './errors.ts';
import { type Attempt, attemptIn } from './wire.ts';

/** How often is asked how far an attempt has come where changes are not told, milliseconds. */
const POLL_MS = 1000;

/** How a page follows something that an encoder does. */
export interface FollowOptions {
  /** Called with each step, the first and the last among them. */
  readonly onProgress?: ((attempt: Attempt) => void) | undefined;
  /** Ends the waiting for a card; work on a card is not cut short. Rejects with `aborted`. */
  readonly signal?: AbortSignal | undefined;
}

/** Attempts that somebody waits for. */
export interface FollowedAttempts {
  /** There is news of an attempt. */
  tell(attempt: Attempt): void;
  /** Asks for all of them: news may have been missed. Where the connection has ended, so has the waiting. */
  refresh(): void;
  get(id: string): Promise<Attempt>;
  /** Resolves with the result of the attempt. Rejects with a DeskError whose code is the reason, or that of `request`. */
  follow(id: string, options: FollowOptions): Promise<object>;
}

export function followedAttempts(
  connection: Pick<Connection, 'request' | 'mayListen' | 'state'>,
): FollowedAttempts {
  const followers = new Set<
    readonly [id: string, follower: (attempt: Attempt) => void, reject: (error: unknown) => void]
  >();

  const get = async (id: string): Promise<Attempt> =>
    attemptIn(await connection.request('/action_attempts/get', { action_attempt_id: id }));

  const refresh = (): void => {
    for (const [id, follower, reject] of followers) {
      // What fails is asked again the next time, if there is one.
      get(id).then(follower, (error) => connection.state === 'closed' && reject(error));
    }
  };

  return {
    get,
    refresh,
    tell(attempt) {
      for (const [id, follower] of followers) if (id === attempt.action_attempt_id) follower(attempt);
    },
    async follow(id, { onProgress, signal }) {
      const ended = Promise.withResolvers<object>();
      let last = '';
      const follower = (attempt: Attempt) => {
        const now = JSON.stringify(attempt);
        if (now === last) return;
        last = now;
        onProgress?.(attempt);
        const { status, error, result } = attempt;
        if (status === 'success') ended.resolve({ ...result });
        if (error) ended.reject(new DeskError(error.reason, error.type, { ...attempt }, error.message));
      };
      const following = [id, follower, ended.reject] as const;
      followers.add(following);
      const poll = setInterval(() => connection.mayListen || refresh(), POLL_MS);
      // What happened before anybody followed.
      get(id).then(follower, ended.reject);
      try {
        return await orAborted(ended.promise, signal);
      } finally {
        clearInterval(poll);
        followers.delete(following);
        // Where it is too late for that it goes on.
        if (signal?.aborted) {
          connection.request('/action_attempts/cancel', { action_attempt_id: id }).catch(() => undefined);
        }
      }
    },
  };
}
