import { chmodSync, chownSync, lchownSync, lstatSync, type Stats } from 'node:fs';
import { pathsIn } from '../../store/state-paths.ts';
import { type Check, error, fine, warning } from '../check.ts';
import type { Desk } from '../desk.ts';

const OTHERS = 0o077;

/** How many files are named; what is wrong with one is wrong with all. */
const NAMED = 5;

interface Wrong {
  readonly path: string;
  readonly how: string;
}

/** Whether the state folder is the service's alone, and all that is in it. */
export const statePermissions: Check = {
  id: 'state-permissions',
  async look(desk) {
    const state = await desk.state();
    if (state.state !== 'open' || desk.platform === 'win32') return [];
    const foreign = foreignIn(desk, state.folder);
    const open = openIn(desk, state.folder);
    const isFixable = desk.isRoot;
    const told = (wrong: readonly Wrong[]) => [
      ...wrong.slice(0, NAMED).map(({ path, how }) => `${path} ${how}`),
      ...(wrong.length > NAMED ? [`and ${wrong.length - NAMED} more`] : []),
    ];
    const owner = ownerOf(desk, state.folder);
    const found = [
      ...(foreign.length === 0
        ? []
        : [
            error({
              id: 'state-not-owned',
              summary: `Files in the state folder do not belong to the user ${owner.name}, so the daemon cannot work with them.`,
              evidence: told(foreign),
              cure: `chown -R ${owner.name}: ${desk.stateDir}; run encoderctl as that user`,
              isFixable,
            }),
          ]),
      ...(open.length === 0
        ? []
        : [
            warning({
              id: 'state-open-to-others',
              summary: 'Other users of this computer may read what opens doors.',
              evidence: told(open),
              cure: `chmod -R go= ${desk.stateDir}`,
              isFixable,
            }),
          ]),
    ];
    return found.length > 0
      ? found
      : [fine('state-private', `The state folder is the user ${owner.name}'s alone.`)];
  },
  async fix(desk, finding, say) {
    const folder = lstatSync(desk.stateDir);
    if (finding.id === 'state-not-owned') {
      const owner = ownerOf(desk, folder);
      for (const { path } of foreignIn(desk, folder)) {
        say(`chown ${owner.name} ${path}`);
        lchownSync(path, owner.uid, owner.gid);
      }
      chownSync(desk.stateDir, owner.uid, owner.gid);
      return;
    }
    for (const { path } of openIn(desk, folder)) {
      say(`chmod go= ${path}`);
      chmodSync(path, lstatSync(path).mode & ~OTHERS & 0o777);
    }
  },
};

/** Whose it is to be: the service's, in its own folder; elsewhere the folder's owner's. */
function ownerOf(
  desk: Desk,
  folder: Stats,
): { readonly name: string; readonly uid: number; readonly gid: number } {
  const { serviceAccount: service } = desk;
  if (service !== null && desk.stateDir === desk.serviceStateDir) return service;
  const { account } = desk.worker;
  return folder.uid === account.uid ? account : { name: `#${folder.uid}`, uid: folder.uid, gid: folder.gid };
}

function foreignIn(desk: Desk, folder: Stats): readonly Wrong[] {
  const owner = ownerOf(desk, folder);
  return [desk.stateDir, ...pathsIn(desk.stateDir)].flatMap((path) => {
    const { uid } = lstatSync(path, { throwIfNoEntry: false }) ?? owner;
    return uid === owner.uid ? [] : [{ path, how: `belongs to the user ${uid}` }];
  });
}

function openIn(desk: Desk, folder: Stats): readonly Wrong[] {
  const paths = pathsIn(desk.stateDir).filter((path) => lstatSync(path, { throwIfNoEntry: false })?.isFile());
  // Where nobody else may enter the folder, what is in it is closed.
  if ((folder.mode & OTHERS) === 0) return [];
  return [desk.stateDir, ...paths].flatMap((path) => {
    const mode = (lstatSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o777;
    if ((mode & OTHERS) === 0) return [];
    return [{ path, how: `has the mode ${mode.toString(8).padStart(4, '0')}` }];
  });
}
