import { randomInt } from 'node:crypto';
import type { Logger } from '../log.ts';
import { PAIRING_ALPHABET, PAIRING_CODE_LENGTH } from '../model/pairing-code.ts';
import { refusalOfSystem } from '../site/adoption.ts';
import { audit, DAEMON } from '../site/audit-log.ts';
import { wereCardsWritten } from '../site/card-writes.ts';
import { SiteError } from '../site/errors.ts';
import { drawKey } from '../site/paired-desks.ts';
import { newId, type Site } from '../site/site.ts';
import { BackendError } from './backend-error.ts';
import type { ClaimedPairing, PairingCall, PairingServer } from './pairing-server.ts';
import type { PairingControl, PairingState } from './pairing-state.ts';

/** How often the desk asks whether its code was typed, milliseconds. */
const ASK_EVERY_MS = 2000;

/** The longest address of a property server, characters. */
const LONGEST_ENDPOINT = 2000;

export interface PairingParts {
  readonly site: Site;
  readonly log: Logger;
  /** The backend that the configuration names; null: it names none. */
  readonly configuredEndpoint: string | null;
  readonly openServer: (endpoint: string) => Promise<PairingServer>;
  /** The desk has another backend from now on, or none. */
  readonly linkChanged: () => void;
}

type Ending = Exclude<PairingState, { readonly state: 'waiting' }>;

interface Waiting {
  readonly endpoint: string;
  readonly call: PairingCall;
  readonly expiresAt: number;
  readonly stop: AbortController;
  problem: string | null;
}

/** The desk is paired otherwise, or not at all, or the daemon stops. */
class Stopped extends Error {}

/** The desk's side of pairing: it shows a code, and asks the property server until somebody has typed it there. Nothing of it outlives the daemon. */
export class Pairing implements PairingControl, AsyncDisposable {
  readonly #parts: PairingParts;
  #waiting: Waiting | null = null;
  #ending: Ending = { state: 'none' };
  #asking: Promise<void> = Promise.resolve();
  readonly #closing = new AbortController();

  constructor(parts: PairingParts) {
    this.#parts = parts;
  }

  state(): PairingState {
    if (this.#waiting === null) return this.#ending;
    const { endpoint, call, expiresAt, problem } = this.#waiting;
    const hasWrittenCards = wereCardsWritten(this.#parts.site);
    return { state: 'waiting', endpoint, code: call.code, expiresAt, hasWrittenCards, problem };
  }

  async pair(endpoint: string, deskName: string): Promise<PairingState> {
    const { site, log } = this.#parts;
    this.#checkThatThereIsNone();
    const address = checkedEndpoint(endpoint);
    if (this.#waiting?.endpoint === address) return this.state();
    this.#end({ state: 'none' });
    const call = { id: newId(), deskName, code: drawCode(), key: drawKey() };
    const stop = new AbortController();
    const server = await this.#parts.openServer(address);
    try {
      const holdsMs = await server.request(call, this.#closing.signal);
      this.#closing.signal.throwIfAborted();
      // Somebody else may have begun meanwhile, and the last one counts; or may be through with it.
      this.#checkThatThereIsNone();
      this.#end({ state: 'none' });
      this.#checkThatItIsAnother(call);
      const waiting = { endpoint: address, call, expiresAt: site.clock.now() + holdsMs, stop, problem: null };
      this.#waiting = waiting;
      this.#asking = this.#ask(waiting, server).finally(() => server[Symbol.dispose]());
    } catch (error) {
      server[Symbol.dispose]();
      throw asUnavailable(error);
    }
    log.info({ endpoint: address }, 'the desk asks to be paired');
    return this.state();
  }

  unpair(): void {
    if (this.#waiting !== null) {
      this.#end({ state: 'none' });
      return;
    }
    const { site, log, configuredEndpoint, linkChanged } = this.#parts;
    if (configuredEndpoint !== null) throw configured(configuredEndpoint);
    site.store.transaction(() => {
      if (site.store.backend.read()?.isPaired !== true) {
        throw new SiteError('not_paired', 'This desk is paired with no property server.');
      }
      site.store.backend.write(null);
      forgetBackend(site);
    });
    this.#ending = { state: 'none' };
    log.info('the desk is its own backend again');
    linkChanged();
  }

  /** Stops asking. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new Stopped('the daemon stops'));
    this.#end({ state: 'none' });
    await this.#asking;
  }

  /** Throws `backend_exists`. */
  #checkThatThereIsNone(): void {
    const { site, configuredEndpoint } = this.#parts;
    if (configuredEndpoint !== null) throw configured(configuredEndpoint);
    const link = site.store.backend.read();
    if (link?.isPaired !== true) return;
    throw new SiteError(
      'backend_exists',
      `This desk is paired with ${link.endpoint} already. To pair it with another: encoderctl unpair, then pair again.`,
      { endpoint: link.endpoint },
    );
  }

  /** Throws `invalid_input` where the request has come to this desk itself. */
  #checkThatItIsAnother({ id }: PairingCall): void {
    const { pairingRequests } = this.#parts.site.store;
    if (pairingRequests.get(id) === null) return;
    pairingRequests.delete(id);
    throw new SiteError(
      'invalid_input',
      'This is the address of this desk itself. Give the address of the property server.',
    );
  }

  #end(ending: Ending): void {
    this.#waiting?.stop.abort(new Stopped());
    this.#waiting = null;
    this.#ending = ending;
  }

  /** Until the code was typed, or has expired. */
  async #ask(waiting: Waiting, server: PairingServer): Promise<void> {
    const { endpoint, call, expiresAt, stop } = waiting;
    const { clock } = this.#parts.site;
    try {
      while (clock.now() < expiresAt) {
        const claimed = await this.#claim(waiting, server);
        if (claimed !== null) return this.#take(waiting, claimed);
        await clock.until(clock.now() + ASK_EVERY_MS, stop.signal);
      }
      this.#fail(endpoint, `Nobody typed the code ${call.code} at ${endpoint} in time. Pair the desk again.`);
    } catch (error) {
      if (stop.signal.aborted) return;
      this.#fail(endpoint, error instanceof Error ? error.message : String(error));
    }
  }

