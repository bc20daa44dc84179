import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../src/clock.ts';
import { Dependents } from '../../src/model/dependents.ts';
import { RESOURCE_KINDS, type ResourceName, type ResourceState } from '../../src/model/resource.ts';
import { isSame, type ResourceChange } from '../../src/model/resource-change.ts';
import type { MirrorItem, OutboxMessage, Verdict } from '../../src/model/sync.ts';
import type { Backend, BackendHello, HeardDesk, NewsPage, WalkPage } from '../../src/sync/backend.ts';
import { BackendError, HistoryDiffers } from '../../src/sync/backend-error.ts';

export type Operation = 'hello' | 'deliver' | 'walk' | 'news' | 'read';

/** One call as it came. */
export interface BackendCall {
  readonly operation: Operation;
  readonly at: number;
  /** Of `deliver`: the messages. */
  readonly messages: readonly OutboxMessage[];
}

/** What goes wrong: before the backend acted, or with its answer; null: nothing. */
export type Fault = { readonly error: Error; readonly isAfter?: boolean } | null;

export const unreachable: Fault = {
  error: new BackendError('unreachable', 'The backend cannot be reached.'),
};
export const answerLost: Fault = { ...unreachable, isAfter: true };
export const failing: Fault = { error: new BackendError('failing', 'The backend answered 500.') };
export const unauthorized: Fault = {
  error: new BackendError('unauthorized', 'The backend answered 401: it does not take the key.'),
};
export const busy = (retryAfterMs: number | null): Fault => ({
  error: new BackendError('busy', 'The backend asks to be left alone.', { retryAfterMs }),
});

/** A backend in memory: keeps what it is told, under the desk's ids, and goes wrong on demand. */
export class ScriptedBackend implements Backend {
  readonly mostAtOnce: number;
  readonly calls: BackendCall[] = [];
  /** What it has, by kind and id. */
  readonly things = new Map<string, MirrorItem & { readonly state: ResourceState }>();
  readonly verdicts = new Map<string, Verdict>();
  /** Messages in the order in which they took effect. */
  readonly effects: OutboxMessage[] = [];
  /** Asked at each call. */
  fault: (call: BackendCall) => Fault = () => null;
  /** What it says to a message besides applying it; null: it applies it. */
  refusal: (message: OutboxMessage) => Verdict | null = () => null;
  hasNews = true;
  pageSize = 200;
  epoch = 'one';
  identity = 'workspace system';
  acsSystemId = '6d8a0f4e-2a80-4d0d-9d5a-1f7c0a3b5e02';
  heard: HeardDesk | null = null;
  /** How far its clock is ahead of the desk's, milliseconds. */
  aheadMs = 0;
  mostUnderWay = 0;
  readonly #clock: Clock;
  readonly #feed: ResourceName[] = [];
  #underWay = 0;

  constructor(clock: Clock, mostAtOnce = 50) {
    this.#clock = clock;
    this.mostAtOnce = mostAtOnce;
  }

  hello(_signal: AbortSignal): Promise<BackendHello> {
    return this.#call('hello', [], () => ({
      identity: this.identity,
      workspaceId: '6d8a0f4e-2a80-4d0d-9d5a-1f7c0a3b5e01',
      acsSystemId: this.acsSystemId,
      connectedAccountId: null,
      time: this.#clock.now() + this.aheadMs,
      cursor: this.hasNews ? this.#cursor : null,
      heard: this.heard,
    }));
  }

  deliver(messages: readonly OutboxMessage[], _signal: AbortSignal): Promise<readonly Verdict[]> {
    return this.#call('deliver', messages, () => {
      const behindRefused = new Dependents();
      return messages.map((message): Verdict => {
        if (behindRefused.take(message.change)) return { verdict: 'not_judged' };
        const verdict = this.#take(message);
        if (verdict.verdict === 'refused') behindRefused.add(message.change);
        return verdict;
      });
    });
  }

  walk(position: string | null, _signal: AbortSignal): Promise<WalkPage> {
    return this.#call('walk', [], () => {
      const from = Number(position ?? 0);
      const all = [...this.things.values()].toSorted(
        (a, b) => RESOURCE_KINDS.indexOf(a.kind) - RESOURCE_KINDS.indexOf(b.kind),
      );
      const next = from + this.pageSize;
      return { items: all.slice(from, next), position: next < all.length ? String(next) : null };
    });
  }

  news(cursor: string, _signal: AbortSignal): Promise<NewsPage> {
    return this.#call('news', [], () => {
      const [epoch, place] = cursor.split(':');
      if (epoch !== this.epoch) throw new HistoryDiffers();
      return { items: this.#items(this.#feed.slice(Number(place))), cursor: this.#cursor, hasMore: false };
    });
  }

  read(names: readonly ResourceName[], _signal: AbortSignal): Promise<readonly MirrorItem[]> {
    return this.#call('read', [], () => this.#items(names));
  }

  /** Somebody above changes a thing, or, with null, takes it away. */
  change({ kind, id }: ResourceName, state: ResourceState | null): void {
    if (state === null) this.things.delete(`${kind} ${id}`);
    else this.things.set(`${kind} ${id}`, { kind, id, state });
    this.#feed.push({ kind, id });
  }

  /** Calls of one operation, without what came before. */
  callsOf(operation: Operation): readonly BackendCall[] {
    return this.calls.filter((call) => call.operation === operation);
  }

  get #cursor(): string {
    return `${this.epoch}:${this.#feed.length}`;
  }

  #items(names: readonly ResourceName[]): readonly MirrorItem[] {
    return names.map(({ kind, id }) => this.things.get(`${kind} ${id}`) ?? { kind, id, state: null });
  }

  async #call<T>(operation: Operation, messages: readonly OutboxMessage[], act: () => T): Promise<T> {
    const call = { operation, at: this.#clock.now(), messages };
    this.calls.push(call);
    this.#underWay += 1;
    this.mostUnderWay = Math.max(this.mostUnderWay, this.#underWay);
    try {
      await nextTurn();
      const fault = this.fault(call);
      if (fault !== null && !fault.isAfter) throw fault.error;
      const answer = act();
      await nextTurn();
      if (fault !== null) throw fault.error;
      return answer;
    } finally {
      this.#underWay -= 1;
    }
  }

  #take(message: OutboxMessage): Verdict {
    const known = this.verdicts.get(message.id);
    if (known !== undefined && known.verdict !== 'refused') return known;
    const verdict = this.refusal(message) ?? { verdict: 'applied' };
    if (verdict.verdict === 'not_judged') return verdict;
    this.verdicts.set(message.id, verdict);
    if (verdict.verdict === 'applied') {
      this.effects.push(message);
      this.#apply(message.change);
    } else this.#feed.push({ kind: message.change.kind, id: message.change.id });
    return verdict;
  }

  #apply({ kind, id, action, fields, sets }: ResourceChange): void {
    if (action === 'deleted') {
      this.change({ kind, id }, null);
      return;
    }
    const before = this.things.get(`${kind} ${id}`)?.state ?? {};
    const values = Object.entries(fields).map(([name, { to }]) => [name, to] as const);
    const members = Object.entries(sets).map(([name, { added, removed }]) => {
      const old = before[name];
      const ids = Array.isArray(old) ? old.filter((one) => typeof one === 'string') : [];
      return [name, [...ids.filter((one) => !removed.includes(one)), ...added]] as const;
    });
    const after = { ...before, ...Object.fromEntries(values), ...Object.fromEntries(members) };
    if (action === 'created' || !isSame(before, after)) this.change({ kind, id }, after);
  }
}
