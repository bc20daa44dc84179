import fc from 'fast-check';
import type { Card } from '../../src/model/card.ts';
import type { ResourceKind } from '../../src/model/resource.ts';
import {
  addToAccessGroup,
  removeFromAccessGroup,
  suspendUser,
  unsuspendUser,
} from '../../src/site/access.ts';
import { createAccessGroup, deleteAccessGroup, updateAccessGroup } from '../../src/site/access-groups.ts';
import { noteWritten } from '../../src/site/card-writes.ts';
import { deleteCredential } from '../../src/site/credential-deletion.ts';
import { unassignCredential, updateCredential } from '../../src/site/credentials.ts';
import { createEntrance, deleteEntrance } from '../../src/site/entrances.ts';
import { SiteError } from '../../src/site/errors.ts';
import { createCredential } from '../../src/site/new-credential.ts';
import { listResources } from '../../src/site/resources.ts';
import { assignScannedCard } from '../../src/site/scanned-card.ts';
import type { Site } from '../../src/site/site.ts';
import { createUser, deleteUser, updateUser } from '../../src/site/users.ts';
import { EVERY_ROW } from '../../src/store/paging.ts';
import { encode as encodeAtHand } from '../src/site/card-bed.ts';

/** Something that somebody does at one of the places. What it works on is drawn as numbers, which name what is there by then. */
export interface HistoryStep {
  /** 0: the property server; 1 and 2: the desks. */
  readonly place: number;
  readonly work: Work;
}

type Work =
  | { readonly verb: 'create_user' | 'create_group' | 'create_entrance'; readonly name: number }
  | { readonly verb: 'rename_user' | 'rename_group'; readonly which: number; readonly name: number }
  | { readonly verb: 'suspend' | 'unsuspend'; readonly which: number }
  | {
      readonly verb: 'delete_user' | 'delete_group' | 'delete_credential' | 'delete_entrance';
      readonly which: number;
    }
  | { readonly verb: 'add_to_group' | 'remove_from_group'; readonly which: number; readonly group: number }
  | { readonly verb: 'group_opens'; readonly which: number; readonly entrance: number }
  | { readonly verb: 'assign_card' | 'encode'; readonly which: number; readonly card: number }
  | { readonly verb: 'unassign'; readonly which: number }
  | { readonly verb: 'prolong'; readonly which: number; readonly days: number };

/** Few, so that two desks often mean the same one. */
export const CARDS: readonly Card[] = ['04AA0000000001', '04AA0000000002', '04AA0000000003'].map((uid) => ({
  uid,
  technology: 'ntag215',
}));

const NAMES = ['Ada', 'Ben', 'Cleo', 'Dan'];

const LAST_DAY = Date.parse('2040-01-01T00:00:00Z');
const DAY_MS = 86_400_000;

const which = fc.nat({ max: 5 });
const name = fc.nat({ max: NAMES.length - 1 });

