import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { createLog } from '../../../src/log.ts';
import type { Site } from '../../../src/site/site.ts';
import { MirrorWriter } from '../../../src/sync/mirror-writer.ts';
import { openTestSite, temporaryFolder } from '../site/site-bed.ts';
import { userState } from './sync-bed.ts';

const PAGE = 200;

/** More than a command needs, by far: 400 slices. */
const MOST_PAGES = 100;

const KEYS = 3;

/** Starts a process that makes keys in this folder. Returns what its exit says, once it is about to make the first. */
async function startMakingKeys(stateDir: string): Promise<Promise<unknown[]>> {
  const file = fileURLToPath(new URL('fixtures/makes-keys.ts', import.meta.url));
  const child = spawn(process.execPath, [file, stateDir, String(KEYS)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  await Promise.race([once(createInterface({ input: child.stdout }), 'line'), exited]);
  return exited;
}

/** What reads in so many pages of new users, until it is enough. Returns how many there were. */
async function readIn(site: Site, mostPages: number, isEnough: () => boolean): Promise<number> {
  const log = createLog('error', { write: () => {} });
  const writer = new MirrorWriter({ site, log, givesOwnIds: false });
  const { signal } = new AbortController();
  let pages = 0;
  for (; pages < mostPages && !isEnough(); pages += 1) {
    const items = Array.from({ length: PAGE }, (_, at) => ({
      kind: 'acs_user' as const,
      id: crypto.randomUUID(),
      state: userState(`Guest ${pages} ${at}`),
    }));
    await writer.write({ items, walk: 1, isOutdated: () => false }, signal);
  }
  return pages;
}

test('a command beside a daemon that reads in a large property has its turn with the file', async () => {
  const folder = temporaryFolder();
  const site = openTestSite({ hasBackend: true }, folder);
  const { apiKeys } = site.store;
  const exited = startMakingKeys(folder);
  const pages = await readIn(site, MOST_PAGES, () => apiKeys.list().length === KEYS);
  expect(pages).toBeLessThan(MOST_PAGES);
  expect(await exited).toEqual([0, null]);
});
