import type { Logger } from '../log.ts';
import type { OutboxMessage, Verdict } from '../model/sync.ts';
import { asBackendKnows, settle } from '../site/outbox.ts';
import type { Site } from '../site/site.ts';
import type { Backend } from './backend.ts';
import { asBackendError, BackendError } from './backend-error.ts';
import { Backoff } from './backoff.ts';
import { GroupCommit } from './group-commit.ts';
import type { Line } from './line.ts';
import { MessageTroubles } from './message-troubles.ts';
import { onDisk } from './on-disk.ts';
import type { SettledThings } from './settled-things.ts';
import { Sleep } from './sleep.ts';
import type { SyncProblem } from './sync-status.ts';
import { WaitingMessages } from './waiting-messages.ts';

/** How many deliveries are under way at once. */
export const AT_ONCE = 8;

/** How long after the doorbell it looks, milliseconds: what happens at a card goes first, and several changes go together. */
const RING_DELAY_MS = 50;

export interface PumpParts {
  readonly site: Site;
  readonly log: Logger;
  readonly line: Line;
  readonly backend: Backend;
  readonly settled: SettledThings;
  /** Whether the backend may be told things: it was walked through. */
  readonly mayTell: () => boolean;
  /** All that could be told has been told, for now. */
  readonly drained: () => void;
  readonly chance?: () => number;
}

/**
 * Tells the backend what lies in the outbox: up to eight deliveries at once, in an order in which nothing comes before what it needs. What is sent is
 * counted before, and what the backend said is committed after: when the process ends in between, the same messages are told again under their ids.
 */
export class OutboxPump {
  readonly #parts: PumpParts;
  readonly #waiting: WaitingMessages;
  readonly #troubles: MessageTroubles;
  /** Of deliveries at which the backend failed. */
  readonly #backoff: Backoff;
  readonly #sleep: Sleep;
  readonly #underWay = new Set<Promise<void>>();
  readonly #commits: GroupCommit;
  #problem: Omit<SyncProblem, 'retryAt'> | null = null;
  #isRinging = false;
  #hasDelivered = false;

  constructor(parts: PumpParts) {
    this.#parts = parts;
    this.#troubles = new MessageTroubles(parts.chance);
    this.#waiting = new WaitingMessages(parts, this.#troubles);
    this.#backoff = new Backoff(parts.chance);
    this.#sleep = new Sleep(parts.site.clock);
    this.#commits = new GroupCommit(parts.site.store);
  }

  /** Why the backend takes nothing although it answers; null: it does, or nobody knows. */
  get problem(): SyncProblem | null {
    if (this.#problem === null || !this.#backoff.isBroken) return null;
    return { ...this.#problem, retryAt: this.#backoff.retryAt };
  }

  /** Runs until the signal fires, and rejects with its reason. */
  async run(signal: AbortSignal): Promise<never> {
    const stopListening = this.#parts.site.doorbell.listen(() => this.#rung(signal));
    try {
      for (;;) {
        await this.#startDeliveries(signal);
        await this.#sleep.until(this.#nextAt(), signal);
      }
    } finally {
      stopListening();
      await Promise.allSettled(this.#underWay);
    }
  }

  /** Something may have changed on the line. */
  lookAgain(): void {
    this.#sleep.wake();
  }

  /** Tries everything at once, and reads the outbox anew. */
  wake(): void {
    this.#backoff.wake();
    this.#troubles.wake();
    this.rescan();
  }

  /** Reads the outbox anew: messages in it wait again that did not. */
  rescan(): void {
    this.#waiting.rescan();
    this.#sleep.wake();
  }

  /** Goes on with what waited for a person who has decided by now; cheap enough to be called every few seconds. */
  lookForDecisions(): void {
    if (this.#mayDeliver() && this.#waiting.wereDecided()) this.rescan();
  }

  /** Looks a little later; not at all while nothing can be told anyway. */
  #rung(signal: AbortSignal): void {
    const { clock } = this.#parts.site;
    if (this.#isRinging || !this.#mayDeliver()) return;
    this.#isRinging = true;
    const look = () => {
      this.#isRinging = false;
      this.#sleep.wake();
    };
    void clock.until(clock.now() + RING_DELAY_MS, signal).then(look, () => {});
  }

  #mayDeliver(): boolean {
    const { line, mayTell, site } = this.#parts;
    const isOneToTry = this.#backoff.isBroken && this.#underWay.size > 0;
    return (
      line.isIntroduced &&
      line.mayCall() &&
      mayTell() &&
      this.#backoff.mayTry(site.clock.now()) &&
      !isOneToTry
    );
  }

  /** When it may go on by itself; null: only when something changes. */
  #nextAt(): number | null {
    const { line, mayTell, site } = this.#parts;
    if (!line.isIntroduced || !mayTell() || line.nextCallAt === null) return null;
    const now = site.clock.now();
    const times = [line.nextCallAt, this.#backoff.retryAt, this.#troubles.nextReadyAt(now)];
    return times.filter((at) => at !== null && at > now).reduce<number | null>(earlier, null);
  }

  async #startDeliveries(signal: AbortSignal): Promise<void> {
    const { mostAtOnce } = this.#parts.backend;
    while (this.#underWay.size < AT_ONCE && this.#mayDeliver()) {
      await this.#waiting.fill(2 * AT_ONCE * mostAtOnce, signal);
      // The line may have broken meanwhile.
      const part = this.#mayDeliver() ? this.#waiting.choose(mostAtOnce) : [];
      if (part.length > 0) this.#start(part, signal);
      else if (!(await this.#waiting.readMore(signal))) {
        this.#noteDrained();
        return;
      }
    }
  }

  #noteDrained(): void {
    if (!this.#hasDelivered || this.#underWay.size > 0) return;
    this.#hasDelivered = false;
    this.#parts.drained();
  }

  #start(part: readonly OutboxMessage[], signal: AbortSignal): void {
    const done: Promise<void> = this.#deliver(part, signal)
      // Only the end of the daemon ends it otherwise.
      .catch(() => {})
      .finally(() => {
        for (const message of part) this.#waiting.putBack(message);
        this.#underWay.delete(done);
        this.#sleep.wake();
      });
    this.#underWay.add(done);
  }

  /** Rejects with `signal.reason` only. */
  async #deliver(part: readonly OutboxMessage[], signal: AbortSignal): Promise<void> {
    const { site, line, backend, log } = this.#parts;
    const { round } = this.#backoff;
    try {
      const messages = await this.#commit(signal, () => this.#beginSending(part));
      if (messages.length === 0) return;
      const told = messages.map((message) => asBackendKnows(site, message));
      const verdicts = await line.call(() => backend.deliver(told, signal), { takesFailing: true });
      await this.#settle(messages, verdicts, signal);
      this.#backoff.succeeded();
      this.#problem = null;
      this.#hasDelivered = true;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof BackendError)) log.error({ err: error }, 'a delivery to the backend broke');
      await this.#failed(part, asBackendError(error), round, signal);
    }
  }

  /** Counts one attempt more for each that still waits, and returns them as they are now. */
  #beginSending(part: readonly OutboxMessage[]): readonly OutboxMessage[] {
    const { store } = this.#parts.site;
    return store.transaction(() => {
      const messages = part.flatMap(({ id }) => {
        const message = store.outbox.get(id);
        return message?.state === 'waiting' ? [{ ...message, attempts: message.attempts + 1 }] : [];
      });
      if (messages.length > 0) store.outbox.noteSending(messages.map(({ id }) => id));
      const waiting = new Set(messages.map(({ id }) => id));
      for (const message of part) if (!waiting.has(message.id)) this.#waiting.settled(message);
      return messages;
    });
  }

