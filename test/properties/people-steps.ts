import fc from 'fast-check';
import { z } from 'zod';
import {
  isSameAddress,
  type ModelCredential,
  type ModelIdentity,
  type ModelUser,
  type SiteModel,
} from './site-model.ts';
import { hoursAhead, iso, NOBODY, pick, pickAll, type Step, stepKind, type Trial, which } from './trial.ts';

const NAMES = ['Ada Lovelace', 'Grace Hopper', 'Müller', '李小龍'] as const;
const EMAILS = ['ada@example.com', 'Ada@Example.COM', 'grace@example.com'] as const;
const PHONES = ['+4915112345678', '+15550100'] as const;
const KEYS = ['guest-1', 'guest-2'] as const;

const name = fc.constantFrom(...NAMES);
const email = fc.option(fc.constantFrom(...EMAILS), { nil: null });
const phone = fc.option(fc.constantFrom(...PHONES), { nil: null });
const schedule = fc.option(fc.record({ ends: fc.option(fc.constant(72), { nil: null }) }), { nil: null });

/** Without the parameters that are null. */
const given = (body: object): object =>
  Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));

const acsUser = z.object({ acs_user: z.looseObject({ acs_user_id: z.string() }) });

export const createUser = stepKind(
  'create a user',
  fc.record({
    ...{ name, email, phone, schedule },
    identity: fc.option(which, { nil: null }),
    groups: fc.array(which, { maxLength: 2 }),
  }),
  async ({ model, ask, desk }, drawn) => {
    const identity = drawn.identity === null ? null : pick(model.identities, drawn.identity);
    const groups = pickAll(model.groups, drawn.groups);
    const times =
      drawn.schedule === null
        ? null
        : {
            starts: hoursAhead(1),
            ends: drawn.schedule.ends === null ? null : hoursAhead(drawn.schedule.ends),
          };
    const made = await ask(
      '/acs/users/create',
      given({
        acs_system_id: desk.systemId,
        full_name: drawn.name,
        email_address: drawn.email,
        phone_number: drawn.phone,
        user_identity_id: drawn.identity === null ? null : (identity?.id ?? NOBODY),
        acs_access_group_ids: groups.map((group) => group?.id ?? NOBODY),
        access_schedule:
          times === null
            ? null
            : { starts_at: iso(times.starts), ends_at: times.ends === null ? null : iso(times.ends) },
      }),
      [
        ...(drawn.identity !== null && identity === null ? ['user_identity_not_found'] : []),
        ...(groups.includes(null) ? ['acs_access_group_not_found'] : []),
        ...(identity !== null && isSomebody(model, identity) ? ['duplicate_user_identity'] : []),
      ],
      acsUser,
    );
    if (made === null) return;
    const id = made.acs_user.acs_user_id;
    addUser(model, {
      ...{ id, name: drawn.name, email: drawn.email, phone: drawn.phone, schedule: times },
      identityId: identity?.id ?? null,
    });
    for (const group of groups) group?.userIds.add(id);
  },
);

const isSomebody = (model: SiteModel, { id }: ModelIdentity): boolean =>
  model.users.some(({ identityId }) => identityId === id);

function addUser(model: SiteModel, user: Omit<ModelUser, 'isSuspended' | 'grants'>): ModelUser {
  const added = { ...user, isSuspended: false, grants: new Set<string>() };
  model.users.push(added);
  model.announce('acs_user.created', user.id);
  return added;
}

/** Follows the desk when a request names an identity: it is a user's already, or is linked to one, or one is made. Ids are the desk's to give. */
export async function userForIdentity(trial: Trial, identity: ModelIdentity): Promise<ModelUser> {
  const { model } = trial;
  const known = model.userOfIdentity(identity);
  if (known !== null) {
    known.identityId = identity.id;
    return known;
  }
  const { acs_user } = await trial.read('/acs/users/get', { user_identity_id: identity.id }, acsUser);
  const { id, email, phone } = identity;
  const name = identity.fullName ?? email ?? phone ?? identity.key ?? 'Unnamed person';
  return addUser(model, { id: acs_user.acs_user_id, name, email, phone, schedule: null, identityId: id });
}

