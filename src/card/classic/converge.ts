import { EncoderError } from '../../encoder/errors.ts';
import { allows, dataRights, isKeyBReadable } from '../classic-access.ts';
import { accessGroupOf, trailerOf } from '../classic-geometry.ts';
import type { ClassicKey } from '../link.ts';
import type { WriteJournal } from '../program.ts';
import { isSameBytes } from '../same-bytes.ts';
import type { SiteKeys } from '../site-keys.ts';
import type { ClassicSession } from './classic-session.ts';
import { dataBlocksOf } from './open-sector.ts';
import { Progress } from './progress.ts';
import { type KeyPair, keyPairOf, trailerBytes } from './sector-lock.ts';
import { type CardGoal, planWrites, type SectorGoal, showsTrailer, type WriteStep } from './write-plan.ts';

/** What the writing needs besides the goal. */
export interface WriteContext {
  readonly session: ClassicSession;
  readonly keys: SiteKeys;
  /** Hexadecimal. */
  readonly uid: string;
  readonly journal: WriteJournal;
}

/**
 * Brings the card to `goal` by writing what differs, then opens every sector with the key that locks will use and reads back what was
 * written. Resolves when the card holds the goal. Rejects with `device_protocol` when a block reads back as something else.
 */
export async function converge(context: WriteContext, goal: CardGoal): Promise<void> {
  const sectors = [...goal.record, ...goal.directory];
  const pairs = new Map(sectors.map((sector) => [sector, pairFor(context, sector)]));
  const steps = planWrites(goal, context.session.openSector);
  const progress = new Progress(context.journal, steps.length + writtenBlocks(steps).size);
  await applySteps(context, steps, pairs, progress);
  const unproven: WriteStep[] = [];
  for (const sector of nearestFirst(sectors, context.session.openSector)) {
    const written = steps.filter((step) => step.goal === sector);
    const trailer = await verifySector(context, sector, pairOf(pairs, sector), written, progress);
    if (trailer !== undefined) unproven.push(trailer);
  }
  if (unproven.length === 0) return;
  // Key A is not what the rest of the trailer says: a trailer that was torn while it was written. Key B still opens it.
  progress.extend(2 * unproven.length);
  for (const step of unproven) {
    await applySteps(context, [step], pairs, progress);
    await verifySector(context, step.goal, pairOf(pairs, step.goal), [step], progress);
  }
}

async function applySteps(
  { session }: WriteContext,
  steps: readonly WriteStep[],
  pairs: ReadonlyMap<SectorGoal, KeyPair>,
  progress: Progress,
): Promise<void> {
  for (const step of steps) {
    const { found, trailer } = step.goal;
    await session.open(found.sector, found.writer);
    progress.begin();
    await session.write(
      step.block,
      step.kind === 'data' ? step.data : trailerBytes(trailer, pairOf(pairs, step.goal)),
    );
    progress.advance('writing');
  }
}

/**
 * Opens the sector with the keys that it has now, the one for locks last, and reads back what was written there. Resolves with the trailer to be
 * written again when key A is not the one that it should have been all along.
 */
async function verifySector(
  { session }: WriteContext,
  goal: SectorGoal,
  pair: KeyPair,
  written: readonly WriteStep[],
  progress: Progress,
): Promise<WriteStep | undefined> {
  const { sector } = goal.found;
  const isNewTrailer = written.some(({ kind }) => kind === 'trailer');
  for (const key of proofs(goal, pair, isNewTrailer, written.length > 0)) {
    const isOpen = await session.opens(sector, key);
    if (isOpen) continue;
    if (key.kind === 'A' && !isNewTrailer) return { kind: 'trailer', goal, block: trailerOf(sector) };
    const message = `sector ${sector}: the key ${key.kind} that was written does not open it`;
    throw new EncoderError('device_protocol', message);
  }
  for (const [block, data] of writtenBlocks(written)) {
    const shown = await session.read(block);
    const isThere =
      data === 'trailer'
        ? showsTrailer(shown, trailerBytes(goal.trailer, pair), goal.trailer)
        : isSameBytes(shown, data);
    if (!isThere) {
      throw new EncoderError(
        'device_protocol',
        `block ${block} was written, and reads back as something else`,
      );
    }
    progress.advance('verifying');
  }
  return undefined;
}

/** The keys to open a sector with before its blocks are read back, in order. */
function proofs(
  { found, trailer }: SectorGoal,
  pair: KeyPair,
  isNewTrailer: boolean,
  hasWritten: boolean,
): readonly ClassicKey[] {
  const isOurs = trailer.lock.kind !== 'factory' && trailer.lock.version !== null;
  if (!isNewTrailer && !isOurs) return hasWritten ? [found.writer] : [];
  const a: ClassicKey = { kind: 'A', bytes: pair.a };
  const b: ClassicKey = { kind: 'B', bytes: pair.b };
  if (isKeyBReadable(trailer.access[3])) return [a];
  const mayAReadAll = dataBlocksOf(found.sector).every((block) =>
    allows(dataRights(trailer.access[accessGroupOf(block)]).read, 'A'),
  );
  if (!mayAReadAll) return [a, b];
  return isNewTrailer ? [b, a] : [a];
}

/** What must be read back, by block: each once, however often it is written. */
function writtenBlocks(steps: readonly WriteStep[]): ReadonlyMap<number, Uint8Array | 'trailer'> {
  return new Map(steps.map((step) => [step.block, step.kind === 'data' ? step.data : 'trailer']));
}

function pairFor({ keys, uid }: WriteContext, { found, trailer }: SectorGoal): KeyPair {
  const pair = keyPairOf(trailer.lock, keys, uid, found.sector);
  if (pair !== undefined) return pair;
  const version = trailer.lock.kind === 'factory' ? null : trailer.lock.version;
  const message = `sector ${found.sector} had this site's keys of version ${version}, which are not here any more`;
  throw new EncoderError('card_refused', message);
}

function pairOf(pairs: ReadonlyMap<SectorGoal, KeyPair>, goal: SectorGoal): KeyPair {
  const pair = pairs.get(goal);
  if (pair === undefined) throw new Error(`no keys were made for sector ${goal.found.sector}`);
  return pair;
}

function nearestFirst(goals: readonly SectorGoal[], openNow: number | undefined): readonly SectorGoal[] {
  return goals.toSorted(
    (one, other) => Number(other.found.sector === openNow) - Number(one.found.sector === openNow),
  );
}
