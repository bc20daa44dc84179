import { z } from 'zod';
import type { Json } from '../../model/resource.ts';
import { isSame } from '../../model/resource-change.ts';
import type { OutboxMessage, Verdict } from '../../model/sync.ts';
import { type Delivery, everyPage, mayBe, newest } from './delivery.ts';
import { differencesFrom, isCarried, textOf } from './differences.ts';
import { deletedAbove } from './refusals.ts';
import { orNull, readThing } from './things.ts';
import { identityItem, pageOf, userIdentity, type WireIdentity } from './wire.ts';

const CARRIED = ['key', 'fullName', 'emailAddress', 'phoneNumber'];

/** Makes an identity; one that has the same key is the same. */
export async function createIdentity(delivery: Delivery, message: OutboxMessage): Promise<Verdict> {
  const known = await identityLike(delivery, message);
  return known === null
    ? { verdict: 'known_as', backendId: await makeIdentity(delivery, message) }
    : { verdict: 'same_as', backendId: known.user_identity_id };
}

async function makeIdentity({ line }: Delivery, { change }: OutboxMessage): Promise<string> {
  const to = (name: string) => textOf(change.fields[name]?.to);
  const request = line.seam.userIdentities.create({
    user_identity_key: to('key'),
    full_name: to('fullName'),
    email_address: to('emailAddress'),
    phone_number: to('phoneNumber'),
  });
  return (await line.ask(request, z.object({ user_identity_id: z.string() }))).user_identity_id;
}

/** The identity above that is the one which the message makes; null: there is none, or nobody can tell. */
async function identityLike(delivery: Delivery, message: OutboxMessage): Promise<WireIdentity | null> {
  const { seam, ask } = delivery.line;
  const to = (name: string): Json => message.change.fields[name]?.to ?? null;
  const key = textOf(to('key'));
  if (key !== undefined) {
    return orNull(ask(seam.userIdentities.get({ user_identity_key: key }), userIdentity));
  }
  if (message.attempts <= 1) return null;
  const search = textOf(to('emailAddress')) ?? textOf(to('phoneNumber')) ?? textOf(to('fullName'));
  const found = await everyPage(async (cursor) => {
    const request = seam.userIdentities.list({ search, page_cursor: cursor ?? undefined });
    const page = await ask(request.fetchResponse(), pageOf('user_identities', userIdentity));
    return { found: page.user_identities, cursor: page.pagination?.next_page_cursor ?? null };
  });
  const alike = found.filter((one) =>
    CARRIED.every((name) => isSame(identityItem(one).state?.[name] ?? null, to(name))),
  );
  return newest(alike.filter(({ user_identity_id }) => mayBe(delivery, message, user_identity_id)));
}

/** Changes an identity as the message says, where the backend has not something else by now. */
export async function updateIdentity({ line }: Delivery, message: OutboxMessage): Promise<Verdict> {
  const { change } = message;
  if (!isCarried(change, CARRIED)) return { verdict: 'not_carried' };
  const { state } = await readThing(line, { kind: 'user_identity', id: change.id });
  if (state === null) return deletedAbove('user_identity');
  const { todo, verdict } = differencesFrom(state, message, CARRIED);
  if (verdict !== undefined) return verdict;
  if (Object.keys(todo).length === 0) return { verdict: 'applied' };
  const to = (name: string) => (todo[name] === undefined ? undefined : (textOf(todo[name]) ?? null));
  const request = line.seam.userIdentities.update({
    user_identity_id: change.id,
    user_identity_key: to('key'),
    full_name: to('fullName'),
    email_address: to('emailAddress'),
    phone_number: to('phoneNumber'),
  });
  await line.tell(request);
  return { verdict: 'applied' };
}