const drawnWork: fc.Arbitrary<Work> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ verb: fc.constant('create_user' as const), name }) },
  { weight: 2, arbitrary: fc.record({ verb: fc.constantFrom('create_group', 'create_entrance'), name }) },
  { weight: 4, arbitrary: fc.record({ verb: fc.constantFrom('rename_user', 'rename_group'), which, name }) },
  { weight: 2, arbitrary: fc.record({ verb: fc.constantFrom('suspend', 'unsuspend'), which }) },
  {
    weight: 3,
    arbitrary: fc.record({
      verb: fc.constantFrom('delete_user', 'delete_group', 'delete_credential', 'delete_entrance'),
      which,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      verb: fc.constantFrom('add_to_group', 'remove_from_group'),
      which,
      group: which,
    }),
  },
  { weight: 2, arbitrary: fc.record({ verb: fc.constant('group_opens' as const), which, entrance: which }) },
  {
    weight: 8,
    arbitrary: fc.record({
      verb: fc.constantFrom('assign_card', 'encode'),
      which,
      card: fc.nat({ max: CARDS.length - 1 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ verb: fc.constant('unassign' as const), which }) },
  {
    weight: 3,
    arbitrary: fc.record({ verb: fc.constant('prolong' as const), which, days: fc.nat({ max: 3 }) }),
  },
);

export const drawnStep: fc.Arbitrary<HistoryStep> = fc.record({ place: fc.nat({ max: 2 }), work: drawnWork });

/** Does a step, unless the rules of the place say no. */
export function perform(site: Site, work: Work): void {
  try {
    site.store.transaction(() => doIt(site, work));
  } catch (error) {
    if (!(error instanceof SiteError)) throw error;
  }
}

/** The id of the thing that a number means; throws a SiteError when there is none. */
function pick(site: Site, kind: ResourceKind, drawn: number): string {
  const { rows } = listResources(site, kind, EVERY_ROW);
  const found = rows[drawn % Math.max(1, rows.length)];
  if (found === undefined) throw new SiteError('invalid_input', `There is no ${kind} here.`);
  return found.id;
}

function doIt(site: Site, work: Work): void {
  switch (work.verb) {
    case 'create_user':
      createUser(site, {
        ...{ fullName: named(work.name), emailAddress: null, phoneNumber: null },
        accessSchedule: null,
        userIdentityId: null,
      });
      return;
    case 'create_group':
      createAccessGroup(site, { name: named(work.name), entranceIds: [] });
      return;
    case 'create_entrance':
      createEntrance(site, named(work.name));
      return;
    case 'rename_user':
      updateUser(site, { acsUserId: pick(site, 'acs_user', work.which) }, { fullName: named(work.name) });
      return;
    case 'rename_group':
      updateAccessGroup(site, pick(site, 'acs_access_group', work.which), { name: named(work.name) });
      return;
    case 'suspend':
      suspendUser(site, { acsUserId: pick(site, 'acs_user', work.which) });
      return;
    case 'unsuspend':
      unsuspendUser(site, { acsUserId: pick(site, 'acs_user', work.which) });
      return;
    case 'delete_user':
      deleteUser(site, { acsUserId: pick(site, 'acs_user', work.which) });
      return;
    case 'delete_group':
      deleteAccessGroup(site, pick(site, 'acs_access_group', work.which));
      return;
    case 'delete_credential':
      deleteCredential(site, pick(site, 'acs_credential', work.which));
      return;
    case 'delete_entrance':
      deleteEntrance(site, pick(site, 'acs_entrance', work.which));
      return;
    case 'add_to_group':
      addToAccessGroup(site, pick(site, 'acs_access_group', work.group), userAt(site, work.which));
      return;
    case 'remove_from_group': {
      const acsUserId = pick(site, 'acs_user', work.which);
      removeFromAccessGroup(site, pick(site, 'acs_access_group', work.group), { acsUserId });
      return;
    }
    case 'group_opens': {
      const id = pick(site, 'acs_access_group', work.which);
      updateAccessGroup(site, id, { entranceIds: [pick(site, 'acs_entrance', work.entrance)] });
      return;
    }
    case 'assign_card':
      assignScannedCard(site, cardAt(work.card), userAt(site, work.which), true);
      return;
    case 'encode':
      encode(site, pick(site, 'acs_user', work.which), cardAt(work.card));
      return;
    case 'unassign': {
      const id = pick(site, 'acs_credential', work.which);
      const acsUserId = site.store.credentials.get(id)?.acsUserId ?? null;
      if (acsUserId !== null) unassignCredential(site, id, acsUserId);
      return;
    }
    case 'prolong':
      updateCredential(site, pick(site, 'acs_credential', work.which), {
        endsAt: LAST_DAY + work.days * DAY_MS,
      });
  }
}

/** Writes a user's card, or a new one, unless the card may not be had. */
function encode(site: Site, acsUserId: string, card: Card): void {
  const known = site.store.credentials
    .list({ acsUserId }, EVERY_ROW)
    .rows.find(({ accessMethod }) => accessMethod === 'card');
  const credential =
    known ??
    createCredential(site, {
      ...{ accessMethod: 'card', acsUserId, code: null, entranceIds: [] },
      ...{ startsAt: null, endsAt: null },
    });
  const plan = encodeAtHand(site, credential.id, { card, replacesLostCard: true, mayOverwrite: true });
  if (plan.outcome === 'planned') noteWritten(site, plan.writeId, plan.purpose, false);
}

const userAt = (site: Site, drawn: number) =>
  ({ kind: 'acs_user', acsUserId: pick(site, 'acs_user', drawn) }) as const;

const named = (drawn: number): string => NAMES[drawn % NAMES.length] ?? 'Nobody';

function cardAt(drawn: number): Card {
  const card = CARDS[drawn % CARDS.length];
  if (card === undefined) throw new Error('no cards');
  return card;
}
