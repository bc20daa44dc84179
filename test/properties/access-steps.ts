import assert from 'node:assert/strict';
import fc from 'fast-check';
import { z } from 'zod';
import { userForIdentity } from './people-steps.ts';
import { NOBODY, pick, pickAll, type Step, stepKind, which } from './trial.ts';

const DOORS = ['Front door', 'Car park', 'Pool', 'Room 101'] as const;
const GROUPS = ['Guests', 'Staff'] as const;

export const createEntrance = stepKind(
  'create an entrance',
  fc.record({ name: fc.constantFrom(...DOORS) }),
  async ({ model, ask }, { name }) => {
    const isTaken = model.entrances.some((entrance) => entrance.name === name);
    const made = await ask(
      '/v1/entrances/create',
      { display_name: name },
      isTaken ? ['duplicate_entrance'] : [],
      z.object({ acs_entrance: z.looseObject({ acs_entrance_id: z.string(), number: z.int() }) }),
    );
    if (made === null) return;
    const { acs_entrance_id: id, number } = made.acs_entrance;
    assert.ok(!model.usedNumbers.has(number), `The entrance number ${number} was given before.`);
    model.usedNumbers.add(number);
    model.entrances.push({ id, number, name });
    model.announce('acs_entrance.added', id);
  },
);

export const deleteEntrance = stepKind(
  'delete an entrance',
  fc.record({ entrance: which }),
  async ({ model, did }, drawn) => {
    const entrance = pick(model.entrances, drawn.entrance);
    const body = { acs_entrance_id: entrance?.id ?? NOBODY };
    const refusals = entrance === null ? ['acs_entrance_not_found'] : [];
    if (!(await did('/v1/entrances/delete', body, refusals)) || !entrance) return;
    const { id } = entrance;
    model.entrances = model.entrances.filter((other) => other.id !== id);
    for (const { entranceIds } of [...model.groups, ...model.credentials]) entranceIds.delete(id);
    for (const { grants } of model.users) grants.delete(id);
    model.announce('acs_entrance.removed', id);
  },
);

export const grantAccess = stepKind(
  'grant access',
  fc.record({ entrance: which, user: which, identity: fc.option(which, { nil: null }) }),
  async (trial, drawn) => {
    const { model } = trial;
    const entrance = pick(model.entrances, drawn.entrance);
    const identity = drawn.identity === null ? null : pick(model.identities, drawn.identity);
    const user = pick(model.users, drawn.user);
    const named = drawn.identity === null ? user : identity;
    const whom = drawn.identity === null ? 'acs_user_id' : 'user_identity_id';
    const body = { acs_entrance_id: entrance?.id ?? NOBODY, [whom]: named?.id ?? NOBODY };
    const unknown = drawn.identity === null ? 'acs_user_not_found' : 'user_identity_not_found';
    const refusals = [
      ...(entrance === null ? ['acs_entrance_not_found'] : []),
      ...(named === null ? [unknown] : []),
    ];
    if (!(await trial.did('/acs/entrances/grant_access', body, refusals)) || !entrance) return;
    const holder = identity === null ? user : await userForIdentity(trial, identity);
    holder?.grants.add(entrance.id);
  },
);

export const revokeAccess = stepKind(
  'revoke access to all entrances',
  fc.record({ user: which }),
  async ({ model, did }, drawn) => {
    const user = pick(model.users, drawn.user);
    const body = { acs_user_id: user?.id ?? NOBODY };
    const path = '/acs/users/revoke_access_to_all_entrances';
    if (!(await did(path, body, user === null ? ['acs_user_not_found'] : [])) || !user) return;
    user.grants.clear();
    for (const { userIds } of model.groups) userIds.delete(user.id);
    for (const { userId, entranceIds } of model.credentials) if (userId === user.id) entranceIds.clear();
  },
);

