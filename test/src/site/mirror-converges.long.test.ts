import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Card } from '../../../src/model/card.ts';
import type { ResourceState, SETS } from '../../../src/model/resource.ts';
import { referencesOf } from '../../../src/model/resource-change.ts';
import { addToAccessGroup, grantAccess, revokeAllAccess, suspendUser } from '../../../src/site/access.ts';
import { createAccessGroup, deleteAccessGroup, updateAccessGroup } from '../../../src/site/access-groups.ts';
import { noteWritten } from '../../../src/site/card-writes.ts';
import { deleteCredential } from '../../../src/site/credential-deletion.ts';
import { unassignCredential, updateCredential } from '../../../src/site/credentials.ts';
import { createEntrance, deleteEntrance } from '../../../src/site/entrances.ts';
import { SiteError } from '../../../src/site/errors.ts';
import { feedCursor, newsAfter, readItems } from '../../../src/site/feed.ts';
import { createUserIdentity, updateUserIdentity } from '../../../src/site/identities.ts';
import { deleteUserIdentity } from '../../../src/site/identity-users.ts';
import { applyMirrored, heldToRead } from '../../../src/site/mirror.ts';
import { idAbove } from '../../../src/site/mirror-ids.ts';
import { createCredential } from '../../../src/site/new-credential.ts';
import { asBackendKnows, retryMessage, settle, takeBackendsVersion } from '../../../src/site/outbox.ts';
import { takeReport } from '../../../src/site/reports.ts';
import { assignScannedCard } from '../../../src/site/scanned-card.ts';
import type { Site } from '../../../src/site/site.ts';
import { deleteUser, updateUser } from '../../../src/site/users.ts';
import { EVERY_ROW } from '../../../src/store/paging.ts';
import { encode } from './card-bed.ts';
import { everythingOf, held, pairDesk, waiting, walkThrough } from './mirror-bed.ts';
import { addUser, openTestSite, type StillSite } from './site-bed.ts';

/** One of the rows that there are. */
const pick = <T>(rows: readonly T[], at: number): T => {
  const row = rows[at % rows.length];
  if (row === undefined) throw new SiteError('invalid_input', 'There is none.');
  return row;
};

const card = (at: number): Card => ({ uid: `04A1B2C3D4E5F${at % 3}`, technology: 'ntag215' });

const users = (site: Site) => site.store.users.list({}, EVERY_ROW).rows;
const identities = (site: Site) => site.store.userIdentities.list({}, EVERY_ROW).rows;
const groups = (site: Site) => site.store.accessGroups.list({}, EVERY_ROW).rows;
const entrances = (site: Site) => site.store.entrances.list({}, EVERY_ROW).rows;
const credentials = (site: Site) => site.store.credentials.list({}, EVERY_ROW).rows;

const credential = (site: Site, accessMethod: 'card' | 'code', user: number, code: string | null) =>
  createCredential(site, {
    ...{ accessMethod, acsUserId: pick(users(site), user).id, code, startsAt: null, endsAt: null },
    entranceIds: entrances(site)
      .slice(0, 1)
      .map(({ id }) => id),
  });

