import Database from 'better-sqlite3';
import { expect } from 'vitest';
import type { Json, ResourceKind, ResourceState } from '../../src/model/resource.ts';
import { isSame, type ResourceChange, referencesOf } from '../../src/model/resource-change.ts';
import type { OutboxMessage } from '../../src/model/sync.ts';
import { readResource } from '../../src/site/resources.ts';
import { holdingsOf } from './agreement.ts';
import type { Hotel, HotelDesk } from './hotel.ts';
import { Winners } from './winners.ts';

/**
 * Lets one desk alone tell what it has to tell, through a network with faults, and holds what became of each message, and what the property server has
 * afterwards, against the rules. Returns how many were refused.
 */
export async function hearFrom(
  hotel: Hotel,
  desk: HotelDesk,
  goOnline: () => Promise<void>,
): Promise<number> {
  const winners = new Winners(holdingsOf(hotel.above));
  const { outbox } = desk.site.store;
  const before = unsettledOf(desk);
  const last = outbox.lastSequence();
  const known = new Map(shared(desk));
  await goOnline();
  await desk.told();
  const later = messagesAfter(desk, last).filter(({ id }) => !before.some((one) => one.id === id));
  await desk.goOffline();

  const messages = [...before, ...later];
  const verdicts = new Map<string, string>();
  for (const { id, change, isForced } of inOrderOfArrival(hotel, messages)) {
    const verdict = winners.hear(translated(change, known), isForced);
    verdicts.set(id, verdict);
    if (verdict.startsWith('same as ')) known.set(change.id, verdict.slice('same as '.length));
  }
  const blocked = new Set<string>();
  const expected: string[] = [];
  const found: string[] = [];
  for (const { id, change } of messages) {
    const isBlocked = [change.id, ...referencesOf(change)].some((thing) => blocked.has(thing));
    const verdict = isBlocked ? 'waits' : (verdicts.get(id) ?? 'was told');
    if (verdict !== 'applied' && !verdict.startsWith('same as ')) blocked.add(change.id);
    const what = `${change.action} ${change.kind} ${change.id} ${JSON.stringify({ ...change.fields, ...change.sets })}`;
    expected.push(`${what}: ${verdict}`);
    found.push(`${what}: ${becameOf(desk, id, change.id, known)}`);
  }
  expect(found).toEqual(expected);
  expect(comparable(holdingsOf(hotel.above))).toEqual(comparable(winners.holdings));
  expect(overwritten(desk, unsettledOf(desk))).toEqual([]);
  return outbox.counts().refused;
}

/** What a desk does not have any more although it was refused, or waits, and nobody has decided about it. */
function overwritten(desk: HotelDesk, unsettled: readonly OutboxMessage[]): readonly string[] {
  const wanted = new Map<string, readonly [OutboxMessage, string, Json]>();
  for (const message of unsettled) {
    for (const [name, { to }] of Object.entries(message.change.fields)) {
      wanted.set(`${message.change.id} ${name}`, [message, name, to]);
    }
  }
  return [...wanted.values()].flatMap(([{ change }, name, to]) => {
    const state = readResource(desk.site, change);
    const isKept = state === null || isSame(state[name] ?? null, to);
    return isKept ? [] : [`${change.kind} ${change.id} ${name}: ${JSON.stringify(state[name])}`];
  });
}

/**
 * Those that arrived at the property server, in the order in which they did: what has nothing to do with each other may overtake. Whatever is
 * about one thing, or about what another message names, arrived in its order.
 */
