import type { Logger } from '../log.ts';
import { endWalk, heldToRead, tellWhatIsOnlyHere } from '../site/mirror.ts';
import type { Site } from '../site/site.ts';
import type { BackendLink } from '../store/sync-tables.ts';
import type { Backend, BackendHello } from './backend.ts';
import { BackendError, HistoryDiffers, HistoryForgotten } from './backend-error.ts';
import { beginWalk, readLink, updateLink } from './backend-link.ts';
import { Backoff } from './backoff.ts';
import type { Line } from './line.ts';
import { Meeting } from './meeting.ts';
import { MirrorWriter } from './mirror-writer.ts';
import { onDisk } from './on-disk.ts';
import type { SettledThings } from './settled-things.ts';
import { Sleep } from './sleep.ts';
import type { MirrorStatus } from './sync-status.ts';
import { Turns } from './turns.ts';

/** How often the backend is asked for news, milliseconds: soon after something happened, and on a desk where nothing does. */
const NEWS_EVERY_MS = 5000;
const IDLE_NEWS_EVERY_MS = 10_000;
const IDLE_AFTER_MS = 60_000;

/** How often everything is walked through again: of a backend that has no news, and of one that has. */
export const WALK_EVERY_MS = 900_000;
export const WALK_WITH_NEWS_EVERY_MS = 86_400_000;

/** How many things that are held are read again in one round. */
const HELD_AT_ONCE = 100;

export interface FollowerParts {
  readonly site: Site;
  readonly log: Logger;
  readonly line: Line;
  readonly backend: Backend;
  readonly settled: SettledThings;
  /** Whether the backend gives ids of its own to what it is told of. */
  readonly givesOwnIds: boolean;
  /** Messages wait that did not before. */
  readonly mayTellAgain: () => void;
  /** The backend was asked for news, and had them taken over. */
  readonly looked: () => void;
}

/** Makes this desk what the backend is: walks through everything that it has, then follows its news. */
export class MirrorFollower {
  readonly #parts: FollowerParts;
  readonly #sleep: Sleep;
  readonly #writer: MirrorWriter;
  readonly #turns = new Turns();
  #isReady = false;
  readonly #meeting: Meeting;
  /** After what broke here. */
  readonly #own = new Backoff();
  #met = 0;
  #wantsLook = true;
  #wantsWalk = false;
  #lookedAt = 0;
  #activeAt: number;

  constructor(parts: FollowerParts) {
    this.#parts = parts;
    this.#sleep = new Sleep(parts.site.clock);
    this.#writer = new MirrorWriter(parts);
    this.#meeting = new Meeting(parts);
    this.#activeAt = parts.site.clock.now();
  }

  /** Whether the backend may be told things: this desk has been through all that it has. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** How far this computer's clock is ahead of the backend's, milliseconds; null: not known. */
  get skewMs(): number | null {
    return this.#meeting.skewMs;
  }

  get status(): MirrorStatus {
    const { store } = this.#parts.site;
    const link = store.backend.read();
    return {
      isWalking: link !== null && link.walk !== null,
      met: this.#met,
      walkedAt: link?.walkedAt ?? null,
      held: store.heldItems.count(),
    };
  }

  /** Runs until the signal fires, and rejects with its reason. */
  async run(signal: AbortSignal): Promise<never> {
    const { line } = this.#parts;
    for (;;) {
      line.lookAtKey();
      if (line.mayCall() && this.#isDue()) await this.#tryRound(signal);
      await this.#sleep.until(this.#nextAt(), signal);
    }
  }

  /** Something may have changed on the line. */
  lookAgain(): void {
    this.#sleep.wake();
  }

  /** Asks for news at once. */
  lookSoon(): void {
    this.#wantsLook = true;
    this.#activeAt = this.#parts.site.clock.now();
    this.#sleep.wake();
  }

  /** Walks through everything again. */
  resync(): void {
    this.#wantsWalk = true;
    this.lookSoon();
  }

  #isDue(): boolean {
    const now = this.#parts.site.clock.now();
    if (!this.#own.mayTry(now)) return false;
    return (
      this.#wantsLook || !this.#parts.line.isIntroduced || now >= this.#nextLookAt() || now < this.#lookedAt
    );
  }

  #nextLookAt(): number {
    const isIdle = this.#parts.site.clock.now() - this.#activeAt > IDLE_AFTER_MS;
    return this.#lookedAt + (isIdle ? IDLE_NEWS_EVERY_MS : NEWS_EVERY_MS);
  }