/** What somebody may do at a desk, or at the property server; two numbers say with what. */
const DEEDS: Readonly<Record<string, (site: Site, one: number, other: number) => unknown>> = {
  addUser: (site, one) => addUser(site, `Guest ${one}`),
  addUserOfPerson: (site, one) =>
    addUser(site, `Guest ${one}`, { userIdentityId: pick(identities(site), one).id }),
  rename: (site, one, other) =>
    updateUser(site, { acsUserId: pick(users(site), one).id }, { fullName: `Guest ${other}` }),
  suspend: (site, one) => suspendUser(site, { acsUserId: pick(users(site), one).id }),
  deleteUser: (site, one) => deleteUser(site, { acsUserId: pick(users(site), one).id }),
  addPerson: (site, one, other) =>
    createUserIdentity(site, {
      ...{ key: `key-${one % 3}`, fullName: `Person ${one}`, phoneNumber: null },
      emailAddress: `person-${other % 3}@example.com`,
    }),
  changePerson: (site, one, other) =>
    updateUserIdentity(site, pick(identities(site), one).id, { emailAddress: `${other % 3}@example.com` }),
  deletePerson: (site, one) => deleteUserIdentity(site, pick(identities(site), one).id),
  addGroup: (site, one) =>
    createAccessGroup(site, {
      name: `Group ${one % 3}`,
      entranceIds: entrances(site)
        .slice(0, 2)
        .map(({ id }) => id),
    }),
  changeGroup: (site, one, other) =>
    updateAccessGroup(site, pick(groups(site), one).id, { name: `Group ${other % 3}` }),
  deleteGroup: (site, one) => deleteAccessGroup(site, pick(groups(site), one).id),
  join: (site, one, other) =>
    addToAccessGroup(site, pick(groups(site), one).id, {
      kind: 'acs_user',
      acsUserId: pick(users(site), other).id,
    }),
  addEntrance: (site, one) => createEntrance(site, `Door ${one % 3}`),
  deleteEntrance: (site, one) => deleteEntrance(site, pick(entrances(site), one).id),
  grant: (site, one, other) =>
    grantAccess(site, pick(entrances(site), one).id, {
      kind: 'acs_user',
      acsUserId: pick(users(site), other).id,
    }),
  revoke: (site, one) => revokeAllAccess(site, { acsUserId: pick(users(site), one).id }),
  scan: (site, one, other) =>
    assignScannedCard(site, card(one), { kind: 'acs_user', acsUserId: pick(users(site), other).id }, true),
  addPin: (site, one, other) => credential(site, 'code', one, `826${other % 3}`),
  addCard: (site, one) => credential(site, 'card', one, null),
  issue: (site, one, other) => {
    const { id } = pick(credentials(site), one);
    const plan = encode(site, id, { card: card(other), replacesLostCard: true, mayOverwrite: true });
    if (plan.outcome === 'planned') noteWritten(site, plan.writeId, 'order', false);
  },
  prolong: (site, one, other) =>
    updateCredential(site, pick(credentials(site), one).id, {
      endsAt: site.clock.now() + (1 + (other % 5)) * 1_000_000,
    }),
  unassign: (site, one) => {
    const { id, acsUserId } = pick(credentials(site), one);
    unassignCredential(site, id, acsUserId ?? 'nobody');
  },
  deleteCredential: (site, one) => deleteCredential(site, pick(credentials(site), one).id),
};

/** What all know of in the beginning. */
function furnish(above: Site): void {
  for (const at of [0, 1]) {
    createEntrance(above, `Door ${at}`);
    DEEDS['addGroup']?.(above, at, at);
    DEEDS['addPerson']?.(above, at, at);
    DEEDS['addUserOfPerson']?.(above, at, at);
    DEEDS['addUser']?.(above, at, at);
    DEEDS['addCard']?.(above, at, at);
  }
  DEEDS['scan']?.(above, 0, 0);
}

/** A desk with its place in the news. */
class Desk {
  readonly site: StillSite = openTestSite({ hasBackend: true });
  readonly #above: Site;
  readonly #id: string;
  #cursor: string;

  constructor(above: Site, name: string) {
    this.#above = above;
    this.#id = pairDesk(above, name);
    this.#cursor = feedCursor(above);
  }

