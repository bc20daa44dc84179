import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { StorageError } from '../../../src/store/errors.ts';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import { GroupCommit } from '../../../src/sync/group-commit.ts';
import { temporaryFolder } from '../site/site-bed.ts';

function openStore() {
  const store = openSqliteStore(join(temporaryFolder(), 'encoderd.db'));
  onTestFinished(() => store[Symbol.dispose]());
  return store;
}

test('what is to be noted in one moment is one commit, and each hears of its own', async () => {
  const store = openStore();
  let commits = 0;
  let depth = 0;
  const counting = {
    transaction: <T>(work: () => T): T => {
      if (depth === 0) commits += 1;
      depth += 1;
      try {
        return store.transaction(work);
      } finally {
        depth -= 1;
      }
    },
  };
  const group = new GroupCommit(counting);
  const failure = new Error('not this one');
  const settled = await Promise.allSettled([
    group.run(() => store.origins.allow('https://a.example', 1)),
    group.run(() => {
      store.origins.allow('https://b.example', 1);
      throw failure;
    }),
    group.run(() => 'third'),
  ]);
  expect(settled).toEqual([
    { status: 'fulfilled', value: undefined },
    { status: 'rejected', reason: failure },
    { status: 'fulfilled', value: 'third' },
  ]);
  expect(commits).toBe(1);
  expect(store.origins.list()).toEqual(['https://a.example']);
  expect(await group.run(() => 'later')).toBe('later');
});

test('a disk that does not take the commit is everybody’s failure', async () => {
  const group = new GroupCommit({
    transaction: () => {
      throw new StorageError('full');
    },
  });
  const settled = await Promise.allSettled([group.run(() => 1), group.run(() => 2)]);
  expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});
