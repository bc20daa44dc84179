import { closeSync, existsSync, fstatSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DATABASE, type KeptCopy, keptCopies } from '../store/sqlite/copies.ts';
import { problemsOf } from '../store/sqlite/problems.ts';
import { putBack } from '../store/sqlite/put-back.ts';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import type { Manifest } from './backup/manifest.ts';
import { putBackDriverFiles, putBackKeys, saysOfConfig } from './backup/put-back-files.ts';
import { onDisk, whileStopped } from './backup/stopped-daemon.ts';
import { unpack } from './backup/unpack.ts';
import { inWorkFolder } from './backup/work-folder.ts';
import { auditByHand } from './by-hand.ts';
import { readPassphrase } from './passphrase.ts';
import { requireAccess, stateDir } from './state.ts';
import { asOwnerOf, fileProblem } from './state-owner.ts';
import { CommandError, counted, EXIT, type Terminal } from './terminal.ts';
import { typed } from './typed.ts';
import { wrongUseOf } from './verbs.ts';
import { readWords } from './words.ts';

const USAGES = [
  'restore FILE [--with-keys [--passphrase-file FILE]] [--other-desk]',
  'restore --last-good [--yes]',
];

/** Puts a backup, or the last copy that the daemon took, in the place of what this desk has, and keeps that beside (docs/backup.md). */
export const restoreCommand = {
  usage: USAGES.join('\n  '),
  async run(words: readonly string[], terminal: Terminal): Promise<void> {
    const { values, positionals } = readWords(words, {
      'last-good': { type: 'boolean' },
      'with-keys': { type: 'boolean' },
      'passphrase-file': { type: 'string' },
      'other-desk': { type: 'boolean' },
      yes: { type: 'boolean' },
    });
    const [given, ...more] = positionals;
    const isLastGood = values['last-good'] === true;
    const withKeys = values['with-keys'] === true;
    if (
      more.length > 0 ||
      (given === undefined) !== isLastGood ||
      (isLastGood && withKeys) ||
      (!isLastGood && values.yes === true)
    )
      throw wrongUseOf(USAGES);
    const dir = stateDir(values);
    requireAccess(dir);
    if (!existsSync(dir)) throw new CommandError(`There is no state folder ${dir}.`, EXIT.unavailable);
    const passphrase = withKeys ? await readPassphrase(values['passphrase-file'], false) : null;
    const copy = given === undefined ? await asOwnerOf(dir, async () => lastGood(dir)) : null;
    const path = given ?? copy?.path ?? '';
    const file = opened(path);
    try {
      await inWorkFolder(dir, async (folder) => {
        const list = await asOwnerOf(dir, () =>
          onDisk(dir, async () => {
            const found = await unpack(file, folder, path);
            requireSound(join(folder, DATABASE), path);
            return found;
          }),
        );
        if (copy !== null && values.yes !== true) {
          const loss = await asOwnerOf(dir, () =>
            onDisk(dir, async () => lossOf(dir, join(folder, DATABASE))),
          );
          if (loss !== null) await confirm(copy, loss);
        }
        const isOtherDesk = values['other-desk'] === true;
        await restore({ dir, folder, path, list, passphrase, isOtherDesk }, terminal);
      });
    } finally {
      closeSync(file);
    }
  },
};

interface Order {
  readonly dir: string;
  readonly folder: string;
  readonly path: string;
  readonly list: Manifest | null;
  readonly passphrase: string | null;
  readonly isOtherDesk: boolean;
}

async function restore(order: Order, terminal: Terminal): Promise<void> {
  const { dir, folder, path, list } = order;
  const draft = join(folder, DATABASE);
  const keptAs = join(dir, `replaced-${new Date().toISOString().replaceAll(/[-:.]/g, '')}`);
  const { result, daemon } = await whileStopped(dir, async () => {
    prepare(draft, order);
    const keys = await putBackKeys(dir, folder, order.passphrase, list !== null);
    putBack(dir, draft, keptAs);
    return [...putBackDriverFiles(dir, folder), ...keys, ...saysOfConfig(folder, keptAs)];
  });
  terminal.result({ restored: path, from: list?.created_at ?? null, replaced_kept_as: keptAs }, [
    `The desk is as it was in ${path}${list === null ? '' : ` (${list.created_at})`}. What it replaced is kept in ${keptAs}: remove it when it is not needed.`,
    ...result,
    daemon,
    'What happened since then is not in it: cards that were written since are read as unknown or older. With a backend: encoderctl sync resync.',
  ]);
}

