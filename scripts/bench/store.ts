import type { Page, PageRequest } from '../../src/store/paging.ts';
import type { Store } from '../../src/store/store.ts';
import { cost, type Figure, percentile } from './figure.ts';
import { cameAt, GUESTS } from './million.ts';

const ROUNDS = 9;
const PAGE: PageRequest = { after: 0, limit: 100 };

type Question = (store: Store, count: number) => Page<unknown> | object | null;

/** A page that begins behind the row with this sequence. */
const behind = (sequence: number): PageRequest => ({ after: Math.floor(sequence), limit: 100 });

const QUESTIONS: readonly (readonly [string, Question])[] = [
  ['users: first page', (store) => store.users.list({}, PAGE)],
  ['users: page in the middle', (store, count) => store.users.list({}, behind(count / 2))],
  ['users: search that every guest matches', (store) => store.users.list({ search: 'EXAMPLE.com' }, PAGE)],
  [
    'users: the same, page in the middle',
    (store, count) => store.users.list({ search: 'EXAMPLE.com' }, behind(count / 2)),
  ],
  ['users: search for one guest', (store, count) => store.users.list({ search: `guest${count - 7}@` }, PAGE)],
  ['users: search for one letter', (store) => store.users.list({ search: 'ü' }, PAGE)],
  ['users: search for nobody', (store) => store.users.list({ search: 'nobody at all' }, PAGE)],
  [
    'users: created before the middle',
    (store, count) => store.users.list({ createdBefore: cameAt(count / 2, count) }, PAGE),
  ],
  ['users: of an access group of everybody', (store) => store.users.list({ acsAccessGroupId: GUESTS }, PAGE)],
  [
    'users: by the identity’s e-mail address',
    (store) => store.users.list({ identityEmailAddress: 'guest7@example.com' }, PAGE),
  ],
  ['identities: search for one key', (store) => store.userIdentities.list({ search: 'guest-7' }, PAGE)],
  [
    'identities: created before the first guest',
    (store, count) => store.userIdentities.list({ createdBefore: cameAt(2, count) }, PAGE),
  ],
  ['credentials: first page', (store) => store.credentials.list({}, PAGE)],
  [
    'credentials: search for a card number',
    (store) => store.credentials.list({ search: '1303689068602877' }, PAGE),
  ],
  ['credentials: search for every card', (store) => store.credentials.list({ search: 'card 130' }, PAGE)],
  ['credentials: multi-phone sync', (store) => store.credentials.list({ isMultiPhoneSync: true }, PAGE)],
  [
    'credentials: created before the middle',
    (store, count) => store.credentials.list({ createdBefore: cameAt(count / 2, count) }, PAGE),
  ],
  ['credentials: that open the gate', (store) => store.credentials.list({ acsEntranceId: 'gate' }, PAGE)],
  ['credential by card number', (store) => store.credentials.withCardNumber('1303689068602877')],
  ['attempts: first page', (store) => store.attempts.list({}, PAGE)],
  ['attempts: live', (store) => store.attempts.live()],
  [
    'events: since the last but 50',
    (store, count) => store.events.list({ since: cameAt(count - 50, count) }, PAGE),
  ],
  [
    'events: between, in the middle',
    (store, count) =>
      store.events.list({ since: cameAt(count / 2, count), before: cameAt(count / 2 + 60, count) }, PAGE),
  ],
  [
    'events: of two types, since the middle',
    (store, count) =>
      store.events.list(
        { types: ['acs_user.deleted', 'acs_credential.issued'], since: cameAt(count / 2, count) },
        PAGE,
      ),
  ],
  [
    'events: of a type that there is none of',
    (store) => store.events.list({ types: ['acs_entrance.added'], since: 0 }, PAGE),
  ],
];

/** Milliseconds that each list, search and get takes on a store with `count` of everything, against one with a few. */
export function benchStore(crowded: Store, count: number, small: Store, few: number): readonly Figure[] {
  return QUESTIONS.map(([name, ask]) => {
    const [own, floor] = [[], []] as [number[], number[]];
    // In turns, so that both meet the same moods of the machine; the first turn warms up.
    for (let round = 0; round <= ROUNDS; round += 1) {
      const times = [timed(() => ask(crowded, count)), timed(() => ask(small, few))];
      if (round > 0) for (const [at, list] of [own, floor].entries()) list.push(times[at] ?? 0);
    }
    return cost(
      `store of ${count}: ${name} (p50)`,
      'ms',
      percentile(own, 0.5),
      percentile(floor, 0.5),
      `the same of ${few}`,
    );
  });
}

function timed(work: () => unknown): number {
  const began = performance.now();
  work();
  return performance.now() - began;
}
