import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A user of this computer. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** By name or by number; null: there is none (passwd(5)). */
export function accountOf(root: string, who: string | number): Account | null {
  for (const line of linesOf(join(root, 'etc/passwd'))) {
    const [name = '', , uid, gid] = line.split(':');
    if (name === who || (uid !== '' && Number(uid) === who))
      return { name, uid: Number(uid), gid: Number(gid) };
  }
  return null;
}

/** The numbers of the groups that a user is in, and of `others` by name as far as they are there (group(5)). */
export function groupsOf(root: string, account: Account, others: readonly string[]): readonly number[] {
  const groups = linesOf(join(root, 'etc/group')).map((line) => line.split(':'));
  const found = groups.filter(
    ([name = '', , , members = '']) => members.split(',').includes(account.name) || others.includes(name),
  );
  return [...new Set([account.gid, ...found.map(([, , gid]) => Number(gid))])];
}

function linesOf(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch {
    return [];
  }
}
