import { isKeyBReadable } from '../classic-access.ts';
import { CLASSIC_BLOCK_BYTES, trailerOf } from '../classic-geometry.ts';
import { FRAME_HEADER_BYTES, frameRecord } from '../record-frame.ts';
import { isSameBytes } from '../same-bytes.ts';
import { dataBlocksOf, type OpenSector } from './open-sector.ts';
import { isSameTrailer, type Trailer } from './sector-lock.ts';

/** What one sector is to hold. */
export interface SectorGoal {
  /** As it was read. */
  readonly found: OpenSector;
  /** As many blocks as were found. */
  readonly blocks: readonly Uint8Array[];
  readonly trailer: Trailer;
}

/** What the card is to hold. The first block of the first record sector is the commit block: it carries the record's frame header. */
export interface CardGoal {
  readonly record: readonly SectorGoal[];
  /** Sectors 0 and 16. */
  readonly directory: readonly SectorGoal[];
}

/** One write. A trailer's bytes are made when it is written, so that no key lies in the plan. */
export type WriteStep =
  | { readonly kind: 'data'; readonly goal: SectorGoal; readonly block: number; readonly data: Uint8Array }
  | { readonly kind: 'trailer'; readonly goal: SectorGoal; readonly block: number };

/**
 * What has to be written, in order: the commit block as zeros, where it announces a record and anything behind it changes; the other data blocks;
 * the commit block; the trailers of the record's sectors; and then the directory, the block with its check byte after its others, its trailer last.
 * `openNow` is the sector that is open: its blocks come first where the order leaves the choice.
 */
export function planWrites(goal: CardGoal, openNow: number | undefined): readonly WriteStep[] {
  const [first, ...others] = goal.record;
  const steps: WriteStep[] = [];
  if (first !== undefined) {
    const [commit, ...firstBody] = changedOrNot(first);
    const body = others.map((sector) => changedBlocks(sector)).filter((blocks) => blocks.length > 0);
    const firstChanges = firstBody.filter(isChange).map(({ step }) => step);
    const isTorn =
      commit !== undefined && isHeader(commit.found) && (body.length > 0 || firstChanges.length > 0);
    const inOrder = nearestFirst(body, openNow);
    if (isTorn) {
      const data = new Uint8Array(CLASSIC_BLOCK_BYTES);
      steps.push({ ...commit.step, data }, ...firstChanges, ...inOrder.flat());
    } else {
      steps.push(...inOrder.flat(), ...firstChanges);
    }
    if (commit !== undefined && (isTorn || isChange(commit))) {
      if (!isTorn || commit.step.data.some((byte) => byte !== 0)) steps.push(commit.step);
    }
  }
  const trailers = goal.record.map((sector) => changedTrailer(sector)).filter((change) => change.length > 0);
  const openThen = steps.at(-1)?.goal.found.sector ?? openNow;
  steps.push(...nearestFirst(trailers, openThen).flat());
  for (const sector of goal.directory.toReversed()) {
    steps.push(...changedBlocks(sector).toReversed(), ...changedTrailer(sector));
  }
  return steps;
}

interface PlannedBlock {
  readonly found: Uint8Array;
  readonly step: Extract<WriteStep, { kind: 'data' }>;
}

function changedOrNot(goal: SectorGoal): readonly PlannedBlock[] {
  return dataBlocksOf(goal.found.sector).flatMap((block, at) => {
    const [found, data] = [goal.found.blocks[at], goal.blocks[at]];
    return found && data ? [{ found, step: { kind: 'data', goal, block, data } }] : [];
  });
}

function isChange({ found, step }: PlannedBlock): boolean {
  return !isSameBytes(found, step.data);
}

function changedBlocks(goal: SectorGoal): WriteStep[] {
  return changedOrNot(goal)
    .filter(isChange)
    .map(({ step }) => step);
}

function changedTrailer(goal: SectorGoal): readonly WriteStep[] {
  const { found, trailer } = goal;
  const isSame = isSameTrailer(found.trailer, trailer) && found.hasKeyBOfLock;
  return isSame ? [] : [{ kind: 'trailer', goal, block: trailerOf(found.sector) }];
}

/** Whether a lock would take what follows for a record. */
function isHeader(block: Uint8Array): boolean {
  const header = frameRecord(Uint8Array.of(0)).subarray(0, FRAME_HEADER_BYTES - 1);
  return isSameBytes(header, block.subarray(0, header.length));
}

/** The sector that is open at that time before the others. */
function nearestFirst(
  changes: readonly (readonly WriteStep[])[],
  openThen: number | undefined,
): readonly (readonly WriteStep[])[] {
  const distance = (steps: readonly WriteStep[]) => (steps[0]?.goal.found.sector === openThen ? 0 : 1);
  return changes.toSorted((one, other) => distance(one) - distance(other));
}

/** Whether the bytes of a trailer as the card shows them are those that were written: key A is never shown, key B only where it is no key. */
export function showsTrailer(shown: Uint8Array, written: Uint8Array, { access }: Trailer): boolean {
  const end = isKeyBReadable(access[3]) ? 16 : 10;
  return isSameBytes(shown.subarray(6, end), written.subarray(6, end));
}
