import { EncoderError } from '../../encoder/errors.ts';
import { isSameBytes } from '../same-bytes.ts';
import { type DesfireWork, type KeyNumber, newestVersion, openApplication, readFile } from './application.ts';
import type { DesfireCard, DesfireSession } from './desfire-card.ts';
import type { WriteSteps } from './write-steps.ts';

/** The answer to the change of key 0 carries no MAC, so it is tried; the others were confirmed. Then the file, as a lock reads it. */
export async function verifyFile(
  card: DesfireCard,
  work: DesfireWork,
  content: Uint8Array,
  stale: readonly KeyNumber[],
  steps: WriteSteps,
): Promise<void> {
  const version = newestVersion(work);
  const session =
    stale.length > 0 ? await steps.check(() => openVerified(card, work, 0, version)) : undefined;
  await steps.check(async () => {
    const reading = await openVerified(card, work, 2, version, session);
    if (isSameBytes(await readFile(reading), content)) return;
    throw new EncoderError('device_protocol', 'the file does not hold what was written: write it again');
  });
}

async function openVerified(
  card: DesfireCard,
  work: DesfireWork,
  keyNumber: KeyNumber,
  version: number,
  session?: DesfireSession,
): Promise<DesfireSession> {
  const opened = await openApplication(card, work, keyNumber, version, session);
  if (opened !== undefined) return opened;
  throw new EncoderError('card_refused', `key ${keyNumber} was changed, and does not open the application`);
}
