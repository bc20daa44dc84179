import { mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { type EncoderdProcess, startEncoderd } from '../../../scripts/encoderd-process.ts';
import { siteKeysCommand } from '../../../src/cli/site-keys.ts';
import type { Terminal } from '../../../src/cli/terminal.ts';
import { createApiKey } from '../../../src/site/api-keys.ts';
import { DATABASE } from '../../../src/store/sqlite/copies.ts';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import { openTestSite } from '../site/site-bed.ts';

/** The technician's tool, to be run in a process of its own. */
export const ENCODERCTL = fileURLToPath(new URL('../../../src/cli/encoderctl.ts', import.meta.url));

/** A desk on which no daemon runs, with one API key and keys of its site; `said` is what was said to a person. */
export async function newDesk() {
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-backup-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const state = join(folder, 'state');
  mkdirSync(state, { mode: 0o700 });
  const site = openTestSite({}, state);
  createApiKey(site.store, { name: 'reception', scopes: ['read'] }, 1);
  site.store[Symbol.dispose]();
  const said: string[] = [];
  const terminal: Terminal = {
    isJson: false,
    result: (_, lines) => said.push(...lines),
    news: () => {},
    progress: () => {},
    fail: (error) => {
      throw error;
    },
  };
  const run = async (
    command: { run(words: readonly string[], terminal: Terminal): Promise<void> },
    ...words: readonly string[]
  ) => command.run([...words, '--state-dir', state], terminal);
  await run(siteKeysCommand, 'generate');
  const keys = () => {
    using store = openSqliteStore(join(state, DATABASE));
    return store.apiKeys.list().map(({ name }) => name);
  };
  const addKey = (name: string) => {
    using store = openSqliteStore(join(state, DATABASE));
    createApiKey(store, { name, scopes: ['read'] }, 2);
  };
  const audit = () => {
    using store = openSqliteStore(join(state, DATABASE));
    return store.auditLog.after(0, 1000);
  };
  const path = (name: string) => join(folder, name);
  return { folder, state, path, run, keys, addKey, audit, said };
}

/** What restores have kept. */
export const kept = (state: string) => readdirSync(state).filter((name) => name.startsWith('replaced-'));

/** A daemon on this folder, which ends with the test. */
export async function daemonOn(state: string): Promise<EncoderdProcess> {
  const daemon = await startEncoderd({ ENCODERD_STATE_DIR: state, ENCODERD_DRIVERS: 'virtual' });
  onTestFinished(() => daemon.kill());
  return daemon;
}

/** Overwrites pages in the middle of the file. */
export function spoil(path: string): void {
  const size = statSync(path).size;
  const file = openSync(path, 'r+');
  for (let at = 8 * 4096; at < size; at += 4096) writeSync(file, Buffer.alloc(4096, 0x5a), 0, 4096, at);
}