  async #settle(
    part: readonly OutboxMessage[],
    verdicts: readonly Verdict[],
    signal: AbortSignal,
  ): Promise<void> {
    const answers = part.map((message, at) => ({ message, verdict: verdicts[at] }));
    if (verdicts.length !== part.length) {
      throw new BackendError(
        'failing',
        `The backend was told ${part.length} changes, and answered for ${verdicts.length}.`,
      );
    }
    if (verdicts[0]?.verdict === 'not_judged') {
      throw new BackendError(
        'failing',
        'The backend answered that it did not judge a change that waits for no other.',
      );
    }
    await this.#commit(signal, () =>
      settle(
        this.#parts.site,
        answers.flatMap(({ message, verdict }) => (verdict === undefined ? [] : [{ message, verdict }])),
      ),
    );
    // What is read already may be about a thing that has another id by now.
    if (verdicts.some(({ verdict }) => verdict === 'same_as')) this.#waiting.rescan();
    for (const { message, verdict } of answers) {
      // Things may have other ids by now, also in messages that wait.
      if (verdict?.verdict === 'same_as') this.#waiting.rescan();
      if (verdict?.verdict === 'not_judged') {
        this.#waiting.putBack(message);
        continue;
      }
      this.#waiting.settled(message);
      this.#parts.settled.add(message.change);
      this.#troubles.delivered(message.id);
      if (verdict?.verdict === 'refused') this.#noteRefused(message, verdict.refusal.code);
    }
  }

  #noteRefused(message: OutboxMessage, code: string): void {
    const { id, change } = message;
    this.#waiting.refused(message);
    this.#parts.log.warn(
      { message_id: id, kind: change.kind, resource_id: change.id, action: change.action, code },
      'the backend refused a change: see encoderctl sync refused',
    );
  }

  async #failed(
    part: readonly OutboxMessage[],
    { trouble, message, retryAfterMs }: BackendError,
    round: number,
    signal: AbortSignal,
  ): Promise<void> {
    if (trouble === 'busy' || trouble === 'unauthorized') return;
    const { site } = this.#parts;
    const now = site.clock.now();
    const ids = part.map(({ id }) => id);
    if (trouble === 'failing' && !this.#troubles.isToBlame(ids)) {
      this.#backoff.failed(round, now, retryAfterMs ?? 0);
      this.#problem = { trouble, message, since: this.#problem?.since ?? now };
    }
    const hopeless = this.#troubles.failed(ids, trouble, now);
    const [poison] = part.filter(({ id }) => id === hopeless);
    if (poison === undefined) return;
    const refusal = {
      code: 'backend_error',
      message: `The backend failed at this change again and again, while it took others. It said: ${message} Let whoever runs the backend look at it, then retry it; or drop it.`,
      fields: [],
      rivalId: null,
    } as const;
    await this.#onDisk(signal, () => site.store.outbox.refuse(poison.id, refusal, now));
    this.#noteRefused(poison, refusal.code);
  }

  /** Together with what other deliveries note in the same moment. */
  #commit<T>(signal: AbortSignal, work: () => T): Promise<T> {
    return this.#onDisk(signal, () => this.#commits.run(work));
  }

  #onDisk<T>(signal: AbortSignal, work: () => T | Promise<T>): Promise<T> {
    const { site, log } = this.#parts;
    return onDisk({ clock: site.clock, log }, signal, work);
  }
}

const earlier = (one: number | null, other: number | null) =>
  one === null || other === null ? (one ?? other) : Math.min(one, other);
