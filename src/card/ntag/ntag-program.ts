import { EncoderError } from '../../encoder/errors.ts';
import type { CardImage } from '../../model/card-record.ts';
import type { CardProgram, CardWork, WriteJournal } from '../program.ts';
import { sealRecord } from '../record.ts';
import type { SiteKeyVersion } from '../site-keys.ts';
import { inspectTag } from './inspect-tag.ts';
import { decodePreimage, type TagPreimage } from './preimage.ts';
import { protectionSteps, wantedProtection } from './protection-plan.ts';
import { type ReadTag, readTag, whyNotWritable } from './read-tag.ts';
import type { Tag } from './tag.ts';
import {
  areaWithRecord,
  blankArea,
  containerFault,
  RECORD_OVERHEAD_BYTES,
  recordOffset,
} from './tag-area.ts';
import { areaBytesOf, CONTAINER_PAGE, tagLayoutOf } from './tag-layout.ts';
import { areaSteps, containerSteps, expectedPages, type WriteStep } from './write-plan.ts';

/** What an NTAG213 carries in front of its message, and so what most cards carry at most. */
const USUAL_CONTROL_BYTES = 5;

/**
 * An NDEF external record on NTAG21x, Ultralight EV1 and, where it fits, Ultralight C: docs/card-formats/ntag.md, which also counts the
 * exchanges.
 */
export const ntagProgram: CardProgram<'ntag'> = {
  format: 'ntag',
  inspect: inspectTag,
  async write(work, image, journal) {
    const newest = newestOf(work);
    const whole = areaBytesOf(tagLayoutOf(work.card.technology));
    const sealed = image.kind === 'record' ? sealRecord(image.record, work.card.uid, newest) : undefined;
    const wanted = sealed
      ? Math.min(USUAL_CONTROL_BYTES + RECORD_OVERHEAD_BYTES + sealed.length, whole)
      : whole;
    let read = await readTag(work, wanted);
    if (sealed && recordOffset(read.area) > USUAL_CONTROL_BYTES) read = await readTag(work, whole);
    const preimage = image.kind === 'previous' ? decodePreimage(image.preimage, read.area.length) : undefined;
    const target = targetArea(work, read, sealed, preimage);
    const dataSteps = [
      ...(sealed ? containerSteps(read.layout, read.pages) : []),
      ...areaSteps(read.area, target),
    ];
    requireWritable(read, dataSteps);
    const steps = [...dataSteps, ...(await protectionStepsOf(work, read, image, preimage, newest))];
    await run(read.tag, steps, journal);
  },
};

function newestOf({ keys }: CardWork<'ntag'>): SiteKeyVersion {
  const [newest] = keys;
  if (newest === undefined) throw new Error('the site has no keys');
  return newest;
}

function protectionStepsOf(
  work: CardWork<'ntag'>,
  read: ReadTag,
  image: CardImage,
  preimage: TagPreimage | undefined,
  newest: SiteKeyVersion,
): Promise<readonly WriteStep[]> {
  const wanted = wantedProtection(image, work.settings.isPasswordProtected, preimage);
  return protectionSteps(read, work.card.uid, newest, wanted);
}

/** The bytes that are to be in the area. Throws an EncoderError `card_unsupported` when a record is longer than the card can hold. */
function targetArea(
  { card }: CardWork<'ntag'>,
  { layout, pages, area }: ReadTag,
  sealed: Uint8Array | undefined,
  preimage: TagPreimage | undefined,
): Uint8Array {
  if (preimage) return preimage.area;
  if (sealed) {
    const capacity = area.length - recordOffset(area) - RECORD_OVERHEAD_BYTES;
    if (sealed.length > capacity) {
      const message = `the credential takes ${sealed.length} bytes, this ${card.technology} holds at most ${Math.max(capacity, 0)}`;
      throw new EncoderError('card_unsupported', message);
    }
    return areaWithRecord(layout, area, sealed);
  }
  // A card that was never made an NDEF tag does not become one in being erased.
  const isNdef = pages.get(CONTAINER_PAGE)?.some((byte) => byte !== 0);
  return isNdef ? blankArea(layout, area) : new Uint8Array(area.length);
}

/** Throws an EncoderError `card_refused` that names the first page in the way. */
function requireWritable(read: ReadTag, steps: readonly WriteStep[]): void {
  if (steps.length === 0) return;
  const fault = containerFault(read.layout, read.pages);
  const reasons = steps.map((step) => step.kind === 'page' && whyNotWritable(read, step.page));
  const reason = fault ?? reasons.find((why) => typeof why === 'string');
  if (reason) throw new EncoderError('card_refused', `nothing was written: ${reason}`);
}

/** Runs the steps, reads back what they wrote, and notes both. What was read before is enough when there are none. */
async function run(tag: Tag, steps: readonly WriteStep[], journal: WriteJournal): Promise<void> {
  const expected = expectedPages(steps);
  const readBack = [...expected.keys()];
  const total = Math.max(steps.length + tag.exchangesToRead(readBack), 1);
  for (const [done, step] of steps.entries()) {
    if (done === 0) journal.note({ phase: 'writing', done, total });
    await take(tag, step);
    journal.note({ phase: 'writing', done: done + 1, total });
  }
  if (steps.length > 0) journal.note({ phase: 'verifying', done: steps.length, total });
  const found = await tag.read(readBack);
  for (const [page, data] of expected) {
    if (found.get(page)?.every((byte, at) => byte === data[at])) continue;
    const message = `page ${page} took what was written and does not hold it`;
    throw new EncoderError('device_protocol', message);
  }
  journal.note({ phase: 'verifying', done: total, total });
}

async function take(tag: Tag, step: WriteStep): Promise<void> {
  if (step.kind === 'page') return tag.write(step.page, step.data);
  const { password, pack } = step.password;
  const answer = await tag.authenticate(password);
  if (answer?.every((byte, at) => byte === pack[at])) return;
  throw new EncoderError('device_protocol', 'the card took a new password and does not open with it');
}
