import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RESOURCE_KINDS, type ResourceKind } from '../../../src/model/resource.ts';
import { type ResourceChange, referencesOf } from '../../../src/model/resource-change.ts';
import type { OutboxMessage } from '../../../src/model/sync.ts';
import { DeliveryOrder } from '../../../src/sync/delivery-order.ts';

let numbers = 0;

interface Draft {
  readonly kind?: ResourceKind;
  readonly action?: ResourceChange['action'];
  readonly fields?: Readonly<Record<string, readonly [string | null, string | null]>>;
  readonly added?: readonly string[];
  readonly removed?: readonly string[];
}

/** A message about the thing `id`. */
function about(
  id: string,
  { kind = 'acs_user', action = 'updated', fields = {}, added = [], removed = [] }: Draft = {},
  sequence = ++numbers,
): OutboxMessage {
  const changes = Object.entries(fields).map(([name, [from, to]]) => [name, { from, to }] as const);
  return {
    id: `message ${sequence}`,
    sequence,
    change: {
      kind,
      id,
      action,
      fields: Object.fromEntries(changes),
      sets: added.length + removed.length > 0 ? { accessGroupIds: { added, removed } } : {},
      event: null,
    },
    state: 'waiting',
    attempts: 0,
    isForced: false,
    refusal: null,
    createdAt: 0,
    settledAt: null,
  };
}

const always = { isReady: () => true, isAlone: () => false };
const things = (messages: readonly OutboxMessage[]) => messages.map(({ change }) => change.id);

/** What may go one after the other while nothing is settled, each alone. */
function goTogether(...messages: readonly OutboxMessage[]): readonly string[] {
  const order = new DeliveryOrder();
  for (const message of messages) order.add(message);
  const gone: OutboxMessage[] = [];
  for (;;) {
    const part = order.next({ most: 1, ...always });
    if (part.length === 0)
      return gone.map(({ sequence }) => `${messages.findIndex((one) => one.sequence === sequence)}`);
    gone.push(...part);
  }
}

describe('a message waits for an earlier one', () => {
  test.each<[string, OutboxMessage, OutboxMessage]>([
    ['about the same thing', about('ada'), about('ada')],
    ['about a thing that it names', about('ada'), about('card', { fields: { acsUserId: [null, 'ada'] } })],
    ['about a thing that it puts into a set', about('group'), about('ada', { added: ['group'] })],
    [
      'that names what it deletes',
      about('card', { fields: { acsUserId: [null, 'ada'] } }),
      about('ada', { action: 'deleted' }),
    ],
    [
      'that takes away from what it deletes',
      about('card', { fields: { acsUserId: ['ada', 'bob'] } }),
      about('ada', { action: 'deleted' }),
    ],
    [
      'that takes what it deletes out of a set',
      about('ada', { removed: ['group'] }),
      about('group', { kind: 'acs_access_group', action: 'deleted' }),
    ],
    [
      'that gives away the e-mail address that it takes',
      about('ada', { fields: { emailAddress: ['a@b.example', null] } }),
      about('bob', { fields: { emailAddress: [null, 'a@b.example'] } }),
    ],
    [
      'that deletes something of its kind, if it takes something that must be nobody else’s',
      about('card 1', { kind: 'acs_credential', action: 'deleted' }),
      about('card 2', { kind: 'acs_credential', action: 'created', fields: { cardNumber: [null, '77'] } }),
    ],
  ])('%s', (_, earlier, later) => {
    expect(goTogether(earlier, later)).toEqual(['0']);
    const order = new DeliveryOrder();
    order.add(earlier);
    order.add(later);
    const [first] = order.next({ most: 1, ...always });
    if (first === undefined) throw new Error('nothing went');
    order.settled(first);
    expect(order.next({ most: 1, ...always })).toEqual([later]);
  });

  test('and for nothing else', () => {
    expect(
      goTogether(
        about('ada', { fields: { fullName: ['Ada', 'Bob'], emailAddress: [null, 'a@b.example'] } }),
        about('bob', { fields: { fullName: ['Ada', 'Bob'] } }),
        about('gate', { kind: 'acs_entrance', action: 'deleted' }),
        about('card', { kind: 'acs_credential', fields: { acsUserId: ['ada', null] } }),
      ),
    ).toEqual(['0', '1', '2', '3']);
  });
});

describe('one delivery', () => {
  const chosen = (messages: readonly OutboxMessage[], alone: readonly OutboxMessage[] = []) => {
    const order = new DeliveryOrder();
    for (const message of messages) order.add(message);
    return order.next({ most: 10, isReady: () => true, isAlone: (one) => alone.includes(one) });
  };

  test('holds changes of one thing, and those that name it, in their order', () => {
    const made = about('ada', { action: 'created' });
    const naming = about('card', { fields: { acsUserId: [null, 'ada'] } });
    const messages = [made, about('ada'), about('bob'), naming, about('ada', { action: 'deleted' })];
    expect(chosen(messages)).toEqual(messages);
  });

  test('holds nothing that must wait for what is not in it: what is under way, or not ready, or goes alone', () => {
    const order = new DeliveryOrder();
    const [first, second, third] = [about('ada'), about('bob'), about('eve')];
    for (const message of [first, second, third]) order.add(message);
    expect(order.next({ most: 1, ...always })).toEqual([first]);
    const later = [about('ada'), about('bob'), about('eve'), about('kim')];
    for (const message of later) order.add(message);
    const rules = {
      isReady: (one: OutboxMessage) => one !== second,
      isAlone: (one: OutboxMessage) => one === later[2],
    };
    expect(order.next({ most: 10, ...rules })).toEqual([third, later[3]]);
  });

  test('holds nothing beside a message that goes alone, wherever that stands', () => {
    const [one, two, three] = [about('ada'), about('bob'), about('eve')];
    expect(chosen([one, two, three], [one])).toEqual([one]);
    expect(chosen([one, two, three], [two])).toEqual([one, three]);
  });

  test('holds as many as it may', () => {
    const messages = Array.from({ length: 25 }, (_, at) => about(`user ${at}`));
    expect(chosen(messages)).toEqual(messages.slice(0, 10));
  });
});

