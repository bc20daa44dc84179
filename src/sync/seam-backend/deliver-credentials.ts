import { isSeamHttpApiError } from '@seamapi/http';
import { z } from 'zod';
import { ACCESS_METHODS, type AccessMethod } from '../../model/credential.ts';
import type { Json } from '../../model/resource.ts';
import type { OutboxMessage, Verdict } from '../../model/sync.ts';
import { type Delivery, everyPage, mayBe, newest } from './delivery.ts';
import { cannotRemove, differencesFrom, isCarried, removedIn, textOf, timeOf } from './differences.ts';
import { deletedAbove, refused } from './refusals.ts';
import { entrancesOfCredential, orNull } from './things.ts';
import { acsCredential, credentialItem, pageOf, type WireCredential } from './wire.ts';

/** What Seam lets change of a credential, besides who has it; what is on cards only Seam's own encoders tell it. */
const CARRIED = ['code', 'endsAt', 'acsUserId'];

/** A credential as a message makes it. */
interface Order {
  readonly accessMethod: AccessMethod;
  readonly acsUserId: string | null;
  readonly code: string | null;
  /** Whether it is a card that is known by its number, not by what is written on it. */
  readonly isKnownByNumber: boolean;
  readonly startsAt: Json;
  readonly endsAt: Json;
  readonly isMultiPhoneSync: boolean;
  readonly entranceIds: readonly string[];
}

/**
 * Makes a credential. A card that was scanned is looked for by its number first: one that nobody has there is given to its user, the user's own is the
 * same, and another's is refused.
 */
export async function createCredential(delivery: Delivery, message: OutboxMessage): Promise<Verdict> {
  const order = orderIn(message);
  const known = await credentialLike(delivery, message, order);
  if (known !== null) return settleWith(delivery, known, order);
  // Seam has no credential that is nobody's, unless somebody took it from its user.
  if (order.acsUserId === null) return { verdict: 'not_carried' };
  try {
    return { verdict: 'known_as', backendId: await makeCredential(delivery, order, order.acsUserId) };
  } catch (error) {
    // Another desk may have made it since.
    const since = isSeamHttpApiError(error) ? await credentialLike(delivery, message, order) : null;
    if (since === null) throw error;
    return settleWith(delivery, since, order);
  }
}

function orderIn({ change }: OutboxMessage): Order {
  const to = (name: string): Json => change.fields[name]?.to ?? null;
  const cardNumber = textOf(to('cardNumber'));
  const accessMethod = ACCESS_METHODS.find((method) => method === to('accessMethod')) ?? 'card';
  const isScanned = accessMethod === 'card' && to('isIssued') === true && cardNumber !== undefined;
  return {
    accessMethod,
    acsUserId: textOf(to('acsUserId')) ?? null,
    code: (isScanned ? cardNumber : textOf(to('code'))) ?? null,
    isKnownByNumber: isScanned || (accessMethod === 'card' && textOf(to('code')) !== undefined),
    startsAt: to('startsAt'),
    endsAt: to('endsAt'),
    isMultiPhoneSync: to('isMultiPhoneSync') === true,
    entranceIds: change.sets['entranceIds']?.added ?? [],
  };
}

async function makeCredential({ line }: Delivery, order: Order, acs_user_id: string): Promise<string> {
  const request = line.seam.acs.credentials.create({
    acs_user_id,
    access_method: order.accessMethod,
    code: order.code ?? undefined,
    starts_at: timeOf(order.startsAt),
    ends_at: timeOf(order.endsAt),
    allowed_acs_entrance_ids: [...order.entranceIds],
    ...(order.isMultiPhoneSync ? { is_multi_phone_sync_credential: true } : {}),
  });
  return (await line.ask(request, z.object({ acs_credential_id: z.string() }))).acs_credential_id;
}

/** What is there already becomes the user's whom the message names, if it is nobody's. */
async function settleWith({ line }: Delivery, known: WireCredential, order: Order): Promise<Verdict> {
  const { acs_credential_id: backendId } = known;
  const holderId = known.acs_user_id ?? null;
  if (order.acsUserId !== null && holderId !== order.acsUserId) {
    if (holderId !== null) {
      const message =
        'The card belongs to another user above. Take it from there first, or use another card.';
      return refused('card_of_another_user', message, { fields: ['acsUserId'], rivalId: backendId });
    }
    const { acsUserId: acs_user_id } = order;
    await line.tell(line.seam.acs.credentials.assign({ acs_credential_id: backendId, acs_user_id }));
  }
  return { verdict: 'same_as', backendId };
}

