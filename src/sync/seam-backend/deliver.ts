import { isSeamHttpApiError } from '@seamapi/http';
import type { ResourceKind } from '../../model/resource.ts';
import type { OutboxMessage, Verdict } from '../../model/sync.ts';
import { createCredential, updateCredential } from './deliver-credentials.ts';
import { createIdentity, updateIdentity } from './deliver-identities.ts';
import { createUser, updateUser } from './deliver-users.ts';
import type { Delivery } from './delivery.ts';
import { differencesFrom } from './differences.ts';
import { refusalBy, refused } from './refusals.ts';
import { entrancesOfGroup, orNull, readThing, type SystemLine } from './things.ts';

/** Tells the backend one thing. Safe to repeat: it looks before it does what must be done once. Rejects as `line.ask`, but for Seam's refusals. */
export async function deliverMessage(delivery: Delivery, message: OutboxMessage): Promise<Verdict> {
  const { kind, action } = message.change;
  try {
    switch (action) {
      case 'created':
        return await create(delivery, message);
      case 'updated':
        return await update(delivery, message);
      case 'deleted':
        return await remove(delivery.line, message);
    }
  } catch (error) {
    if (isSeamHttpApiError(error)) return refusalBy(error, kind);
    throw error;
  }
}

async function create(delivery: Delivery, message: OutboxMessage): Promise<Verdict> {
  switch (message.change.kind) {
    case 'user_identity':
      return createIdentity(delivery, message);
    case 'acs_user':
      return createUser(delivery, message);
    case 'acs_credential':
      return createCredential(delivery, message);
    case 'acs_entrance':
    case 'acs_access_group':
      return { verdict: 'not_carried' };
  }
}

async function update(delivery: Delivery, message: OutboxMessage): Promise<Verdict> {
  switch (message.change.kind) {
    case 'user_identity':
      return updateIdentity(delivery, message);
    case 'acs_user':
      return updateUser(delivery, message);
    case 'acs_credential':
      return updateCredential(delivery, message);
    case 'acs_entrance':
    case 'acs_access_group':
      return updateFixed(delivery, message);
  }
}

/** Seam gets entrances and groups from the lock system alone: a change of one that it has is refused, unless it is there already. */
async function updateFixed({ line }: Delivery, message: OutboxMessage): Promise<Verdict> {
  const { kind, id, sets } = message.change;
  const { state } = await readThing(line, { kind, id });
  if (state === null) return { verdict: 'not_carried' };
  const { todo, verdict } = differencesFrom(state, message, ['name']);
  if (verdict !== undefined) return verdict;
  const { added = [], removed = [] } = sets['entranceIds'] ?? {};
  const open = sets['entranceIds'] === undefined ? [] : ((await orNull(entrancesOfGroup(line, id))) ?? []);
  const isSetSame = added.every((one) => open.includes(one)) && !removed.some((one) => open.includes(one));
  if (Object.keys(todo).length === 0 && isSetSame) return { verdict: 'applied' };
  return notChangedHere(kind, [...Object.keys(todo), ...(isSetSame ? [] : ['entranceIds'])]);
}

function notChangedHere(kind: ResourceKind, fields: readonly string[]): Verdict {
  const what = kind === 'acs_entrance' ? 'entrances' : 'access groups';
  const message = `The backend takes ${what} from the lock system alone. Change it there.`;
  return refused('refused_by_backend', message, { fields });
}

async function remove(line: SystemLine, { change: { kind, id } }: OutboxMessage): Promise<Verdict> {
  const { seam } = line;
  switch (kind) {
    case 'acs_entrance': {
      const { state } = await readThing(line, { kind, id });
      return state === null ? { verdict: 'applied' } : notChangedHere(kind, []);
    }
    case 'acs_access_group':
      return removed(line.tell(seam.acs.accessGroups.delete({ acs_access_group_id: id })));
    case 'user_identity':
      return removed(line.tell(seam.userIdentities.delete({ user_identity_id: id })));
    case 'acs_user':
      return removed(line.tell(seam.acs.users.delete({ acs_user_id: id })));
    case 'acs_credential':
      return removed(line.tell(seam.acs.credentials.delete({ acs_credential_id: id })));
  }
}

/** What is gone already is gone. */
async function removed(deletion: Promise<void>): Promise<Verdict> {
  await orNull(deletion);
  return { verdict: 'applied' };
}
