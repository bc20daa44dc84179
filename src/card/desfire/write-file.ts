import { EncoderError } from '../../encoder/errors.ts';
import type { WriteJournal } from '../program.ts';
import {
  type ApplicationState,
  applicationKey,
  type DesfireWork,
  findApplication,
  type KeyNumber,
  newestVersion,
  readFile,
} from './application.ts';
import { cardKeyTask, foreignCardKey, takeOverCardKey } from './card-level.ts';
import { creation, openCreated, openMaster } from './create-application.ts';
import type { DesfireCard, DesfireSession } from './desfire-card.ts';
import { CREATE_FILE_PARAMETERS, dataRange, FACTORY_VERSION, FILE_BYTES, INS } from './layout.ts';
import { verifyFile } from './verify-file.ts';
import { WriteSteps } from './write-steps.ts';

/** The master key last: until then the application can be told from a finished one, and opened. */
const CHANGE_ORDER: readonly KeyNumber[] = [1, 2, 0];

/**
 * Brings the site's application to: `content` (192 bytes) in its file, all keys the site's newest; then, where the settings say so, the card's
 * master key too. Creates what is missing, writes what differs, and reads it back with new sessions.
 */
export async function writeFile(
  card: DesfireCard,
  work: DesfireWork,
  content: Uint8Array,
  journal: WriteJournal,
): Promise<void> {
  const task = await cardKeyTask(card, work);
  if (task === 'locked') throw foreignCardKey();
  const found = await findApplication(card, work);
  if (found.kind === 'locked') throw new EncoderError('card_refused', found.description);
  const create = found.kind === 'absent' ? await creation(card, work) : undefined;
  let session = found.kind === 'absent' ? undefined : await openMaster(card, work, found.versions[0]);
  const hasFile = found.kind === 'ours' && found.hasFile;
  const current = session && hasFile ? await readFile(session) : new Uint8Array(FILE_BYTES);
  const range = differingRange(current, content);
  const stale = staleKeys(work, found);

  const changes =
    (create ? 1 : 0) + (hasFile ? 0 : 1) + (range ? 2 : 0) + stale.length + (task === 'take_over' ? 1 : 0);
  const checks = (stale.length > 0 ? 1 : 0) + 1 + (task === 'take_over' ? 1 : 0);
  const steps = new WriteSteps(journal, changes + checks);
  if (create) {
    await steps.change(create);
    session = await openCreated(card, work);
  }
  if (session === undefined) throw new Error('there is a session by now');
  await fillFile(session, hasFile, range, content, steps);
  await changeKeys(session, work, found, stale, steps);
  await verifyFile(card, work, content, stale, steps);
  if (task === 'take_over') await takeOverCardKey(card, work, steps);
}

/** The first and the last byte that differ, as offset and length; undefined: none does. */
export function differingRange(
  current: Uint8Array,
  wanted: Uint8Array,
): { readonly offset: number; readonly length: number } | undefined {
  const differs = (byte: number, at: number) => byte !== current[at];
  const offset = wanted.findIndex(differs);
  return offset < 0 ? undefined : { offset, length: wanted.findLastIndex(differs) - offset + 1 };
}

function staleKeys(work: DesfireWork, found: ApplicationState): readonly KeyNumber[] {
  if (found.kind !== 'ours') return CHANGE_ORDER;
  return CHANGE_ORDER.filter((number) => found.versions[number] !== newestVersion(work));
}

async function fillFile(
  session: DesfireSession,
  hasFile: boolean,
  range: ReturnType<typeof differingRange>,
  content: Uint8Array,
  steps: WriteSteps,
): Promise<void> {
  if (!hasFile) {
    await steps.change(() =>
      session.perform('create the file', INS.createBackupFile, CREATE_FILE_PARAMETERS),
    );
  }
  if (range === undefined) return;
  const { offset, length } = range;
  const data = content.subarray(offset, offset + length);
  await steps.change(() => session.write('write the file', INS.writeData, dataRange(offset, length), data));
  await steps.change(() => session.perform('commit what was written', INS.commit));
}

async function changeKeys(
  session: DesfireSession,
  work: DesfireWork,
  found: ApplicationState,
  stale: readonly KeyNumber[],
  steps: WriteSteps,
): Promise<void> {
  const version = newestVersion(work);
  for (const keyNumber of stale) {
    const oldVersion = found.kind === 'ours' ? found.versions[keyNumber] : FACTORY_VERSION;
    const change = {
      keyNumber,
      newKey: applicationKey(work, keyNumber, version),
      version,
      ...(keyNumber === 0 ? {} : { oldKey: applicationKey(work, keyNumber, oldVersion) }),
    };
    await steps.change(() => session.changeKey(`change key ${keyNumber}`, change));
  }
}
