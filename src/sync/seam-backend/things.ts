import { isSeamHttpApiError } from '@seamapi/http';
import { z } from 'zod';
import type { ResourceName } from '../../model/resource.ts';
import type { MirrorItem } from '../../model/sync.ts';
import { NoSuchOperation } from '../backend-error.ts';
import { inParallel } from './in-parallel.ts';
import type { SeamLine } from './seam-line.ts';
import {
  accessGroupItem,
  acsAccessGroup,
  acsCredential,
  acsEntrance,
  acsUser,
  credentialItem,
  entranceItem,
  identityItem,
  userIdentity,
  userItem,
  type WireCredential,
} from './wire.ts';

/** A line to one access system. */
export interface SystemLine extends SeamLine {
  readonly systemId: string;
}

const entranceIds = z.array(z.object({ acs_entrance_id: z.string() }));
const groupIds = z.array(z.object({ acs_access_group_id: z.string() }));

/** One thing as it is now; its state is null when it is gone. */
export async function readThing(line: SystemLine, name: ResourceName): Promise<MirrorItem> {
  return (await orNull(present(line, name))) ?? { ...name, state: null };
}

async function present(line: SystemLine, { kind, id }: ResourceName): Promise<MirrorItem> {
  const { seam, ask } = line;
  switch (kind) {
    case 'acs_entrance':
      return entranceItem(await ask(seam.acs.entrances.get({ acs_entrance_id: id }), acsEntrance));
    case 'acs_access_group': {
      const group = await ask(seam.acs.accessGroups.get({ acs_access_group_id: id }), acsAccessGroup);
      return accessGroupItem(group, await entrancesOfGroup(line, id));
    }
    case 'user_identity':
      return identityItem(await ask(seam.userIdentities.get({ user_identity_id: id }), userIdentity));
    case 'acs_user': {
      const user = await ask(seam.acs.users.get({ acs_user_id: id }), acsUser);
      return userItem(user, await groupsOfUser(line, id));
    }
    case 'acs_credential':
      return mirroredCredential(
        line,
        await ask(seam.acs.credentials.get({ acs_credential_id: id }), acsCredential),
      );
  }
}

/** Null where the backend says that the thing is not there. */
export async function orNull<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (isSeamHttpApiError(error) && error.statusCode === 404) return null;
    throw error;
  }
}

export function entrancesOfGroup({ seam, ask }: SystemLine, id: string): Promise<readonly string[]> {
  return idsOf(ask(seam.acs.accessGroups.listAccessibleEntrances({ acs_access_group_id: id }), entranceIds));
}

/** What a user may open by whatever it is. */
export function entrancesOfUser({ seam, ask }: SystemLine, id: string): Promise<readonly string[]> {
  return idsOf(ask(seam.acs.users.listAccessibleEntrances({ acs_user_id: id }), entranceIds));
}

/** What a credential opens, by itself or by its holder. */
export function entrancesOfCredential({ seam, ask }: SystemLine, id: string): Promise<readonly string[]> {
  return idsOf(ask(seam.acs.credentials.listAccessibleEntrances({ acs_credential_id: id }), entranceIds));
}

/** The groups that a user is in; null: the backend has no word for groups. */
export async function groupsOfUser(line: SystemLine, id: string): Promise<readonly string[] | null> {
  const filter = { acs_system_id: line.systemId, acs_user_id: id };
  const groups = await whereThereIs(line, () => line.ask(line.seam.acs.accessGroups.list(filter), groupIds));
  return groups?.map((group) => group.acs_access_group_id) ?? null;
}

/**
 * Null where the backend has no such operation at all. It is asked again before that is believed, and whether it answers otherwise: a proxy
 * may have said so, and what is believed to be nothing is deleted here.
 */
export async function whereThereIs<T>(line: SeamLine, asking: () => Promise<T>): Promise<T | null> {
  const first = await orUnknown(asking);
  if (first !== UNKNOWN) return first;
  await line.tell(line.seam.acs.systems.list());
  const second = await orUnknown(asking);
  return second === UNKNOWN ? null : second;
}

const UNKNOWN = Symbol('no such operation');

async function orUnknown<T>(asking: () => Promise<T>): Promise<T | typeof UNKNOWN> {
  try {
    return await asking();
  } catch (error) {
    const isUnknown = isSeamHttpApiError(error) && error.statusCode === 404 && error.code === 'not_found';
    if (isUnknown || error instanceof NoSuchOperation) return UNKNOWN;
    throw error;
  }
}

/**
 * A credential with what it opens besides its holder's groups, if it is a card that is still to be issued, and is not known by a number
 * alone: a desk needs it to write the card. Seam tells only what a credential opens at all.
 */
export async function mirroredCredential(line: SystemLine, credential: WireCredential): Promise<MirrorItem> {
  const { acs_credential_id: id, acs_user_id: holderId, access_method, is_issued, code } = credential;
  const isToBeWritten = access_method === 'card' && is_issued !== true && code == null;
  if (!isToBeWritten || holderId == null) return credentialItem(credential);
  const [all, groupIds] = await Promise.all([
    orNull(entrancesOfCredential(line, id)),
    orNull(groupsOfUser(line, holderId)),
  ]);
  if (all === null || groupIds === null) return credentialItem(credential);
  const ofGroups = await inParallel(
    groupIds,
    async (one) => (await orNull(entrancesOfGroup(line, one))) ?? [],
  );
  const byGroup = new Set(ofGroups.flat());
  return credentialItem(
    credential,
    all.filter((entranceId) => !byGroup.has(entranceId)),
  );
}

async function idsOf(asked: Promise<z.output<typeof entranceIds>>): Promise<readonly string[]> {
  return (await asked).map(({ acs_entrance_id }) => acs_entrance_id);
}