  /** Null: not yet. A server that cannot be asked is asked again. */
  async #claim(waiting: Waiting, server: PairingServer): Promise<ClaimedPairing | null> {
    try {
      const claimed = await server.claim(waiting.call, waiting.stop.signal);
      waiting.problem = null;
      return claimed;
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
      waiting.problem = error.message;
      return null;
    }
  }

  /** Leaves everything as it is where the server is a system that this desk cannot become part of. */
  #take(waiting: Waiting, { deskName, acsSystemId }: ClaimedPairing): void {
    const { site } = this.#parts;
    const refusal = acsSystemId === null ? null : refusalOfSystem(site, acsSystemId);
    if (refusal === null) {
      this.#paired(waiting, deskName);
    } else {
      const takeAway = `Nothing was changed at this desk. At the server, take it away again: encoderctl desks remove "${deskName}"`;
      this.#fail(waiting.endpoint, `${refusal} ${takeAway}`);
    }
  }

  #paired({ endpoint, call }: Waiting, deskName: string): void {
    const { site, log, linkChanged } = this.#parts;
    site.store.transaction(() => {
      forgetBackend(site);
      const link = { endpoint, isPaired: true, apiKey: call.key };
      site.store.backend.write({
        ...link,
        ...{ identity: null, cursor: null, walk: null, walks: 0, walkedAt: null },
      });
      audit(site, DAEMON, 'backend_paired', { origin: new URL(endpoint).origin });
    });
    this.#end({ state: 'paired', endpoint, deskName });
    log.info({ endpoint }, 'the desk is paired');
    linkChanged();
  }

  #fail(endpoint: string, message: string): void {
    this.#end({ state: 'failed', endpoint, message });
    this.#parts.log.warn({ endpoint }, `the desk was not paired: ${message}`);
  }
}

/** How many rows are forgotten at once. */
const BATCH = 1000;

/** What was known of a backend, and told to it, is nothing to another one; what is not settled stays. */
function forgetBackend({ store }: Site): void {
  store.sharedResources.clear();
  store.heldItems.clear();
  while (store.outbox.forgetBefore(Number.MAX_SAFE_INTEGER, BATCH) === BATCH);
}

const configured = (endpoint: string) =>
  new SiteError(
    'backend_exists',
    `The configuration of this desk names its backend, ${endpoint}. Take "backend" out of it and start the daemon again; then the desk can be paired and unpaired.`,
    { endpoint },
  );

/** Throws `invalid_input`. */
function checkedEndpoint(text: string): string {
  const url = text.length > LONGEST_ENDPOINT ? null : URL.parse(text);
  const isPlain = url !== null && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === '';
  if (!isPlain || url.username !== '' || url.password !== '') {
    throw new SiteError(
      'invalid_input',
      'endpoint must be the address of a property server, as https://encoderd.hotel.example, without a name, a password or a query.',
    );
  }
  return url.href.replace(/\/+$/, '');
}

function drawCode(): string {
  const letters = Array.from(
    { length: PAIRING_CODE_LENGTH },
    () => PAIRING_ALPHABET[randomInt(PAIRING_ALPHABET.length)],
  );
  return letters.join('');
}

/** What pairing cannot begin with, as the site says it. */
function asUnavailable(error: unknown): unknown {
  if (error instanceof SiteError || !(error instanceof Error)) return error;
  return new SiteError('backend_unavailable', error.message);
}
