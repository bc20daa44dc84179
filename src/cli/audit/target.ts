import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Scope } from '../../model/api-key.ts';
import { createApiKey, revokeApiKey } from '../../site/api-keys.ts';
import { auditByHand } from '../by-hand.ts';
import { runningDaemon } from '../daemon-client.ts';
import { openState, type StateWords, stateDir } from '../state.ts';
import { CommandError, EXIT } from '../terminal.ts';
import { LiveWire } from './live-wire.ts';
import {
  type Address,
  type Answer,
  type Outcome,
  type Request,
  requestText,
  type TalkOptions,
  talk,
} from './wire.ts';

/** All but `bridge`: what the attacks are about must not fail for want of leave. */
const SCOPES: readonly Scope[] = ['read', 'scan', 'encode', 'manage', 'admin'];

/** How often, and how long at most, a request is asked again that came too soon after others, milliseconds. */
const TRIES = 4;
const LONGEST_REST_MS = 2000;

/** The daemon under attack, and what is borrowed for it. */
export interface Target {
  readonly address: Address;
  /** `127.0.0.1:3375`: what stands in the Host of an honest request. */
  readonly host: string;
  readonly stateDir: string;
  /** How the command was told of the state folder and the configuration. */
  readonly words: StateWords;
  /** Of the daemon. */
  readonly pid: number;
  /** A key that is good as long as the attacks run. */
  readonly key: string;
  /** The scheme, host and port of a made-up web page that is allowed as long as the attacks run. */
  readonly origin: string;
  /** The program that is a daemon, to start another one of. */
  readonly program: string;
  /** How much of its time a daemon is given to end what must end: 1, and less where nobody waits for that. */
  readonly patience: number;
  /** Sends one request on a connection of its own, with an honest Host unless the request has one. */
  send(request: Request, options?: TalkOptions): Promise<Outcome>;
}

export interface TargetWords extends StateWords {
  /** Instead of the daemon's own; for tests. */
  readonly program?: string;
  readonly patience?: number;
}

/**
 * Runs `attack` with a key and an allowed origin that are made for it, and takes both back whatever comes of it.
 * Throws CommandError where no daemon runs on the state folder, or what answers does not let the key in.
 */
export async function withTarget<T>(words: TargetWords, attack: (target: Target) => Promise<T>): Promise<T> {
  const { url, pid } = runningDaemon(words);
  const { hostname, port } = new URL(url);
  const address = { host: hostname, port: Number(port || 80) };
  const mark = randomBytes(6).toString('hex');
  const name = `audit ${mark}`;
  const origin = `https://audit-${mark}.invalid`;
  using store = openState(words);
  const token = store.transaction(() => {
    const made = createApiKey(store, { name, scopes: SCOPES }, Date.now());
    store.origins.allow(origin, Date.now());
    auditByHand(store, 'attack_suite_started', { api_key_id: made.key.id, scopes: SCOPES, origin });
    return made.token;
  });
  try {
    const target = targetAt(address, {
      ...{ pid, origin, words, key: token, stateDir: stateDir(words) },
      patience: words.patience ?? 1,
      program: words.program ?? fileURLToPath(new URL('../../main.ts', import.meta.url)),
    });
    await checkThatItAnswers(target);
    return await attack(target);
  } finally {
    store.transaction(() => {
      store.origins.remove(origin);
      const key = revokeApiKey(store, name, Date.now());
      auditByHand(store, 'attack_suite_ended', { api_key_id: key.id, origin });
    });
  }
}

function targetAt(
  address: Address,
  facts: Pick<Target, 'pid' | 'origin' | 'words' | 'key' | 'stateDir' | 'program' | 'patience'>,
): Target {
  const host = `${address.host}:${address.port}`;
  return {
    ...facts,
    address,
    host,
    async send({ headers, ...request }, options) {
      const text = requestText({ ...request, headers: { host, connection: 'close', ...headers } });
      for (let tries = 1; ; tries += 1) {
        const outcome = await talk(address, text, options);
        if (outcome.answers[0]?.status !== 429 || tries === TRIES) return outcome;
        await pause(Math.min(LONGEST_REST_MS, restMsOf(outcome.answers[0])));
      }
    },
  };
}

const restMsOf = ({ headers }: Answer) => Number(headers.get('retry-after') ?? '1') * 1000;

/** Attacks on something that lets nobody in would all be held. Throws CommandError. */
async function checkThatItAnswers(target: Target): Promise<void> {
  const [answer] = (await target.send({ target: '/acs/encoders/list', headers: bearer(target.key) })).answers;
  const [page] = (await target.send({ target: '/v1/hello', headers: { origin: target.origin } })).answers;
  using live = await LiveWire.open(target.address, { host: target.host });
  live.send({ type: 'authenticate', token: target.key });
  const said = await live.next();
  const isIn = said?.type === 'message' && said.value['type'] === 'authenticated';
  if (answer?.status === 200 && page?.status === 200 && isIn) return;
  throw new CommandError(
    `What answers at http://${target.host} does not let in a key of the state folder ${target.stateDir}, so nothing can be learned by attacking it. Is it the daemon of that folder?`,
    EXIT.unavailable,
  );
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
