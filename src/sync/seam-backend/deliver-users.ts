import { z } from 'zod';
import type { Json } from '../../model/resource.ts';
import { isSame } from '../../model/resource-change.ts';
import type { OutboxMessage, Verdict } from '../../model/sync.ts';
import { type Delivery, everyPage, mayBe, newest } from './delivery.ts';
import {
  cannotRemove,
  differencesFrom,
  fieldOf,
  isCarried,
  removedIn,
  textOf,
  timeOf,
} from './differences.ts';
import { deletedAbove } from './refusals.ts';
import { orNull } from './things.ts';
import { changeSets } from './user-sets.ts';
import { acsUser, pageOf, userItem, type WireUser } from './wire.ts';

/** What Seam knows of a user, besides sets. */
const CARRIED = [
  ...['fullName', 'emailAddress', 'phoneNumber', 'accessSchedule', 'hidAcsSystemId'],
  ...['isSuspended', 'userIdentityId'],
];

/** In what two users are alike that are one. */
const LIKENESS = ['fullName', 'emailAddress', 'phoneNumber', 'accessSchedule', 'userIdentityId'];

/** Makes a user, in the groups and with the grants that the message names; who has the same identity is the same. */
export async function createUser(delivery: Delivery, message: OutboxMessage): Promise<Verdict> {
  const { change } = message;
  const known = await userLike(delivery, message);
  const backendId = known?.acs_user_id ?? (await makeUser(delivery, message));
  const hidAcsSystemId = textOf(change.fields['hidAcsSystemId']?.to);
  if (hidAcsSystemId !== undefined) await updateFields(delivery, backendId, { hidAcsSystemId });
  if (change.fields['isSuspended']?.to === true) await setSuspended(delivery, backendId, true);
  const refusal = await changeSets(delivery, backendId, change.sets);
  return refusal ?? { verdict: known === null ? 'known_as' : 'same_as', backendId };
}

async function makeUser({ line }: Delivery, { change }: OutboxMessage): Promise<string> {
  const to = (name: string): Json => change.fields[name]?.to ?? null;
  const request = line.seam.acs.users.create({
    acs_system_id: line.systemId,
    full_name: textOf(to('fullName')) ?? '',
    email_address: textOf(to('emailAddress')),
    phone_number: textOf(to('phoneNumber')),
    user_identity_id: textOf(to('userIdentityId')),
    acs_access_group_ids: [...(change.sets['accessGroupIds']?.added ?? [])],
    access_schedule: scheduleOf(to('accessSchedule')) ?? undefined,
  });
  return (await line.ask(request, z.object({ acs_user_id: z.string() }))).acs_user_id;
}

/** The user above who is the one that the message makes; null: there is none, or nobody can tell. */
async function userLike(delivery: Delivery, message: OutboxMessage): Promise<WireUser | null> {
  const { seam, ask, systemId } = delivery.line;
  const to = (name: string): Json => message.change.fields[name]?.to ?? null;
  const identityId = textOf(to('userIdentityId'));
  if (identityId !== undefined) {
    const request = seam.acs.users.get({ user_identity_id: identityId, acs_system_id: systemId });
    return orNull(ask(request, acsUser));
  }
  if (message.attempts <= 1) return null;
  const search = textOf(to('emailAddress')) ?? textOf(to('phoneNumber')) ?? textOf(to('fullName'));
  const found = await everyPage(async (cursor) => {
    const request = seam.acs.users.list({
      acs_system_id: systemId,
      search,
      page_cursor: cursor ?? undefined,
    });
    const page = await ask(request.fetchResponse(), pageOf('acs_users', acsUser));
    return { found: page.acs_users, cursor: page.pagination?.next_page_cursor ?? null };
  });
  const alike = found.filter((user) => {
    const { state } = userItem(user, null);
    return LIKENESS.every((name) => isSame(state?.[name] ?? null, to(name)));
  });
  return newest(alike.filter(({ acs_user_id }) => mayBe(delivery, message, acs_user_id)));
}

/** Changes a user as the message says, where the backend has not something else by now. */
export async function updateUser(delivery: Delivery, message: OutboxMessage): Promise<Verdict> {
  const { change } = message;
  if (!isCarried(change, CARRIED)) return { verdict: 'not_carried' };
  const { seam, ask } = delivery.line;
  const found = await orNull(ask(seam.acs.users.get({ acs_user_id: change.id }), acsUser));
  const state = found === null ? null : userItem(found, null).state;
  if (state === null) return deletedAbove('acs_user');
  const { todo, verdict } = differencesFrom(state, message, CARRIED);
  if (verdict !== undefined) return verdict;
  const removed = removedIn(todo, ['fullName', 'emailAddress', 'phoneNumber', 'hidAcsSystemId']);
  if (removed.length > 0) return cannotRemove(removed);
  const { isSuspended, userIdentityId, ...fields } = todo;
  if (Object.keys(fields).length > 0) await updateFields(delivery, change.id, fields);
  if (typeof isSuspended === 'boolean') await setSuspended(delivery, change.id, isSuspended);
  if (userIdentityId !== undefined) {
    await setIdentity(delivery, change.id, textOf(state['userIdentityId']), textOf(userIdentityId));
  }
  return (await changeSets(delivery, change.id, change.sets)) ?? { verdict: 'applied' };
}

async function updateFields(
  { line }: Delivery,
  id: string,
  fields: Readonly<Record<string, Json>>,
): Promise<void> {
  const { accessSchedule } = fields;
  const request = line.seam.acs.users.update({
    acs_user_id: id,
    full_name: textOf(fields['fullName']),
    email_address: textOf(fields['emailAddress']),
    phone_number: textOf(fields['phoneNumber']),
    hid_acs_system_id: textOf(fields['hidAcsSystemId']),
    access_schedule: accessSchedule === undefined ? undefined : scheduleOf(accessSchedule),
  });
  await line.tell(request);
}

async function setSuspended({ line }: Delivery, id: string, isSuspended: boolean): Promise<void> {
  const { users } = line.seam.acs;
  await line.tell(isSuspended ? users.suspend({ acs_user_id: id }) : users.unsuspend({ acs_user_id: id }));
}

async function setIdentity(
  { line }: Delivery,
  acs_user_id: string,
  before: string | undefined,
  after: string | undefined,
): Promise<void> {
  const { userIdentities } = line.seam;
  if (before !== undefined) {
    await line.tell(userIdentities.removeAcsUser({ user_identity_id: before, acs_user_id }));
  }
  if (after !== undefined)
    await line.tell(userIdentities.addAcsUser({ user_identity_id: after, acs_user_id }));
}

/** Null: there is none. */
function scheduleOf(value: Json): { starts_at: string; ends_at?: string } | null {
  const starts_at = timeOf(fieldOf(value, 'startsAt'));
  const ends_at = timeOf(fieldOf(value, 'endsAt'));
  if (starts_at === undefined) return null;
  return { starts_at, ...(ends_at === undefined ? {} : { ends_at }) };
}
