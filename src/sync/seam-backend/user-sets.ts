import { z } from 'zod';
import type { SetChange } from '../../model/resource-change.ts';
import type { Verdict } from '../../model/sync.ts';
import type { Delivery } from './delivery.ts';
import { inParallel } from './in-parallel.ts';
import { refused } from './refusals.ts';
import { entrancesOfCredential, entrancesOfUser, groupsOfUser } from './things.ts';

const NOTHING: SetChange = { added: [], removed: [] };

const credentialIds = z.array(z.object({ acs_credential_id: z.string() }));

/** Puts a user into groups and out of them, grants entrances and takes them. Resolves with a refusal where Seam has no way to do it; else null. */
export async function changeSets(
  delivery: Delivery,
  userId: string,
  sets: Readonly<Record<string, SetChange>>,
): Promise<Verdict | null> {
  const { accessGroupIds = NOTHING, grantedEntranceIds = NOTHING } = sets;
  await changeGroups(delivery, userId, accessGroupIds);
  const { seam, tell } = delivery.line;
  for (const acs_entrance_id of grantedEntranceIds.added) {
    await tell(seam.acs.entrances.grantAccess({ acs_entrance_id, acs_user_id: userId }));
  }
  return grantedEntranceIds.removed.length === 0
    ? null
    : revoke(delivery, userId, grantedEntranceIds.removed);
}

async function changeGroups(
  { line, memberships }: Delivery,
  acs_user_id: string,
  { added, removed }: SetChange,
): Promise<void> {
  if (added.length === 0 && removed.length === 0) return;
  const { seam, tell } = line;
  memberships.noteChanged(acs_user_id);
  const now = await groupsOfUser(line, acs_user_id);
  for (const acs_access_group_id of added) {
    if (now?.includes(acs_access_group_id)) continue;
    await tell(seam.acs.users.addToAccessGroup({ acs_user_id, acs_access_group_id }));
  }
  for (const acs_access_group_id of removed) {
    if (now?.includes(acs_access_group_id) === false) continue;
    await tell(seam.acs.users.removeFromAccessGroup({ acs_user_id, acs_access_group_id }));
  }
}

/** Seam cannot take a single grant: only all at once, with groups and with what the user's credentials open by themselves. */
async function revoke(
  { line }: Delivery,
  acs_user_id: string,
  removed: readonly string[],
): Promise<Verdict | null> {
  const { seam, ask, tell } = line;
  const open = await entrancesOfUser(line, acs_user_id);
  if (!open.some((id) => removed.includes(id))) return null;
  const credentials = await ask(seam.acs.credentials.list({ acs_user_id }), credentialIds);
  const byCredentials = await inParallel(credentials, (one) =>
    entrancesOfCredential(line, one.acs_credential_id),
  );
  const groups = (await groupsOfUser(line, acs_user_id)) ?? [];
  const staysOpen = [...open, ...byCredentials.flat()].some((id) => !removed.includes(id));
  if (staysOpen || groups.length > 0) {
    const message =
      'The backend cannot take a single entrance from a user, only all at once. Take it from the user there.';
    return refused('refused_by_backend', message, { fields: ['grantedEntranceIds'] });
  }
  await tell(seam.acs.users.revokeAccessToAllEntrances({ acs_user_id }));
  return null;
}
