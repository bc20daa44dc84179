import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditPlace } from '../model/audit-entry.ts';
import { siteKeysPlace } from '../site-keys.ts';
import { COPIES, DATABASE } from '../store/sqlite/copies.ts';
import { setAside } from '../store/sqlite/put-back.ts';
import { makeBackup } from './backup/make-backup.ts';
import { whileStopped } from './backup/stopped-daemon.ts';
import { auditByHand } from './by-hand.ts';
import { configOf, openKnownState, openState, requireAccess, type StateWords, stateDir } from './state.ts';
import { fillNewFile } from './state-owner.ts';
import { CommandError, EXIT, type Terminal } from './terminal.ts';
import { typed } from './typed.ts';
import { wrongUseOf } from './verbs.ts';
import { readWords } from './words.ts';

const USAGE = 'factory-reset [--with-keys] [--yes]';

/** Makes this desk as new, with a last backup of what it was (docs/backup.md). */
export const factoryResetCommand = {
  usage: USAGE,
  async run(words: readonly string[], terminal: Terminal): Promise<void> {
    const { values, positionals } = readWords(words, {
      'with-keys': { type: 'boolean' },
      yes: { type: 'boolean' },
    });
    if (positionals.length > 0) throw wrongUseOf([USAGE]);
    const dir = stateDir(values);
    requireAccess(dir);
    if (!existsSync(join(dir, DATABASE))) {
      throw new CommandError(`There is nothing to reset: no ${DATABASE} in ${dir}.`, EXIT.unavailable);
    }
    const withKeys = values['with-keys'] === true;
    const keys = siteKeysPlace(dir, process.env);
    if (withKeys && keys.isReadOnly) {
      throw new CommandError(
        `The site's keys come from the service manager (${keys.path}). Remove the credential there.`,
      );
    }
    const doomed = [...whatGoes(dir), ...(withKeys ? keyFiles(dir) : [])];
    if (values.yes !== true) await confirm(configOf(values).site.name, dir, withKeys);
    const stamp = new Date().toISOString().replaceAll(/[-:.]/g, '');
    const { result: kept, daemon } = await whileStopped(dir, async () => {
      const last = await keepLast(values, dir, stamp);
      for (const name of doomed) rmSync(join(dir, name), { recursive: true, force: true });
      noteReset(values, last, withKeys);
      return last.path;
    });
    terminal.result({ removed: doomed, kept_as: kept, with_site_keys: withKeys }, [
      `This desk is as new. Removed from ${dir}: ${doomed.join(', ')}.`,
      `What it was is kept in ${kept}, with the names of people: remove it when it is not needed, or put it back: encoderctl restore ${kept}`,
      daemon,
      withKeys
        ? 'The keys of the site are gone: cards that were written here cannot be read or written any more, unless a copy of the keys is imported.'
        : 'The keys of the site stay, because the cards out there need them. The certificate for browsers stays, too (encoderctl tls remove).',
    ]);
  },
};

/** What the daemon made for itself, by its names in the state folder. */
function whatGoes(dir: string): readonly string[] {
  const isOurs = (name: string) =>
    name === COPIES ||
    name === 'drivers' ||
    name === 'daemon.json' ||
    name === 'encoderctl.key' ||
    name.startsWith(DATABASE) ||
    name.startsWith('flight-recorder.jsonl') ||
    name.startsWith('replaced-');
  return readdirSync(dir).filter(isOurs).sort();
}

/** The site's keys, and those that were kept when others took their place. */
const keyFiles = (dir: string): readonly string[] =>
  readdirSync(dir)
    .filter((name) => name.startsWith('site-keys.json'))
    .sort();

/** What was kept, and how far its audit log went; null: that cannot be read any more. */
interface LastKept {
  readonly path: string;
  readonly head: AuditPlace | null;
}

/** A backup; where the database is not sound, its files as they are. */
async function keepLast(words: StateWords, dir: string, stamp: string): Promise<LastKept> {
  const path = join(dir, `before-reset-${stamp}.tar.gz`);
  try {
    const { deskId, head } = deskIn(words);
    await fillNewFile(path, (file) =>
      makeBackup(file, { stateDir: dir, deskId, config: null, siteKeys: null }),
    );
    return { path, head };
  } catch {
    const folder = join(dir, `before-reset-${stamp}`);
    mkdirSync(folder, { mode: 0o700 });
    setAside(dir, folder);
    return { path: folder, head: null };
  }
}

function deskIn(words: StateWords): { readonly deskId: string; readonly head: AuditPlace } {
  using store = openKnownState(words);
  return { deskId: store.site.read()?.deskId ?? '', head: store.auditLog.head() };
}

/** The first entry of the new log says where the old one ended. */
function noteReset(words: StateWords, { head }: LastKept, withKeys: boolean): void {
  using store = openState(words);
  auditByHand(store, 'factory_reset', {
    with_site_keys: withKeys,
    ...(head !== null && { replaced_sequence: head.sequence, replaced_head: head.hash }),
  });
}

/** Has the name of the desk typed. Throws CommandError for another one. */
async function confirm(name: string, dir: string, withKeys: boolean): Promise<void> {
  process.stderr.write(
    `This removes everything that this desk knows (${dir}): people, credentials, what was written on cards, keys of apps, pairings.${withKeys ? ' And the keys of the site: cards that were written cannot be read any more.' : ''}\n`,
  );
  if ((await typed(`To go on, type the name of this desk, which is ${name}: `)) === name) return;
  throw new CommandError(
    `That is not the name of this desk, which is ${name}. Nothing was done. Without asking: --yes.`,
    EXIT.usage,
  );
}
