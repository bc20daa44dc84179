import { z } from 'zod';
import { RESOURCE_KINDS, type ResourceKind } from '../../model/resource.ts';
import type { MirrorItem } from '../../model/sync.ts';
import type { WalkPage } from '../backend.ts';
import { inParallel } from './in-parallel.ts';
import type { Memberships } from './memberships.ts';
import { entrancesOfGroup, mirroredCredential, orNull, type SystemLine, whereThereIs } from './things.ts';
import {
  accessGroupItem,
  acsAccessGroup,
  acsCredential,
  acsEntrance,
  acsUser,
  entranceItem,
  identityItem,
  pageOf,
  userIdentity,
  userItem,
} from './wire.ts';

/** How many things one answer has at most. */
const PAGE = 500;

/** Groups come one by one with their entrances. */
const GROUPS_AT_ONCE = 100;

const position = z.object({ kind: z.enum(RESOURCE_KINDS), cursor: z.string().nullable() });

/** A part of the things of one kind. */
interface Part {
  readonly items: readonly MirrorItem[];
  readonly cursor: string | null;
}

/** A part of everything, kind by kind; `from` as a part before it gave it. What is no such place is the beginning. */
export async function walkOn(
  line: SystemLine,
  memberships: Memberships,
  from: string | null,
): Promise<WalkPage> {
  const { kind, cursor } = placeOf(from);
  const part = await partOf(line, memberships, kind, cursor);
  const next = part.cursor === null ? kindAfter(kind) : kind;
  return {
    items: part.items,
    position: next === undefined ? null : JSON.stringify({ kind: next, cursor: part.cursor }),
  };
}

function placeOf(from: string | null): z.output<typeof position> {
  try {
    return position.parse(JSON.parse(from ?? ''));
  } catch {
    return BEGINNING;
  }
}

const BEGINNING = { kind: RESOURCE_KINDS[0], cursor: null };

function kindAfter(kind: ResourceKind): ResourceKind | undefined {
  return RESOURCE_KINDS[RESOURCE_KINDS.indexOf(kind) + 1];
}

async function partOf(
  line: SystemLine,
  memberships: Memberships,
  kind: ResourceKind,
  cursor: string | null,
): Promise<Part> {
  const { seam, systemId } = line;
  const page = { acs_system_id: systemId, limit: PAGE, ...(cursor === null ? {} : { page_cursor: cursor }) };
  switch (kind) {
    case 'acs_entrance': {
      const list = pageOf('acs_entrances', acsEntrance);
      const found = await whereThereIs(line, () =>
        line.ask(seam.acs.entrances.list(page).fetchResponse(), list),
      );
      return { items: found?.acs_entrances.map(entranceItem) ?? [], cursor: cursorOf(found) };
    }
    case 'acs_access_group':
      return someGroups(line, cursor);
    case 'user_identity': {
      const list = pageOf('user_identities', userIdentity);
      const { acs_system_id: _, ...ofWorkspace } = page;
      const request = () => seam.userIdentities.list(ofWorkspace).fetchResponse();
      const found = await whereThereIs(line, () => line.ask(request(), list));
      return { items: found?.user_identities.map(identityItem) ?? [], cursor: cursorOf(found) };
    }
    case 'acs_user': {
      const found = await line.ask(seam.acs.users.list(page).fetchResponse(), pageOf('acs_users', acsUser));
      const ids = found.acs_users.map((user) => user.acs_user_id);
      const groups = await memberships.of(line, ids);
      const items = found.acs_users.map((user) => userItem(user, groups?.get(user.acs_user_id) ?? null));
      if (cursorOf(found) === null) memberships.forgetAll();
      return { items, cursor: cursorOf(found) };
    }
    case 'acs_credential': {
      const list = pageOf('acs_credentials', acsCredential);
      const found = await whereThereIs(line, () =>
        line.ask(seam.acs.credentials.list(page).fetchResponse(), list),
      );
      const items = await inParallel(found?.acs_credentials ?? [], (one) => mirroredCredential(line, one));
      return { items, cursor: cursorOf(found) };
    }
  }
}

const cursorOf = (
  page: { readonly pagination?: { readonly next_page_cursor: string | null } | undefined } | null,
): string | null => page?.pagination?.next_page_cursor ?? null;

/** Seam lists groups without pages: they are taken in the order of their ids, from after the one that was last. */
async function someGroups(line: SystemLine, last: string | null): Promise<Part> {
  const { seam, systemId } = line;
  const request = () => seam.acs.accessGroups.list({ acs_system_id: systemId });
  const all = (await whereThereIs(line, () => line.ask(request(), z.array(acsAccessGroup)))) ?? [];
  const ahead = all
    .filter(({ acs_access_group_id: id }) => last === null || id > last)
    .sort((a, b) => (a.acs_access_group_id < b.acs_access_group_id ? -1 : 1));
  const some = ahead.slice(0, GROUPS_AT_ONCE);
  const items = await inParallel(some, async (group) => {
    const entranceIds = await orNull(entrancesOfGroup(line, group.acs_access_group_id));
    return entranceIds === null ? [] : [accessGroupItem(group, entranceIds)];
  });
  const hasMore = ahead.length > some.length;
  return { items: items.flat(), cursor: hasMore ? (some.at(-1)?.acs_access_group_id ?? null) : null };
}
