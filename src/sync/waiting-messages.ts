import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Logger } from '../log.ts';
import type { OutboxMessage } from '../model/sync.ts';
import type { Site } from '../site/site.ts';
import { EVERY_ROW } from '../store/paging.ts';
import { DeliveryOrder } from './delivery-order.ts';
import type { MessageTroubles } from './message-troubles.ts';
import { onDisk } from './on-disk.ts';

/** How many rows of the outbox are read in one turn. */
const WINDOW = 200;

/** How many messages are kept at most that wait for others, or for their own time. */
const MOST_KEPT = 5000;

/** The messages of the outbox that wait, read a little at a time, and only when somebody wants to tell them. */
export class WaitingMessages {
  readonly #site: Site;
  readonly #log: Logger;
  readonly #troubles: MessageTroubles;
  readonly #order = new DeliveryOrder();
  /** Up to which sequence the outbox was read. */
  #readTo = 0;
  #isAllRead = false;
  #wantsRescan = true;
  /** How many were refused, as far as is known here. */
  #refused = 0;

  constructor({ site, log }: { readonly site: Site; readonly log: Logger }, troubles: MessageTroubles) {
    this.#site = site;
    this.#log = log;
    this.#troubles = troubles;
  }

  /** Reads the outbox anew before the next choice: messages in it wait again that did not. */
  rescan(): void {
    this.#wantsRescan = true;
  }

  /** Whether a person decided about what was refused; cheap enough to be asked every few seconds. */
  wereDecided(): boolean {
    return this.#site.store.outbox.counts().refused !== this.#refused;
  }

  /** Reads on until `most` may be chosen from enough of them. One cheap look where nothing is new. Rejects with `signal.reason`. */
  async fill(most: number, signal: AbortSignal): Promise<void> {
    if (this.#wantsRescan) await this.#begin(signal);
    const { outbox } = this.#site.store;
    this.#isAllRead &&= await this.#onDisk(signal, () => outbox.lastSequence() <= this.#readTo);
    while (!this.#isAllRead && this.#order.waiting < Math.min(MOST_KEPT, most)) await this.#read(signal);
  }

  /** Reads on, where nothing of what was read may go. Returns whether there was more. */
  async readMore(signal: AbortSignal): Promise<boolean> {
    if (this.#isAllRead || this.#order.waiting >= MOST_KEPT) return false;
    await this.#read(signal);
    return true;
  }

  /** The next that may go together, up to so many, in their order: those with which nothing failed first. */
  choose(most: number): readonly OutboxMessage[] {
    const now = this.#site.clock.now();
    const troubles = this.#troubles;
    const isAlone = ({ id }: OutboxMessage) => troubles.isAlone(id);
    const fresh = this.#order.next({ most, isAlone, isReady: ({ id }) => troubles.isFresh(id) });
    if (fresh.length > 0 || troubles.isEmpty) return fresh;
    return this.#order.next({ most, isAlone, isReady: ({ id }) => troubles.isReady(id, now) });
  }

  /** It is told, or somebody decided about it. */
  settled(message: OutboxMessage): void {
    this.#order.settled(message);
  }

  /** Whatever comes later about the same thing waits until a person decides. */
  refused(message: OutboxMessage): void {
    this.#refused += 1;
    this.#order.settled(message);
    this.#order.block(message);
  }

  /** It waits again, unless it was settled. */
  putBack(message: OutboxMessage): void {
    this.#order.putBack(message);
  }

  /** Forgets what was read, but for what is under way. */
  async #begin(signal: AbortSignal): Promise<void> {
    await this.#onDisk(signal, () => {
      const { rows } = this.#site.store.outbox.refused(EVERY_ROW);
      this.#wantsRescan = false;
      this.#readTo = 0;
      this.#isAllRead = false;
      this.#order.clear();
      this.#refused = rows.length;
      for (const message of rows) this.#order.block(message);
    });
  }

  async #read(signal: AbortSignal): Promise<void> {
    const { outbox } = this.#site.store;
    await nextTurn();
    await this.#onDisk(signal, () => {
      const last = outbox.lastSequence();
      const rows = outbox.waiting(this.#readTo, WINDOW);
      for (const message of rows) this.#order.add(message);
      this.#isAllRead = rows.length < WINDOW;
      this.#readTo = Math.max(this.#readTo, this.#isAllRead ? last : 0, rows.at(-1)?.sequence ?? 0);
    });
  }

  #onDisk<T>(signal: AbortSignal, work: () => T): Promise<T> {
    return onDisk({ clock: this.#site.clock, log: this.#log }, signal, work);
  }
}