  #nextAt(): number | null {
    const { line, site } = this.#parts;
    const now = site.clock.now();
    const { nextCallAt } = line;
    // A key may be put into its file at any time.
    const keyAt = line.isStopped ? now + NEWS_EVERY_MS : null;
    const mine = this.#wantsLook || !line.isIntroduced ? now : this.#nextLookAt();
    const callAt = nextCallAt === null ? null : Math.max(nextCallAt, mine, this.#own.retryAt);
    return keyAt === null || callAt === null ? (keyAt ?? callAt) : Math.min(keyAt, callAt);
  }

  async #tryRound(signal: AbortSignal): Promise<void> {
    const { site, log } = this.#parts;
    try {
      await this.#round(signal);
      this.#own.succeeded();
    } catch (error) {
      signal.throwIfAborted();
      this.#meeting.forget();
      this.#wantsLook = true;
      if (error instanceof BackendError) return;
      // The line knows nothing of what is wrong here, and not at the backend.
      this.#own.failed(this.#own.round, site.clock.now());
      log.error({ err: error }, 'following the backend broke');
    }
  }

  /** Everything that is to be done now. */
  async #round(signal: AbortSignal): Promise<void> {
    const { site, line } = this.#parts;
    this.#wantsLook = false;
    this.#lookedAt = site.clock.now();
    if (!line.isIntroduced || this.#meeting.isDue || this.#wantsWalk || this.#isWalkDue()) {
      const hello = await this.#meet(signal);
      if (hello === null) return;
      if (this.#wantsWalk || (this.#isWalkDue() && readLink(site).walk === null)) {
        await this.#onDisk(signal, () => beginWalk(site, hello.cursor));
        this.#wantsWalk = false;
      }
    }
    const { walk } = readLink(site);
    if (walk !== null) await this.#walkOn(walk, signal);
    await this.#finishFirstContact(signal);
    try {
      await this.#takeNews(signal);
      await this.#readHeld(signal);
    } catch (error) {
      if (error instanceof HistoryForgotten) return this.resync();
      if (!(error instanceof HistoryDiffers)) throw error;
      await this.#historyDiffers(signal);
    }
    this.#parts.looked();
  }

  #isWalkDue(): boolean {
    const { site } = this.#parts;
    const { walkedAt, cursor } = readLink(site);
    const now = site.clock.now();
    const every = cursor === null ? WALK_EVERY_MS : WALK_WITH_NEWS_EVERY_MS;
    return walkedAt === null || now >= walkedAt + every || now < walkedAt;
  }

  /** Whether the backend is the one of this desk, and what it says of itself; null: it is not. */
  async #meet(signal: AbortSignal): Promise<BackendHello | null> {
    const { site, line } = this.#parts;
    const hello = await this.#meeting.meet(signal);
    const { walkedAt, walk } = readLink(site);
    this.#isReady = hello !== null && walkedAt !== null && walk?.isRestored !== true;
    if (hello !== null) line.introduce();
    return hello;
  }

  /** The backend was restored from a backup, or began anew: it is told again what it had taken, and walked through. */
  async #historyDiffers(signal: AbortSignal): Promise<void> {
    const { site, line, backend, log, mayTellAgain } = this.#parts;
    const { identity, cursor } = await line.call(() => backend.hello(signal));
    if (identity !== readLink(site).identity) {
      this.#meeting.forget();
      return this.lookSoon();
    }
    this.#isReady = false;
    const again = await this.#onDisk(signal, () =>
      site.store.transaction(() => {
        beginWalk(site, cursor, true);
        return site.store.outbox.redeliver(readLink(site).pairing?.after);
      }),
    );
    log.warn(
      { messages: again },
      'the backend has another history than this desk has seen: it is told again',
    );
    mayTellAgain();
    this.lookSoon();
  }

  /** Goes on with a walk through everything, to its end. */
  async #walkOn(walk: NonNullable<BackendLink['walk']>, signal: AbortSignal): Promise<void> {
    const { site, line, backend, log, settled } = this.#parts;
    let { position } = walk;
    if (position === null) this.#met = 0;
    do {
      const isOutdated = settled.begin();
      const page = await line.call(() => backend.walk(position, signal));
      this.#met += page.items.length;
      position = page.position;
      const last = () => updateLink(site, { walk: { ...walk, position } });
      await this.#writer.write({ items: page.items, walk: walk.number, isOutdated, last }, signal);
    } while (position !== null && !this.#wantsWalk);
    if (this.#wantsWalk) return this.lookSoon();
    while (await this.#inTurn(signal, () => endWalk(site, walk.number, walk.isRestored)));
    const isFirst = readLink(site).walkedAt === null;
    const walkedAt = isFirst ? null : site.clock.now();
    await this.#onDisk(signal, () => updateLink(site, { walk: null, cursor: walk.cursor, walkedAt }));
    log.info({ things: this.#met }, 'all that the backend has was walked through');
    if (!isFirst) this.#ready();
  }

  /** After the first walk: tells the backend what only this desk has. */
  async #finishFirstContact(signal: AbortSignal): Promise<void> {
    const { site } = this.#parts;
    const { walkedAt, walk } = readLink(site);
    if (walkedAt !== null || walk !== null) return;
    let position: string | null = null;
    do {
      const from: string | null = position;
      position = await this.#inTurn(signal, () => tellWhatIsOnlyHere(site, from));
    } while (position !== null);
    await this.#onDisk(signal, () => updateLink(site, { walkedAt: site.clock.now() }));
    this.#ready();
  }

  #ready(): void {
    this.#isReady = true;
    this.#parts.mayTellAgain();
  }

  async #takeNews(signal: AbortSignal): Promise<void> {
    const { site, line, backend, settled } = this.#parts;
    for (let hasMore = true; hasMore; ) {
      const { cursor, walk } = readLink(site);
      if (cursor === null || walk !== null) return;
      const isOutdated = settled.begin();
      const page = await line.call(() => backend.news(cursor, signal));
      hasMore = page.hasMore && page.cursor !== cursor;
      const { items } = page;
      if (items.length > 0) this.#activeAt = site.clock.now();
      if (items.length === 0 && page.cursor === cursor) continue;
      const last = () => updateLink(site, { cursor: page.cursor });
      await this.#writer.write({ items, walk: null, isOutdated, last }, signal);
    }
  }

  async #readHeld(signal: AbortSignal): Promise<void> {
    const { site, line, backend, settled } = this.#parts;
    const names = heldToRead(site, HELD_AT_ONCE, this.#writer.kindsInDoubt);
    if (names.length === 0) return;
    const isOutdated = settled.begin();
    const items = await line.call(() => backend.read(names, signal));
    await this.#writer.write({ items, walk: null, isOutdated }, signal);
  }

  #inTurn<T>(signal: AbortSignal, work: () => T): Promise<T> {
    return this.#turns.take(() => this.#onDisk(signal, work), signal);
  }

  #onDisk<T>(signal: AbortSignal, work: () => T): Promise<T> {
    const { site, log } = this.#parts;
    return onDisk({ clock: site.clock, log }, signal, work);
  }
}