/** Throws CommandError for a database that nobody should go on with. */
function requireSound(draft: string, path: string): void {
  const problems = problemsOf(draft);
  if (problems.length === 0) return;
  throw new CommandError(
    `The database in ${path} is damaged: ${problems[0]}. Nothing was changed. Take another one.`,
  );
}

/** Brings the database to this version and notes in its audit log what is done with it. Throws CommandError where it does not belong here. */
function prepare(draft: string, { dir, path, isOtherDesk }: Order): void {
  using store = opening(draft, path);
  using current = currentStore(dir);
  const [here, there] = [current?.site.read()?.deskId, store.site.read()?.deskId];
  if (current !== null && here !== there && !isOtherDesk && wasUsed(current)) {
    throw new CommandError(
      `${path} is of another desk (${there ?? 'without a name'}), and this one (${here}) was used already. Two computers must not be the same desk: if that one is gone for good, give --other-desk.`,
    );
  }
  const head = current?.auditLog.head();
  auditByHand(store, 'state_restored', {
    ...(head !== undefined && { replaced_sequence: head.sequence, replaced_head: head.hash }),
  });
}

function opening(draft: string, path: string): Store {
  try {
    return openSqliteStore(draft);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new CommandError(`${path} cannot be put back: ${detail} Nothing was changed.`, EXIT.failed);
  }
}

/** The store that is there now; null: there is none, or none that can be read. */
function currentStore(dir: string): Store | null {
  return existsSync(join(dir, DATABASE)) ? openedOrNull(join(dir, DATABASE)) : null;
}

function openedOrNull(path: string): Store | null {
  try {
    return openSqliteStore(path);
  } catch {
    return null;
  }
}

const wasUsed = ({ users, cardWrites }: Store): boolean =>
  users.list({}, { after: 0, limit: 1 }).rows.length > 0 ||
  cardWrites.list({}, { after: 0, limit: 1 }).rows.length > 0;

/** The newest copy that is still sound. Throws CommandError where there is none. */
function lastGood(dir: string): KeptCopy {
  const copies = keptCopies(dir);
  const sound = copies.find(({ path }) => problemsOf(path).length === 0);
  if (sound !== undefined) return sound;
  throw new CommandError(
    copies.length === 0
      ? `There is no copy in ${dir}: the daemon takes one a few seconds after its first start.`
      : `None of the ${copies.length} copies in ${dir} is sound. Restore a backup.`,
  );
}

/** What has happened here that the copy does not know of, in words; null: the database here is damaged or gone, and nothing is lost with it. */
function lossOf(dir: string, draft: string): string | null {
  const database = join(dir, DATABASE);
  if (!existsSync(database) || problemsOf(database).length > 0) return null;
  using current = currentStore(dir);
  using copy = openedOrNull(draft);
  if (current === null || copy === null) return 'what happened here since then';
  const entries = current.auditLog.head().sequence - copy.auditLog.head().sequence;
  return `what happened here since then (${entries === 1 ? '1 entry' : `${entries} entries`} of the audit log)`;
}

/** Asks whether a sound database is to be replaced. Throws CommandError where it is not. */
async function confirm({ path, at }: KeptCopy, loss: string): Promise<void> {
  const age = ageInWords(Math.max(0, Date.now() - at));
  process.stderr.write(
    `The database of this desk is sound. The copy is ${age} old (${new Date(at).toISOString()}, ${path}): the desk would not know any more ${loss}.\n`,
  );
  if ((await typed('To go on, type yes: ')) === 'yes') return;
  throw new CommandError(
    `Nothing was done: the database is sound, and the copy is ${age} old. Without asking: --yes.`,
    EXIT.usage,
  );
}

/** As `3 hours`: in the largest unit that there is at least one of. */
function ageInWords(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return counted(minutes, 'minute');
  return minutes < 48 * 60
    ? counted(Math.floor(minutes / 60), 'hour')
    : counted(Math.floor(minutes / 60 / 24), 'day');
}

function opened(path: string): number {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    throw fileProblem(path, error);
  }
  if (fstatSync(file).isFile()) return file;
  closeSync(file);
  throw new CommandError(`${path} is no file. Nothing was changed.`, EXIT.unavailable);
}