function inOrderOfArrival(hotel: Hotel, messages: readonly OutboxMessage[]): readonly OutboxMessage[] {
  const file = new Database(hotel.server.file, { readonly: true });
  const times = file
    .prepare<[], { readonly id: string; readonly at: number }>(
      'SELECT message_id AS id, received_at AS at FROM desk_messages',
    )
    .all();
  file.close();
  const receivedAt = new Map(times.map(({ id, at }) => [id, at]));
  const arrived = messages
    .filter(({ id }) => receivedAt.has(id))
    .toSorted((a, b) => (receivedAt.get(a.id) ?? 0) - (receivedAt.get(b.id) ?? 0) || a.sequence - b.sequence);
  for (const [at, { change, sequence }] of arrived.entries()) {
    const overtaken = arrived.slice(at + 1).filter((other) => other.sequence < sequence);
    const things = [change.id, ...referencesOf(change)];
    expect(overtaken.filter((other) => things.includes(other.change.id))).toEqual([]);
  }
  return arrived;
}

/** What became of a message at the desk; `told`: the thing's id when it was told, as a credential takes the id of the one that it is one with. */
function becameOf(desk: HotelDesk, id: string, told: string, known: ReadonlyMap<string, string>): string {
  const message = desk.site.store.outbox.get(id);
  if (message === null) return 'gone';
  if (message.state === 'waiting') return 'waits';
  if (message.state === 'refused') return message.refusal?.code ?? 'refused';
  const { kind, id: thing, action } = message.change;
  const backendId =
    desk.site.store.sharedResources.get({ kind, id: thing })?.backendId ?? known.get(thing) ?? thing;
  return action === 'created' && backendId !== told ? `same as ${backendId}` : 'applied';
}

function unsettledOf(desk: HotelDesk): readonly OutboxMessage[] {
  const { outbox } = desk.site.store;
  const refused = outbox.refused({ after: 0, limit: 100_000 }).rows;
  return [...refused, ...outbox.waiting(0, 100_000)].toSorted((a, b) => a.sequence - b.sequence);
}

/** Every message with a greater sequence, whatever became of it. */
function messagesAfter(desk: HotelDesk, sequence: number): readonly OutboxMessage[] {
  const file = new Database(desk.file, { readonly: true });
  const ids = file.prepare<[number], string>(
    'SELECT message_id FROM outbox WHERE sequence > ? ORDER BY sequence',
  );
  const messages = ids
    .pluck()
    .all(sequence)
    .flatMap((id) => desk.site.store.outbox.get(id) ?? []);
  file.close();
  return messages;
}

/** Ids here and above, of what is not the same; also of what is gone here, and is to be told so. */
function shared(desk: HotelDesk): readonly (readonly [string, string])[] {
  const file = new Database(desk.file, { readonly: true });
  const rows = file.prepare<[], { readonly here: string; readonly above: string }>(
    'SELECT resource_id AS here, backend_id AS above FROM backend_resources WHERE resource_id <> backend_id',
  );
  const found = rows.all().map(({ here, above }) => [here, above] as const);
  file.close();
  return found;
}

/** A change with the backend's ids. */
function translated(change: ResourceChange, known: ReadonlyMap<string, string>): ResourceChange {
  const text = JSON.stringify(change);
  const replaced = [...known].reduce((so, [here, above]) => so.replaceAll(here, above), text);
  const copy: ResourceChange = JSON.parse(replaced);
  const { recordOnCard } = change.fields;
  // What is written on a card stays so.
  return recordOnCard === undefined ? copy : { ...copy, fields: { ...copy.fields, recordOnCard } };
}

/** Without what a property server decides by itself: the numbers of entrances. Empty sets are none, and sets have no order. */
function comparable(holdings: ReadonlyMap<ResourceKind, ReadonlyMap<string, ResourceState>>): unknown {
  return Object.fromEntries(
    [...holdings].map(([kind, of]) => [kind, Object.fromEntries([...of].map(plain))]),
  );
}

function plain([id, state]: readonly [string, ResourceState]): readonly [string, object] {
  const values = Object.entries(state).flatMap(([name, value]) => {
    if (name === 'number' || (Array.isArray(value) && value.length === 0)) return [];
    return [[name, Array.isArray(value) ? value.toSorted() : value]];
  });
  return [id, Object.fromEntries(values)];
}
