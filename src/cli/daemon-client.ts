import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { createApiKey } from '../site/api-keys.ts';
import { OWN_KEY_NAME } from './own-key.ts';
import { openKnownState, requireAccess, type StateWords, stateDir } from './state.ts';
import { CommandError, EXIT } from './terminal.ts';

/** How the words of a command name the daemon. */
export interface DaemonWords extends StateWords {
  readonly url?: string | undefined;
  readonly 'api-key'?: string | undefined;
}

/** A key that asks too much is to rest a second or two; someone who guesses codes, longer. */
const LONGEST_REST_MS = 2_000;

const errorEnvelope = z.object({ error: z.object({ type: z.string(), message: z.string() }) });

/** The running daemon, over its API like for anybody else. */
export class DaemonClient {
  readonly url: string;
  readonly token: string;

  /** Throws CommandError when no daemon runs on the state folder, or the address is none. */
  constructor(words: DaemonWords) {
    this.url = words.url === undefined ? runningDaemon(words).url : addressIn(words.url);
    this.token = words['api-key'] ?? process.env['ENCODERD_API_KEY'] ?? ownKey(words);
  }

  /** Calls an operation, and checks the answer. Throws CommandError with what the daemon says. */
  async call<T>(path: string, params: object, answer: z.ZodType<T>): Promise<T> {
    const response = await fetch(new URL(path, this.url), {
      method: 'POST',
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(params),
    }).catch((error: unknown) => {
      throw noDaemon(this.url, error);
    });
    const restMs = restMsOf(response);
    if (restMs !== null) {
      // A virtual card is read faster than a key may ask.
      await response.body?.cancel();
      await delay(restMs);
      return this.call(path, params, answer);
    }
    const body: unknown = await response.json().catch(() => null);
    const refusal = refusalIn(body);
    if (refusal !== null) throw refusal;
    const given = answer.safeParse(body);
    if (!given.success) throw notEncoderd(this.url);
    return given.data;
  }
}

/** How long the daemon asks to rest, if that is what it answers and it is short; null: it is not. */
function restMsOf({ status, headers }: Response): number | null {
  const restMs = Number(headers.get('retry-after') ?? Number.NaN) * 1000;
  return status === 429 && restMs <= LONGEST_REST_MS ? restMs : null;
}

/** The daemon's refusal, if this is one. */
export function refusalIn(body: unknown): CommandError | null {
  const failure = errorEnvelope.safeParse(body);
  if (!failure.success) return null;
  const { message, type } = failure.data.error;
  return new CommandError(message, EXIT.failed, { type });
}

/** Nothing answers at the address. */
export function noDaemon(url: string, error: unknown): CommandError {
  return new CommandError(
    `No daemon answers at ${url} (${describe(error)}). Start it, or give --url.`,
    EXIT.unavailable,
  );
}

/** Something answers at the address, and not as the daemon does. */
export function notEncoderd(url: string): CommandError {
  return new CommandError(
    `What answers at ${url} is not encoderd, or of another version. Give its address with --url.`,
    EXIT.unavailable,
  );
}

function addressIn(word: string): string {
  if (URL.canParse(word) && /^https?:$/.test(new URL(word).protocol)) return word;
  throw new CommandError(
    `"${word}" is no address of a daemon. It is scheme, host and port, as http://127.0.0.1:3375`,
    EXIT.usage,
  );
}

/** Where the daemon of the state folder listens, and its process. Throws CommandError when none runs. */
export function runningDaemon(words: StateWords): { readonly url: string; readonly pid: number } {
  requireAccess(stateDir(words));
  const path = join(stateDir(words), 'daemon.json');
  if (!existsSync(path)) {
    throw new CommandError(
      `No daemon runs on the state folder ${stateDir(words)}. Start it, or name its folder with --state-dir or ENCODERD_STATE_DIR.`,
      EXIT.unavailable,
    );
  }
  return z.object({ url: z.string(), pid: z.int() }).parse(JSON.parse(readFileSync(path, 'utf8')));
}

/** The tool's own key, kept beside the database: who may read that folder may do everything anyway. */
function ownKey(words: StateWords): string {
  const path = join(stateDir(words), 'encoderctl.key');
  using store = openKnownState(words);
  if (store.apiKeys.withName(OWN_KEY_NAME) !== null && existsSync(path))
    return readFileSync(path, 'utf8').trim();
  const known = store.apiKeys.withName(OWN_KEY_NAME);
  if (known !== null) store.apiKeys.revoke(known.id, Date.now());
  const { token } = createApiKey(
    store,
    { name: OWN_KEY_NAME, scopes: ['read', 'scan', 'encode', 'manage', 'admin'] },
    Date.now(),
  );
  writeFileSync(path, `${token}\n`, { mode: 0o600 });
  return token;
}

function describe(error: unknown): string {
  if (error instanceof Error && error.cause instanceof Error) return error.cause.message;
  return error instanceof Error ? error.message : String(error);
}
