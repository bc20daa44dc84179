import type { ResourceKind } from '../model/resource.ts';
import { type ResourceChange, referencesOf } from '../model/resource-change.ts';
import type { OutboxMessage } from '../model/sync.ts';

/** What must be nobody else's of the same kind: who takes it waits until it is free. */
const UNIQUE = [
  'emailAddress',
  'phoneNumber',
  'key',
  'name',
  'code',
  'cardNumber',
  'cardUid',
  'userIdentityId',
];

/** Which messages are chosen next. */
export interface PartRules {
  readonly most: number;
  /** Whether it may go now; one that may not holds up what must wait for it. */
  readonly isReady: (message: OutboxMessage) => boolean;
  /** Whether it goes in a delivery of its own. */
  readonly isAlone: (message: OutboxMessage) => boolean;
}

/**
 * Messages that wait, and which of them may be told now. A message waits for every earlier one about the same thing, or about a thing that it
 * names; a deletion also for those that name what it deletes; and whoever takes a unique value for whoever gives it away. All others may overtake each other.
 * What is later than a refused message about the same thing waits for a person, and is not kept here.
 */
export class DeliveryOrder {
  /** In the order of their sequence. */
  readonly #waiting: OutboxMessage[] = [];
  readonly #underWay = new Map<string, OutboxMessage>();
  /** What is held up by a refused message, by the thing's id, and since which sequence. */
  readonly #blocked = new Map<string, number>();

  /** How many are kept, and not under way. */
  get waiting(): number {
    return this.#waiting.length;
  }

  get underWay(): number {
    return this.#underWay.size;
  }

  /** Everything but what is under way is read anew. */
  clear(): void {
    this.#waiting.length = 0;
    this.#blocked.clear();
  }

  /** What comes later than this refused one about the same thing, or names it, waits for a person. */
  block({ change, sequence }: Pick<OutboxMessage, 'change' | 'sequence'>): void {
    this.#blocked.set(change.id, Math.min(sequence, this.#blocked.get(change.id) ?? sequence));
  }

  /** Adds one that is later than all that were added. */
  add(message: OutboxMessage): void {
    if (!this.#underWay.has(message.id) && !this.#isHeldUp(message)) this.#waiting.push(message);
  }

  /** The next that may go together, in their order; they are under way then. None: nothing may go now. */
  next({ most, isReady, isAlone }: PartRules): readonly OutboxMessage[] {
    const before = new Trace();
    for (const message of this.#underWay.values()) before.add(message.change);
    const part: OutboxMessage[] = [];
    const left: OutboxMessage[] = [];
    for (const [at, message] of this.#waiting.entries()) {
      if (part.length >= most) {
        left.push(...this.#waiting.slice(at));
        break;
      }
      if (this.#isHeldUp(message)) continue;
      const { change } = message;
      const mustWait = before.holdsUp(change) || !isReady(message);
      if (mustWait || (part.length > 0 && isAlone(message))) {
        before.add(change);
        left.push(message);
        continue;
      }
      // What depends on it may go with it, behind it: the backend does not judge that if this is refused.
      part.push(message);
      if (isAlone(message)) {
        left.push(...this.#waiting.slice(at + 1));
        break;
      }
    }
    this.#waiting.splice(0, this.#waiting.length, ...left);
    for (const message of part) this.#underWay.set(message.id, message);
    return part;
  }

  /** It is settled: nobody waits for it any more. */
  settled(message: OutboxMessage): void {
    this.#underWay.delete(message.id);
  }

  /** It was not told: it stands where it stood. */
  putBack(message: OutboxMessage): void {
    if (!this.#underWay.delete(message.id)) return;
    const at = this.#waiting.findIndex(({ sequence }) => sequence >= message.sequence);
    if (this.#waiting[at]?.id === message.id) return;
    this.#waiting.splice(at === -1 ? this.#waiting.length : at, 0, message);
  }

  #isHeldUp({ change, sequence }: OutboxMessage): boolean {
    if (this.#blocked.size === 0) return false;
    const things = [change.id, ...referencesOf(change)];
    const isHeldUp = things.some((id) => (this.#blocked.get(id) ?? sequence) < sequence);
    if (isHeldUp) this.block({ change, sequence });
    return isHeldUp;
  }
}

/** What earlier messages are about. */
class Trace {
  readonly #things = new Set<string>();
  readonly #named = new Set<string>();
  readonly #values = new Set<string>();
  readonly #kindsDeletedFrom = new Set<ResourceKind>();

  add(change: ResourceChange): void {
    this.#things.add(change.id);
    for (const id of namedIn(change)) this.#named.add(id);
    for (const value of valuesIn(change)) this.#values.add(value);
    if (change.action === 'deleted') this.#kindsDeletedFrom.add(change.kind);
  }

  /** Whether a later change must wait for one of these. */
  holdsUp(change: ResourceChange): boolean {
    if (this.#things.has(change.id) || referencesOf(change).some((id) => this.#things.has(id))) return true;
    if (change.action === 'deleted') return this.#named.has(change.id);
    const values = valuesIn(change);
    return (
      values.some((value) => this.#values.has(value)) ||
      (values.length > 0 && this.#kindsDeletedFrom.has(change.kind))
    );
  }
}

/** Every thing that a change names, also those that it names no longer. */
function namedIn({ fields, sets }: ResourceChange): readonly string[] {
  const inFields = ['acsUserId', 'userIdentityId'].flatMap((name) => [fields[name]?.from, fields[name]?.to]);
  const inSets = Object.values(sets).flatMap(({ added, removed }) => [...added, ...removed]);
  return [...inFields, ...inSets].filter((id) => typeof id === 'string');
}

/** The unique values that a change takes or gives away. */
function valuesIn({ kind, fields }: ResourceChange): readonly string[] {
  return UNIQUE.flatMap((name) => {
    const { from, to } = fields[name] ?? {};
    return [from, to].flatMap((value) => (typeof value === 'string' ? [`${kind} ${name} ${value}`] : []));
  });
}