/** The credential above that is the one which the message makes; null: there is none, or nobody can tell. */
async function credentialLike(
  delivery: Delivery,
  message: OutboxMessage,
  order: Order,
): Promise<WireCredential | null> {
  const { code } = order;
  if (order.isKnownByNumber && code !== null) {
    const found = await credentialsFor(delivery, { search: digitsOf(code) });
    const cards = found.filter(({ access_method }) => access_method === 'card');
    return (
      newest(cards.filter((card) => isNumber(card.card_number, code))) ??
      newest(cards.filter((card) => isNumber(card.code, code)))
    );
  }
  if (message.attempts <= 1 || order.acsUserId === null) return null;
  const found = await credentialsFor(delivery, { acs_user_id: order.acsUserId });
  const alike = found.filter(
    (one) =>
      one.access_method === order.accessMethod &&
      (one.code ?? null) === code &&
      (one.ends_at ?? null) === order.endsAt &&
      (one.is_multi_phone_sync_credential ?? false) === order.isMultiPhoneSync &&
      (order.accessMethod === 'code' || one.is_issued !== true),
  );
  return newest(alike.filter(({ acs_credential_id }) => mayBe(delivery, message, acs_credential_id)));
}

function credentialsFor(
  { line: { seam, ask, systemId } }: Delivery,
  filter: { readonly search?: string; readonly acs_user_id?: string },
): Promise<readonly WireCredential[]> {
  return everyPage(async (cursor) => {
    const request = seam.acs.credentials.list({
      ...filter,
      acs_system_id: systemId,
      ...(cursor === null ? {} : { page_cursor: cursor }),
    });
    const page = await ask(request.fetchResponse(), pageOf('acs_credentials', acsCredential));
    return { found: page.acs_credentials, cursor: page.pagination?.next_page_cursor ?? null };
  });
}

const isNumber = (one: string | null | undefined, number: string): boolean =>
  one != null && digitsOf(one) === digitsOf(number);

/** A number without the zeros before it: some systems write them. */
const digitsOf = (number: string): string => number.replace(/^0+(?=\d)/, '');

/** Changes a credential as the message says, where the backend has not something else by now. */
export async function updateCredential({ line }: Delivery, message: OutboxMessage): Promise<Verdict> {
  const { change } = message;
  if (!isCarried(change, CARRIED)) return { verdict: 'not_carried' };
  const { seam, ask, tell } = line;
  const { id: acs_credential_id } = change;
  const found = await orNull(ask(seam.acs.credentials.get({ acs_credential_id }), acsCredential));
  const above = found === null ? null : credentialItem(found).state;
  if (above === null) return deletedAbove('acs_credential');
  const { todo, verdict } = differencesFrom(above, message, CARRIED);
  if (verdict !== undefined) return verdict;
  const removed = removedIn(todo, ['code', 'endsAt']);
  if (removed.length > 0) return cannotRemove(removed);
  const [code, ends_at] = [textOf(todo['code']), timeOf(todo['endsAt'])];
  if (code !== undefined || ends_at !== undefined) {
    await tell(seam.acs.credentials.update({ acs_credential_id, code, ends_at }));
  }
  if (todo['acsUserId'] !== undefined) {
    const [before, after] = [textOf(above['acsUserId']), textOf(todo['acsUserId'])];
    if (before !== undefined) {
      await tell(seam.acs.credentials.unassign({ acs_credential_id, acs_user_id: before }));
    }
    if (after !== undefined) {
      await tell(seam.acs.credentials.assign({ acs_credential_id, acs_user_id: after }));
    }
  }
  return entrancesRefused(await entrancesThatDiffer({ line, message })) ?? { verdict: 'applied' };
}

/** Which entrances the credential opens above and should not, or should and does not. */
async function entrancesThatDiffer({
  line,
  message: { change },
}: Pick<Delivery, 'line'> & { readonly message: OutboxMessage }): Promise<readonly string[]> {
  const { added = [], removed = [] } = change.sets['entranceIds'] ?? {};
  if (added.length === 0 && removed.length === 0) return [];
  const open = (await orNull(entrancesOfCredential(line, change.id))) ?? [];
  return [...added.filter((id) => !open.includes(id)), ...removed.filter((id) => open.includes(id))];
}

function entrancesRefused(differing: readonly string[]): Verdict | null {
  if (differing.length === 0) return null;
  const message = 'The backend cannot change what a credential opens. Make another credential there.';
  return refused('refused_by_backend', message, { fields: ['entranceIds'] });
}