export const createGroup = stepKind(
  'create an access group',
  fc.record({ name: fc.constantFrom(...GROUPS), entrances: fc.array(which, { maxLength: 3 }) }),
  async ({ model, ask }, { name, entrances: drawn }) => {
    const isTaken = model.groups.some((group) => group.name === name);
    const entrances = pickAll(model.entrances, drawn);
    const ids = entrances.map((entrance) => entrance?.id ?? NOBODY);
    const made = await ask(
      '/v1/access_groups/create',
      { name, acs_entrance_ids: ids },
      [
        ...(isTaken ? ['duplicate_access_group'] : []),
        ...(entrances.includes(null) ? ['acs_entrance_not_found'] : []),
      ],
      z.object({ acs_access_group: z.looseObject({ acs_access_group_id: z.string() }) }),
    );
    if (made === null) return;
    const id = made.acs_access_group.acs_access_group_id;
    model.groups.push({ id, name, entranceIds: new Set(ids), userIds: new Set() });
  },
);

export const updateGroup = stepKind(
  'change what an access group opens',
  fc.record({ group: which, entrances: fc.array(which, { maxLength: 3 }) }),
  async ({ model, did }, drawn) => {
    const group = pick(model.groups, drawn.group);
    const entrances = pickAll(model.entrances, drawn.entrances);
    const ids = entrances.map((entrance) => entrance?.id ?? NOBODY);
    const refusals = [
      ...(group === null ? ['acs_access_group_not_found'] : []),
      ...(entrances.includes(null) ? ['acs_entrance_not_found'] : []),
    ];
    const body = { acs_access_group_id: group?.id ?? NOBODY, acs_entrance_ids: ids };
    if (!(await did('/v1/access_groups/update', body, refusals)) || !group) return;
    group.entranceIds.clear();
    for (const id of ids) group.entranceIds.add(id);
  },
);

export const deleteGroup = stepKind(
  'delete an access group',
  fc.record({ group: which }),
  async ({ model, did }, drawn) => {
    const group = pick(model.groups, drawn.group);
    const body = { acs_access_group_id: group?.id ?? NOBODY };
    const refusals = group === null ? ['acs_access_group_not_found'] : [];
    if (!(await did('/acs/access_groups/delete', body, refusals)) || !group) return;
    model.groups = model.groups.filter(({ id }) => id !== group.id);
    model.announce('acs_access_group.deleted', group.id);
  },
);

/** The two doors to the same rule: the group's operations and the user's. */
const MEMBERSHIP = {
  add: ['/acs/access_groups/add_user', '/acs/users/add_to_access_group'],
  remove: ['/acs/access_groups/remove_user', '/acs/users/remove_from_access_group'],
} as const;

export const setMember = stepKind(
  'put a user in an access group, or take the user out',
  fc.record({ group: which, user: which, isMember: fc.boolean(), door: fc.nat({ max: 1 }) }),
  async ({ model, did }, drawn) => {
    const group = pick(model.groups, drawn.group);
    const user = pick(model.users, drawn.user);
    const path = MEMBERSHIP[drawn.isMember ? 'add' : 'remove'][drawn.door === 0 ? 0 : 1];
    const body = { acs_access_group_id: group?.id ?? NOBODY, acs_user_id: user?.id ?? NOBODY };
    const refusals = [
      ...(group === null ? ['acs_access_group_not_found'] : []),
      ...(user === null ? ['acs_user_not_found'] : []),
    ];
    if (!(await did(path, body, refusals)) || group === null || user === null) return;
    if (drawn.isMember) group.userIds.add(user.id);
    else group.userIds.delete(user.id);
  },
);

export const accessSteps: readonly fc.WeightedArbitrary<Step>[] = [
  { weight: 4, arbitrary: createEntrance.drawn },
  { weight: 2, arbitrary: deleteEntrance.drawn },
  { weight: 4, arbitrary: grantAccess.drawn },
  { weight: 1, arbitrary: revokeAccess.drawn },
  { weight: 3, arbitrary: createGroup.drawn },
  { weight: 2, arbitrary: updateGroup.drawn },
  { weight: 2, arbitrary: deleteGroup.drawn },
  { weight: 4, arbitrary: setMember.drawn },
];
