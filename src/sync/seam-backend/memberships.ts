import { z } from 'zod';
import { inParallel } from './in-parallel.ts';
import { groupsOfUser, orNull, type SystemLine, whereThereIs } from './things.ts';

const groups = z.array(z.object({ acs_access_group_id: z.string() }));
const users = z.array(z.object({ acs_user_id: z.string() }));

/** Which users are in which groups, by group; Seam tells it group by group, or user by user. */
type GroupsByUser = Map<string, readonly string[]>;

/**
 * In which groups users are, for a walk through all of them: asked for once, group by group. What this desk changes meanwhile is asked for
 * again.
 */
export class Memberships {
  #known: GroupsByUser | null = null;
  readonly #changed = new Set<string>();

  /** By user. Null: the backend has no word for groups. */
  async of(
    line: SystemLine,
    userIds: readonly string[],
  ): Promise<ReadonlyMap<string, readonly string[]> | null> {
    this.#known ??= await membershipsOf(line);
    const known = this.#known;
    if (known === null) return null;
    const changed = userIds.filter((id) => this.#changed.has(id));
    const again = await inParallel(
      changed,
      async (id) => [id, (await groupsOfUser(line, id)) ?? []] as const,
    );
    return new Map([...userIds.map((id) => [id, known.get(id) ?? []] as const), ...again]);
  }

  /** Notes that a user came into a group, or went out of one, since. */
  noteChanged(userId: string): void {
    if (this.#known !== null) this.#changed.add(userId);
  }

  /** The next walk asks anew. */
  forgetAll(): void {
    this.#known = null;
    this.#changed.clear();
  }
}

async function membershipsOf(line: SystemLine): Promise<GroupsByUser | null> {
  const { seam, systemId } = line;
  const all = await whereThereIs(line, () =>
    line.ask(seam.acs.accessGroups.list({ acs_system_id: systemId }), groups),
  );
  if (all === null) return null;
  const byUser: GroupsByUser = new Map();
  // Few sets of groups are many users': each is kept once.
  const sets = new Map<string, readonly string[]>();
  await inParallel(all, async ({ acs_access_group_id: groupId }) => {
    const request = seam.acs.accessGroups.listUsers({ acs_access_group_id: groupId });
    for (const { acs_user_id } of (await orNull(line.ask(request, users))) ?? []) {
      const ids = [...(byUser.get(acs_user_id) ?? []), groupId].sort();
      const key = ids.join();
      const kept = sets.get(key) ?? ids;
      sets.set(key, kept);
      byUser.set(acs_user_id, kept);
    }
  });
  return byUser;
}
