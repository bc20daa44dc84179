import type { SiteKeys } from '../card/site-keys.ts';
import { replayApdus } from './apdu-replay.ts';
import type { CaptureFile } from './capture-file.ts';
import { replayLine } from './line-replay.ts';
import type { ReplayOutcome } from './outcome.ts';

/** Runs a capture in the simulator: whether the driver of now sends what was sent then, to a device that answers as it did then. Rejects with CaptureFileError. */
export function replay(file: CaptureFile, keys: SiteKeys | null): Promise<ReplayOutcome> {
  return file.lines.some(({ kind }) => kind === 'apdu') ? replayApdus(file, keys) : replayLine(file, keys);
}
