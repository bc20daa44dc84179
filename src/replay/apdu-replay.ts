import { profileOf } from '../../drivers/pcsc/profiles.ts';
import { inspectCard, writeCard } from '../card/card-work.ts';
import { identify } from '../card/identify.ts';
import type { Transmit } from '../card/pseudo-apdu.ts';
import type { SiteKeys } from '../card/site-keys.ts';
import { ACR122_PROFILE, type ReaderProfile, readUid, storageCardLink } from '../card/storage-card.ts';
import { EncoderError } from '../encoder/errors.ts';
import type { CaptureFile, CaptureLine } from './capture-file.ts';
import { type ReplayedTask, taskOf } from './card-tasks.ts';
import { DifferenceFound, type ReplayOutcome, shown } from './outcome.ts';

type Exchange = Extract<CaptureLine, { kind: 'apdu' }>;

/** A piece of work, and what passed while it was done. */
interface Segment {
  readonly task: ReplayedTask;
  readonly exchanges: readonly Exchange[];
  readonly isLast: boolean;
}

/** What was compared cannot be compared any further. The message says why. */
class CannotTell extends Error {}

const NO_KEYS =
  'The keys of the site are not in the file: give them with --site-keys to compare what is written and how cards are opened. Without, only what kind of command was sent when was compared.';
const RANDOM =
  'From the first authentication of a DESFire on, nothing can be compared: both sides draw random numbers, and everything after is encrypted with what comes of them.';

/**
 * Does the captured work again: the card programs speak to a card that answers what was answered then, as long as they send what was sent then. Rejects with
 * CaptureFileError.
 */
export async function replayApdus(file: CaptureFile, keys: SiteKeys | null): Promise<ReplayOutcome> {
  const segments = segmentsOf(file, keys);
  const notes = new Set<string>();
  const lost = file.lines.findIndex(({ kind }) => kind === 'work');
  if (file.lines.slice(0, lost).some(({ kind }) => kind === 'apdu'))
    notes.add('The capture began in the middle of a piece of work: that was left out.');
  let profile = file.driver === 'virtual' ? ACR122_PROFILE : profileOf(file.device);
  let compared = 0;
  let isSure = true;
  for (const segment of segments) {
    const { task } = segment;
    if (task.work === 'identify' && task.reader !== null) profile = profileOf(task.reader);
    const hasKeys = keys !== null || (task.work !== 'inspect' && task.work !== 'write');
    const script = new Script(segment, hasKeys);
    try {
      await doAgain(task, profile, script.transmit).catch(onlyEncoderErrors);
      script.end();
      if (!hasKeys && segment.exchanges.length > 1) {
        notes.add(NO_KEYS);
        isSure = false;
      }
    } catch (error) {
      if (error instanceof CannotTell) {
        notes.add(error.message);
        isSure = false;
      } else if (!(error instanceof DifferenceFound)) throw error;
      else if (!hasKeys) {
        notes.add(NO_KEYS);
        isSure = false;
      } else
        return {
          outcome: 'different',
          compared: compared + script.compared,
          difference: error.difference,
          notes: [...notes],
        };
    }
    compared += script.compared;
  }
  return { outcome: isSure ? 'equal' : 'cannot_tell', compared, notes: [...notes] };
}

/** A card that said no, or left, did so then: what counts is whether all was said before. */
function onlyEncoderErrors(error: unknown): void {
  if (error instanceof EncoderError) return;
  throw error;
}

async function doAgain(task: ReplayedTask, profile: ReaderProfile, transmit: Transmit): Promise<void> {
  if (task.work === 'identify') {
    await identify(transmit, task.atr, profile);
    return;
  }
  if (task.work === 'cue' || task.work === 'ping') return;
  const uid = await readUid(transmit);
  if (!('card' in task) || uid !== task.card.uid) return;
  const link = storageCardLink(transmit, task.card.technology, profile);
  if (task.work === 'inspect') await inspectCard(link, task.card, task.site);
  if (task.work === 'write') await writeCard(link, task.card, task.site, task.image, { note: () => {} });
}

function segmentsOf({ lines }: CaptureFile, keys: SiteKeys | null): readonly Segment[] {
  const works = lines.flatMap((line, at) => (line.kind === 'work' ? [{ line, at }] : []));
  return works.map(({ line, at }, index) => ({
    task: taskOf(line, keys),
    exchanges: lines.slice(at, works[index + 1]?.at).filter((one) => one.kind === 'apdu'),
    isLast: index === works.length - 1,
  }));
}

/** The card of one piece of work: it answers the captured answer to the captured command. */
class Script {
  compared = 0;
  readonly #segment: Segment;
  readonly #isExact: boolean;
  #stopped: Error | undefined;
  #at = 0;
  #isAuthenticating = false;

  constructor(segment: Segment, isExact: boolean) {
    this.#segment = segment;
    this.#isExact = isExact;
  }

  readonly transmit: Transmit = async (apdu) => {
    if (this.#stopped !== undefined) throw this.#stopped;
    const expected = this.#segment.exchanges[this.#at];
    if (expected === undefined) {
      if (this.#segment.isLast)
        throw this.#stop(
          new CannotTell(
            'The capture ended in the middle of a piece of work: that was compared as far as it goes.',
          ),
        );
      throw this.#stop(new DifferenceFound({ line: null, captured: null, sent: shown(apdu) }));
    }
    if (this.#isAuthenticating && isNextFrame(apdu) && isNextFrame(expected.out))
      throw this.#stop(new CannotTell(RANDOM));
    if (!isSame(apdu, expected.out, this.#isExact)) {
      const { number: line, out } = expected;
      throw this.#stop(new DifferenceFound({ line, captured: shown(out, apdu), sent: shown(apdu, out) }));
    }
    this.#at += 1;
    this.compared += 1;
    this.#isAuthenticating = AUTHENTICATIONS.has(apdu[1] ?? 0) && apdu[0] === 0x90;
    if (expected.in === null) throw new EncoderError('card_removed', 'the card left here then');
    return expected.in;
  };

  /** Throws what the work did not let through: a program may take an error of the wire for one of the card. */
  end(): void {
    if (this.#stopped !== undefined) throw this.#stopped;
    const next = this.#segment.exchanges[this.#at];
    if (next !== undefined)
      throw new DifferenceFound({ line: next.number, captured: shown(next.out), sent: null });
  }

  #stop(error: Error): Error {
    this.#stopped = error;
    return error;
  }
}

/** Authenticate, AuthenticateISO, AuthenticateAES, AuthenticateEV2First and NonFirst, wrapped. */
const AUTHENTICATIONS = new Set([0x0a, 0x1a, 0xaa, 0x71, 0x77]);

const isNextFrame = (apdu: Uint8Array) => apdu[0] === 0x90 && apdu[1] === 0xaf;

function isSame(one: Uint8Array, other: Uint8Array, isExact: boolean): boolean {
  const compared = isExact ? one.length : Math.min(5, one.length);
  return one.length === other.length && one.subarray(0, compared).every((byte, at) => byte === other[at]);
}
