import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { creation, membership, type ResourceChange, update } from '../../../../src/model/resource-change.ts';
import { BackendError } from '../../../../src/sync/backend-error.ts';
import { type Desk, openDeskFirst } from '../../../stories/desk.ts';
import { deliver, message, newCredential, newUser, SecondDesk, scannedCard } from './seam-bed.ts';

let desk: Desk;
openDeskFirst((opened) => {
  desk = opened;
});

const ends = Date.now() + 86_400_000;

/** A change, and what is above once it has been told: the same, however often it had to be told. */
interface Scenario {
  readonly change: ResourceChange;
  readonly seen: () => Promise<unknown>;
}

const SCENARIOS: Readonly<Record<string, (above: SecondDesk) => Promise<Scenario>>> = {
  'a user with a group and a grant': async (above) => {
    const [groupId, entranceId] = [await above.group(), await above.entrance()];
    const name = `Guest ${randomUUID()}`;
    return {
      change: newUser(name, {
        isSuspended: true,
        accessGroupIds: [groupId],
        grantedEntranceIds: [entranceId],
      }),
      seen: async () => {
        const [user, ...others] = await above.seam.acs.users.list({ search: name });
        const id = user?.acs_user_id ?? '';
        const isInGroup = (await above.groupsOf(id)).includes(groupId);
        const { is_suspended } = user ?? {};
        await above.seam.acs.users.unsuspend({ acs_user_id: id });
        const open = await above.seam.acs.users.listAccessibleEntrances({ acs_user_id: id });
        return { others: others.length, isInGroup, is_suspended, open: open.length };
      },
    };
  },
  'a person': async (above) => {
    const fullName = `Person ${randomUUID()}`;
    const state = { key: null, fullName, emailAddress: null, phoneNumber: null, createdAt: 0 };
    return {
      change: creation('user_identity', randomUUID(), state),
      seen: async () => (await above.seam.userIdentities.list({ search: fullName })).length,
    };
  },
  'a card that was scanned': async (above) => {
    const acs_user_id = await above.user('Ada');
    return { change: scannedCard(digits(), acs_user_id), seen: () => credentialsOf(above, acs_user_id) };
  },
  'a card that is nobody’s above': async (above) => {
    const [first, acs_user_id, cardNumber] = [await above.user('First'), await above.user('Ada'), digits()];
    const order = { acs_user_id: first, access_method: 'card', code: cardNumber } as const;
    const { acs_credential_id } = await above.seam.acs.credentials.create(order);
    await above.seam.acs.credentials.unassign({ acs_credential_id, acs_user_id: first });
    return { change: scannedCard(cardNumber, acs_user_id), seen: () => credentialsOf(above, acs_user_id) };
  },
  'a card that is still to be issued': async (above) => {
    const acsUserId = await above.user('Ada');
    const order = { accessMethod: 'card', acsUserId, code: null, entranceIds: [await above.entrance()] };
    return {
      change: newCredential({ ...order, endsAt: ends }),
      seen: () => credentialsOf(above, acsUserId),
    };
  },
  'a code': async (above) => {
    const acsUserId = await above.user('Ada');
    const change = newCredential({ accessMethod: 'code', acsUserId, code: digits() });
    return { change, seen: () => credentialsOf(above, acsUserId) };
  },
  'a card that goes to another user': async (above) => {
    const [before, after] = [await above.user('Ada'), await above.user('Grace')];
    const { acs_credential_id: id } = await above.seam.acs.credentials.create({
      ...{ acs_user_id: before, access_method: 'card', code: digits() },
    });
    return {
      change: update('acs_credential', id, { acsUserId: before }, { acsUserId: after }),
      seen: async () => [await credentialsOf(above, before), await credentialsOf(above, after)],
    };
  },
  'a user who turns out to be another person': async (above) => {
    const [one, other] = await Promise.all(
      ['Ada', 'Grace'].map((full_name) => above.seam.userIdentities.create({ full_name })),
    );
    const [from, to] = [one?.user_identity_id ?? '', other?.user_identity_id ?? ''];
    const id = await above.user('Ada', { user_identity_id: from });
    return {
      change: update('acs_user', id, { userIdentityId: from }, { userIdentityId: to }),
      seen: async () => (await above.seam.acs.users.get({ acs_user_id: id })).user_identity_id === to,
    };
  },
  'a user who changes': async (above) => {
    const id = await above.user('Ada');
    const [acs_user_id, groupId] = [id, await above.group()];
    const { user_identity_id: userIdentityId } = await above.seam.userIdentities.create({ full_name: 'Ada' });
    const before = { fullName: 'Ada', isSuspended: false, userIdentityId: null };
    const change = update('acs_user', id, before, { fullName: 'Ada L.', isSuspended: true, userIdentityId });
    const { sets } = membership('acs_user', id, 'accessGroupIds', { added: [groupId] });
    return {
      change: { ...change, sets },
      seen: async () => {
        const user = await above.seam.acs.users.get({ acs_user_id });
        const { full_name, is_suspended, user_identity_id } = user;
        const isLinked = user_identity_id === userIdentityId;
        return { full_name, is_suspended, isLinked, groups: (await above.groupsOf(id)).length };
      },
    };
  },
};

/** More requests than any message takes. */
const MOST_REQUESTS = 30;

test.each(Object.keys(SCENARIOS))(
  '%s is told once in effect, whichever request is lost, or its answer',
  async (name) => {
    const begin = SCENARIOS[name];
    if (begin === undefined) throw new Error(`There is no ${name}.`);
    const quiet = await run(begin, null);
    expect(quiet.requests).toBeLessThan(MOST_REQUESTS);
    for (const treatment of ['reset_before', 'reset_after'] as const) {
      for (let count = 0; count < quiet.requests; count += 1) {
        const { outcome } = await run(begin, { count, treatment });
        expect({ count, treatment, ...outcome }).toEqual({ count, treatment, ...quiet.outcome });
      }
    }
  },
);

interface Cut {
  readonly count: number;
  readonly treatment: 'reset_before' | 'reset_after';
}

/** Tells a new backend of the change; with `cut` twice, as it fails the first time. */
async function run(begin: (above: SecondDesk) => Promise<Scenario>, cut: Cut | null) {
  const above = await SecondDesk.reach(desk);
  const { change, seen } = await begin(above);
  if (cut !== null) {
    above.proxy.treatAfter(cut.count, cut.treatment);
    await expect(deliver(above.backend, message(change))).rejects.toThrow(BackendError);
  }
  const { verdict } = await deliver(above.backend, message(change, { attempts: cut === null ? 1 : 2 }));
  const { length: requests } = above.proxy.requests;
  // Who tells it again finds it there.
  const outcome = { seen: await seen(), verdict: asFound(verdict) };
  return { requests, outcome };
}

async function credentialsOf({ seam }: SecondDesk, acs_user_id: string): Promise<number> {
  return (await seam.acs.credentials.list({ acs_user_id })).length;
}

function digits(): string {
  return String(100_000_000 + Math.floor(Math.random() * 800_000_000));
}

const asFound = (verdict: string): string => (verdict === 'known_as' ? 'same_as' : verdict);