const updateUser = stepKind(
  'update a user',
  fc.record({ user: which, name: fc.option(name, { nil: null }), email, phone }),
  async ({ model, did }, drawn) => {
    const user = pick(model.users, drawn.user);
    const { name: full_name, email: email_address, phone: phone_number } = drawn;
    const body = given({ acs_user_id: user?.id ?? NOBODY, full_name, email_address, phone_number });
    if (!(await did('/acs/users/update', body, user === null ? ['acs_user_not_found'] : [])) || !user) return;
    user.name = drawn.name ?? user.name;
    user.email = drawn.email ?? user.email;
    user.phone = drawn.phone ?? user.phone;
  },
);

export const suspendUser = stepKind(
  'suspend a user, or lift that',
  fc.record({ user: which, isSuspended: fc.boolean(), byIdentity: fc.boolean() }),
  async ({ model, did }, { user: drawn, isSuspended, byIdentity }) => {
    const user = pick(model.users, drawn);
    const body =
      byIdentity && user?.identityId != null
        ? { user_identity_id: user.identityId }
        : { acs_user_id: user?.id ?? NOBODY };
    const path = isSuspended ? '/acs/users/suspend' : '/acs/users/unsuspend';
    if (!(await did(path, body, user === null ? ['acs_user_not_found'] : [])) || !user) return;
    user.isSuspended = isSuspended;
  },
);

export const deleteUser = stepKind(
  'delete a user',
  fc.record({ user: which }),
  async ({ model, did }, drawn) => {
    const user = pick(model.users, drawn.user);
    const body = { acs_user_id: user?.id ?? NOBODY };
    if (!(await did('/acs/users/delete', body, user === null ? ['acs_user_not_found'] : [])) || !user) return;
    removeUser(model, user);
  },
);

/** Cards that are known, by what was seen or by their number, stay known when their user goes; everything else of the user goes too. */
function removeUser(model: SiteModel, user: ModelUser): void {
  for (const credential of model.credentials.filter(({ userId }) => userId === user.id)) {
    const { method, cardUid, code } = credential;
    if (method === 'card' && (cardUid !== null || code !== null)) {
      credential.userId = null;
      model.announce('acs_credential.invalidated', credential.id);
    } else removeCredential(model, credential);
  }
  model.users = model.users.filter(({ id }) => id !== user.id);
  for (const group of model.groups) group.userIds.delete(user.id);
  model.announce('acs_user.deleted', user.id);
}

/** What the desk does when a credential goes. */
export function removeCredential(model: SiteModel, { id }: ModelCredential): void {
  model.credentials = model.credentials.filter((credential) => credential.id !== id);
  model.announce('acs_credential.deleted', id);
}

export const createIdentity = stepKind(
  'create an identity',
  fc.record({
    key: fc.option(fc.constantFrom(...KEYS), { nil: null }),
    fullName: fc.option(name, { nil: null }),
    ...{ email, phone },
    withUser: fc.boolean(),
  }),
  async (trial, drawn) => {
    const { model, desk } = trial;
    const { key, fullName, email: email_address, phone: phone_number } = drawn;
    const isTaken = isClaimed(model, null, { key, email: email_address, phone: phone_number });
    const made = await trial.ask(
      '/user_identities/create',
      given({
        ...{ user_identity_key: key, full_name: fullName, email_address, phone_number },
        acs_system_ids: drawn.withUser ? [desk.systemId] : null,
      }),
      isTaken ? ['duplicate_user_identity'] : [],
      z.object({ user_identity: z.looseObject({ user_identity_id: z.string() }) }),
    );
    if (made === null) return;
    const id = made.user_identity.user_identity_id;
    const identity = { id, key, fullName, email: email_address, phone: phone_number };
    model.identities.push(identity);
    if (drawn.withUser) await userForIdentity(trial, identity);
  },
);