  /** Tells up to `most` of what waits, and does not wait for a refused message. */
  tell(most: number): void {
    const { outbox } = this.site.store;
    const heldUp = new Set(outbox.refusedResources().map(({ id }) => id));
    let told = 0;
    for (const { id } of waiting(this.site)) {
      const message = outbox.get(id);
      if (message?.state !== 'waiting' || told === most) continue;
      const { change } = message;
      if ([change.id, ...referencesOf(change)].some((one) => heldUp.has(one))) {
        heldUp.add(change.id);
        continue;
      }
      const desk = this.#above.store.pairedDesks.get(this.#id);
      if (desk === null) throw new Error('the desk is not paired');
      const [verdict] = takeReport(this.#above, desk, [asBackendKnows(this.site, message)]);
      if (verdict === undefined) throw new Error('there is no verdict');
      settle(this.site, [{ message, verdict }]);
      if (verdict.verdict === 'refused') heldUp.add(change.id);
      told += 1;
    }
  }

  hearAll(): void {
    walkThrough(this.site, this.#above);
  }

  hear(): void {
    for (let hasMore = true; hasMore; ) {
      const page = newsAfter(this.#above, this.#cursor);
      applyMirrored(this.site, page.items, null);
      this.#cursor = page.cursor;
      hasMore = page.hasMore;
    }
    applyMirrored(this.site, readItems(this.#above, heldToRead(this.site, 100)), null);
  }

  /** A person decides about the first refused message. */
  decide(isRetried: boolean): void {
    const [refused] = this.site.store.outbox.refused({ after: 0, limit: 1 }).rows;
    if (refused === undefined) return;
    if (isRetried) retryMessage(this.site, refused.id);
    else takeBackendsVersion(this.site, refused.id);
  }

  get isQuiet(): boolean {
    const { waiting: left, refused } = this.site.store.outbox.counts();
    return left + refused + this.site.store.heldItems.count() === 0;
  }

  /** What the desk has, with the ids that things have above. */
  contents(): unknown {
    return sorted(
      everythingOf(this.site).map(({ kind, id, state }) => [
        `${kind} ${idAbove(this.site, { kind, id })}`,
        comparable(kind, state, (name, one) => idAbove(this.site, { kind: name, id: one })),
      ]),
    );
  }
}

const sorted = (entries: readonly (readonly [string, unknown])[]) =>
  Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));

/** What desks and their backend must agree on; two things that became one were made at different times. */
function comparable(
  kind: keyof typeof SETS,
  state: ResourceState | null,
  idOf: (kind: keyof typeof SETS, id: string) => string,
): unknown {
  const kinds = {
    acsUserId: 'acs_user',
    userIdentityId: 'user_identity',
    entranceIds: 'acs_entrance',
    grantedEntranceIds: 'acs_entrance',
    accessGroupIds: 'acs_access_group',
  } as const;
  const known: Record<string, unknown> = { ...state, createdAt: null };
  for (const [name, of] of Object.entries(kinds)) {
    const value = state?.[name];
    if (typeof value === 'string') known[name] = idOf(of, value);
    if (Array.isArray(value)) known[name] = value.map((id) => idOf(of, String(id))).toSorted();
  }
  return { kind, ...known };
}

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      at: fc.integer({ min: 0, max: 2 }),
      deed: fc.constantFrom(...Object.keys(DEEDS)),
      one: fc.nat(8),
      other: fc.nat(8),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      desk: fc.integer({ min: 0, max: 1 }),
      sync: fc.constantFrom('tell', 'tell', 'hear', 'hear', 'walk', 'retry', 'take'),
    }),
  },
);

const MOST_ROUNDS = 60;

test('two desks and their backend agree in the end, whatever was done at each while they did not hear of each other', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 25, maxLength: 60 }), (steps) => {
      const above = openTestSite();
      furnish(above);
      const desks = [new Desk(above, 'One'), new Desk(above, 'Two')];
      const sites = [above, ...desks.map(({ site }) => site)];
      for (const desk of desks) desk.hearAll();
      for (const one of steps) {
        for (const site of sites) {
          if ('advance' in site.clock && typeof site.clock.advance === 'function') site.clock.advance(1_000);
        }
        if ('deed' in one) {
          try {
            DEEDS[one.deed]?.(pick(sites, one.at), one.one, one.other);
          } catch (error) {
            if (!(error instanceof SiteError)) throw error;
          }
          continue;
        }
        const desk = pick(desks, one.desk);
        if (one.sync === 'tell') desk.tell(3);
        else if (one.sync === 'hear') desk.hear();
        else if (one.sync === 'walk') desk.hearAll();
        else desk.decide(one.sync === 'retry');
      }
      for (let rounds = 0; rounds < MOST_ROUNDS; rounds++) {
        for (const desk of desks) {
          desk.tell(1_000);
          desk.hear();
          desk.decide(rounds % 4 === 0);
        }
        if (desks.every(({ isQuiet }) => isQuiet)) break;
      }
      for (const desk of desks) desk.hear();
      for (const { site } of desks) {
        expect({ held: held(site), ...site.store.outbox.counts() }).toEqual({
          ...{ held: {}, waiting: 0, refused: 0 },
        });
      }
      const agreed = sorted(
        everythingOf(above).map(({ kind, id, state }) => [
          `${kind} ${id}`,
          comparable(kind, state, (_, one) => one),
        ]),
      );
      for (const desk of desks) expect(desk.contents()).toEqual(agreed);
    }),
    { numRuns: 60 },
  );
}, 900_000);
