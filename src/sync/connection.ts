import type { Logger } from '../log.ts';
import type { Site } from '../site/site.ts';
import { BackendError } from './backend-error.ts';
import { KeySource } from './key-source.ts';
import { Line } from './line.ts';
import { MirrorFollower } from './mirror-follower.ts';
import type { BackendAddress, OpenBackend, OpenedBackend, Protocol } from './open-backend.ts';
import { OutboxPump } from './outbox-pump.ts';
import { SettledThings } from './settled-things.ts';
import { Sleep } from './sleep.ts';
import type { SyncProblem, SyncState, SyncStatus } from './sync-status.ts';

/** How often it is looked whether the file of the key was changed, while it does not count, milliseconds. */
const KEY_EVERY_MS = 5000;

export interface ConnectionParts {
  readonly site: Site;
  readonly log: Logger;
  readonly address: BackendAddress;
  readonly key: { readonly apiKey: string | null; readonly apiKeyFile: string | null };
  readonly open: OpenBackend;
  readonly chance?: () => number;
}

/** How long it counts how the backend is spoken to, however much of that it does not understand, milliseconds. */
const DECIDED_FOR_MS = 60_000;

/** The daemon stops, or the desk has another backend from now on. */
class Stopped extends Error {}

/** Whoever answers does not understand what it is asked: it may be spoken to in another way by now. */
class Misunderstood extends Error {}

/** A backend that is spoken to. */
interface Working {
  readonly pump: OutboxPump;
  readonly follower: MirrorFollower;
  /** Ends it: it is to be found out anew how to speak to the backend. */
  readonly anew: AbortController;
  /** Since when, milliseconds since 1970. */
  readonly since: number;
}

/** One backend, told and followed for as long as it is this desk's. */
export class Connection implements AsyncDisposable {
  readonly #parts: ConnectionParts;
  readonly #key: KeySource;
  readonly #line: Line;
  readonly #opening: Sleep;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #protocol: Protocol | null;
  #working: Working | null = null;
  /** Whether everything is to be walked through once there is somebody to ask. */
  #wantsResync = false;

  /** Begins at once. */
  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    const { site, log, address, chance } = parts;
    this.#protocol = address.protocol === 'auto' ? null : address.protocol;
    this.#key = new KeySource(parts.key);
    this.#opening = new Sleep(site.clock);
    this.#line = new Line({
      clock: site.clock,
      log,
      key: this.#key,
      ...(chance && { chance }),
      changed: () => this.#lineChanged(),
      misunderstood: () => this.#misunderstood(),
    });
    this.#running = this.#run(this.#stop.signal);
  }

  /** Breaks off what is under way: it is told again. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Stopped());
    await this.#running;
  }

  get status(): Pick<SyncStatus, 'state' | 'protocol' | 'lastReachedAt' | 'problem' | 'skewMs' | 'mirror'> {
    const problem = this.#problem;
    return {
      state: this.#state(problem),
      protocol: this.#protocol,
      lastReachedAt: this.#line.lastReachedAt,
      problem,
      skewMs: this.#working?.follower.skewMs ?? null,
      mirror: this.#working?.follower.status ?? this.#restingMirror(),
    };
  }

  /** Tries at once, whatever it waits for. */
  wake(): void {
    this.#line.wake();
    this.#working?.pump.wake();
    this.#working?.follower.lookSoon();
  }

  /** Walks through everything again, as soon as the backend can be asked. */
  resync(): void {
    this.wake();
    if (this.#working === null) this.#wantsResync = true;
    else this.#working.follower.resync();
  }

  get #problem(): SyncProblem | null {
    return this.#line.problem ?? this.#working?.pump.problem ?? null;
  }

  #state(problem: SyncProblem | null): SyncState {
    const { state } = this.#line;
    return state === 'working' && problem !== null ? 'offline' : state;
  }

  #restingMirror(): SyncStatus['mirror'] {
    const { store } = this.#parts.site;
    const walkedAt = store.backend.read()?.walkedAt ?? null;
    return { isWalking: false, met: 0, walkedAt, held: store.heldItems.count() };
  }

  #lineChanged(): void {
    this.#opening.wake();
    this.#working?.pump.lookAgain();
    this.#working?.follower.lookAgain();
  }

  async #run(signal: AbortSignal): Promise<void> {
    try {
      for (;;) {
        const opened = await this.#open(signal);
        try {
          await this.#work(opened, signal);
        } finally {
          opened.backend[Symbol.dispose]?.();
        }
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  #misunderstood(): void {
    const { site, address, log } = this.#parts;
    if (address.protocol !== 'auto' || this.#working === null) return;
    const { since, anew } = this.#working;
    const now = site.clock.now();
    if (anew.signal.aborted || (now >= since && now < since + DECIDED_FOR_MS)) return;
    log.warn(
      { protocol: this.#protocol },
      'the backend does not understand this desk: it is found out anew how to speak to it',
    );
    anew.abort(new Misunderstood());
  }

  /** Tries until it is known how to speak to the backend. Rejects with `signal.reason`. */
  async #open(signal: AbortSignal): Promise<OpenedBackend> {
    const { site, address, open } = this.#parts;
    const line = this.#line;
    const apiKey = () => this.#key.current();
    // Nobody is asked anything then.
    if (address.protocol !== 'auto') return await open(address, apiKey, signal);
    for (;;) {
      line.lookAtKey();
      if (line.mayCall()) {
        try {
          return await line.call(() => open(address, apiKey, signal));
        } catch (error) {
          signal.throwIfAborted();
          if (!(error instanceof BackendError)) throw error;
        }
      }
      const keyAt = line.isStopped ? site.clock.now() + KEY_EVERY_MS : null;
      await this.#opening.until(keyAt ?? line.nextCallAt, signal);
    }
  }

  /** Until the backend does not understand what it is asked. Rejects with `signal.reason`. */
  async #work({ backend, protocol }: OpenedBackend, signal: AbortSignal): Promise<void> {
    const { site, log, chance } = this.#parts;
    this.#protocol = protocol;
    const settled = new SettledThings();
    const parts = { site, log, line: this.#line, backend, settled, ...(chance && { chance }) };
    const follower: MirrorFollower = new MirrorFollower({
      ...parts,
      givesOwnIds: protocol === 'seam',
      mayTellAgain: () => pump.rescan(),
      looked: () => pump.lookForDecisions(),
    });
    const pump = new OutboxPump({
      ...parts,
      mayTell: () => follower.isReady,
      drained: () => follower.lookSoon(),
    });
    if (this.#wantsResync) follower.resync();
    this.#wantsResync = false;
    const anew = new AbortController();
    this.#working = { pump, follower, anew, since: site.clock.now() };
    const until = AbortSignal.any([signal, anew.signal]);
    const both = [follower.run(until), pump.run(until)];
    try {
      await Promise.all(both);
    } catch (error) {
      anew.abort(error);
      await Promise.allSettled(both);
      this.#working = null;
      if (!(error instanceof Misunderstood)) throw error;
    }
  }
}