/** Whether one of these is another identity's already. */
function isClaimed(
  model: SiteModel,
  id: string | null,
  claims: Pick<ModelIdentity, 'key' | 'email' | 'phone'>,
): boolean {
  return model.identities.some(
    (other) =>
      other.id !== id &&
      ((claims.key !== null && other.key === claims.key) ||
        isSameAddress(other.email, claims.email) ||
        (claims.phone !== null && other.phone === claims.phone)),
  );
}

const updateIdentity = stepKind(
  'update an identity',
  fc.record({ identity: which, fullName: fc.option(name, { nil: null }), email, phone }),
  async ({ model, did }, drawn) => {
    const identity = pick(model.identities, drawn.identity);
    const { fullName: full_name, email: email_address, phone: phone_number } = drawn;
    const body = { user_identity_id: identity?.id ?? NOBODY, full_name, email_address, phone_number };
    const claims = { key: null, email: email_address, phone: phone_number };
    const isTaken = identity !== null && isClaimed(model, identity.id, claims);
    const refusals = [
      ...(identity === null ? ['user_identity_not_found'] : []),
      ...(isTaken ? ['duplicate_user_identity'] : []),
    ];
    if (!(await did('/user_identities/update', body, refusals)) || !identity) return;
    identity.fullName = full_name;
    identity.email = email_address;
    identity.phone = phone_number;
  },
);

const deleteIdentity = stepKind(
  'delete an identity',
  fc.record({ identity: which }),
  async ({ model, did }, drawn) => {
    const identity = pick(model.identities, drawn.identity);
    const body = { user_identity_id: identity?.id ?? NOBODY };
    const refusals = identity === null ? ['user_identity_not_found'] : [];
    if (!(await did('/user_identities/delete', body, refusals)) || !identity) return;
    model.identities = model.identities.filter(({ id }) => id !== identity.id);
    const user = model.users.find(({ identityId }) => identityId === identity.id);
    if (user !== undefined) removeUser(model, user);
  },
);

const linkUser = stepKind(
  'link a user to an identity, or undo that',
  fc.record({ user: which, identity: which, isLinked: fc.boolean() }),
  async ({ model, did }, drawn) => {
    const user = pick(model.users, drawn.user);
    const identity = pick(model.identities, drawn.identity);
    const body = { acs_user_id: user?.id ?? NOBODY, user_identity_id: identity?.id ?? NOBODY };
    const unknown = [
      ...(user === null ? ['acs_user_not_found'] : []),
      ...(identity === null ? ['user_identity_not_found'] : []),
    ];
    const isIts = user !== null && user.identityId === identity?.id;
    const isOthers = user?.identityId != null || (identity !== null && isSomebody(model, identity));
    const path = drawn.isLinked ? '/user_identities/add_acs_user' : '/user_identities/remove_acs_user';
    const wrong = drawn.isLinked
      ? { type: 'duplicate_user_identity', isSo: isOthers && !isIts }
      : { type: 'invalid_input', isSo: !isIts && unknown.length === 0 };
    const refusals = [...unknown, ...(wrong.isSo ? [wrong.type] : [])];
    if (!(await did(path, body, refusals)) || user === null || identity === null) return;
    user.identityId = drawn.isLinked ? identity.id : null;
  },
);

export const peopleSteps: readonly fc.WeightedArbitrary<Step>[] = [
  { weight: 6, arbitrary: createUser.drawn },
  { weight: 2, arbitrary: updateUser.drawn },
  { weight: 3, arbitrary: suspendUser.drawn },
  { weight: 2, arbitrary: deleteUser.drawn },
  { weight: 3, arbitrary: createIdentity.drawn },
  { weight: 1, arbitrary: updateIdentity.drawn },
  { weight: 1, arbitrary: deleteIdentity.drawn },
  { weight: 2, arbitrary: linkUser.drawn },
];