describe('a refused message', () => {
  test('holds up what comes later about its thing, or names it, and what waits for those', () => {
    const order = new DeliveryOrder();
    const refused = about('ada');
    order.block(refused);
    const later = [
      about('ada'),
      about('card', { fields: { acsUserId: [null, 'ada'] } }),
      about('card'),
      about('bob'),
    ];
    for (const message of later) order.add(message);
    expect(things(order.next({ most: 10, ...always }))).toEqual(['bob']);
    expect(order.waiting).toBe(0);
  });

  test('holds up what was read before it was refused', () => {
    const order = new DeliveryOrder();
    const [first, second] = [about('ada'), about('ada')];
    order.add(first);
    order.add(second);
    order.next({ most: 1, ...always });
    order.settled(first);
    order.block(first);
    expect(order.next({ most: 1, ...always })).toEqual([]);
  });

  test('does not hold up what is earlier', () => {
    const order = new DeliveryOrder();
    const earlier = about('ada');
    order.block(about('ada'));
    order.add(earlier);
    expect(order.next({ most: 1, ...always })).toEqual([earlier]);
  });
});

describe('a message that was not told', () => {
  test('stands where it stood', () => {
    const order = new DeliveryOrder();
    const messages = [about('ada'), about('bob'), about('eve')];
    for (const message of messages) order.add(message);
    const part = order.next({ most: 2, ...always });
    for (const message of part.toReversed()) order.putBack(message);
    expect(order.next({ most: 10, ...always })).toEqual(messages);
  });

  test('is there once, although the outbox was read anew meanwhile', () => {
    const order = new DeliveryOrder();
    const message = about('ada');
    order.add(message);
    order.next({ most: 1, ...always });
    order.clear();
    order.add(message);
    order.putBack(message);
    order.putBack(message);
    expect(order.waiting).toBe(1);
    expect(order.next({ most: 10, ...always })).toEqual([message]);
  });
});

const THINGS = ['a', 'b', 'c', 'd', 'e', 'f'];

const draft = fc.record({
  thing: fc.constantFrom(...THINGS),
  kind: fc.constantFrom(...RESOURCE_KINDS),
  action: fc.constantFrom<ResourceChange['action']>('created', 'updated', 'updated', 'deleted'),
  added: fc.subarray(THINGS, { maxLength: 2 }),
  email: fc.constantFrom(null, 'one', 'two'),
});

describe('in any mix of messages, eight deliveries at a time', () => {
  test('none comes before what it must wait for, whichever fail and come again, and all come', () => {
    fc.assert(
      fc.property(
        fc.array(draft, { maxLength: 60 }),
        fc.integer({ min: 1, max: 6 }),
        fc.infiniteStream(fc.nat({ max: 99 })),
        (drafts, most, chances) => {
          const messages = drafts.map(({ thing, kind, action, added, email }, at) =>
            about(
              thing,
              action === 'deleted'
                ? { kind, action }
                : { kind, action, added, fields: { emailAddress: [null, email] } },
              at + 1,
            ),
          );
          const chance = () => Number(chances.next().value);
          const order = new DeliveryOrder();
          for (const message of messages) order.add(message);
          const lanes: (readonly OutboxMessage[])[] = [];
          const told: OutboxMessage[] = [];
          for (let step = 0; told.length < messages.length; step += 1) {
            if (step > 10_000) throw new Error('it does not end');
            if (lanes.length < 8) {
              const part = order.next({ most, isReady: () => chance() < 80, isAlone: () => chance() < 10 });
              if (part.length > 0) lanes.push(part);
            }
            if (lanes.length > 0 && chance() < 60) {
              const [part = []] = lanes.splice(chance() % lanes.length, 1);
              const hasArrived = chance() < 70;
              for (const message of part) {
                if (hasArrived) {
                  told.push(message);
                  order.settled(message);
                } else order.putBack(message);
              }
            }
          }
          const place = new Map(told.map(({ sequence }, at) => [sequence, at]));
          for (const later of messages) {
            for (const earlier of messages.slice(0, later.sequence - 1)) {
              const isBound =
                earlier.change.id === later.change.id ||
                referencesOf(later.change).includes(earlier.change.id);
              if (!isBound) continue;
              expect(place.get(earlier.sequence)).toBeLessThan(place.get(later.sequence) ?? -1);
            }
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
