import { EncoderError } from '../../encoder/errors.ts';
import type { WriteJournal } from '../program.ts';
import {
  type DesfireWork,
  findApplication,
  keyVersion,
  openApplication,
  selectApplication,
} from './application.ts';
import { uint24 } from './bytes.ts';
import { foreignCardKey, giveBackCardKey, openCardLevel, selectCardLevel } from './card-level.ts';
import type { DesfireCard, DesfireSession } from './desfire-card.ts';
import { applicationIds, FACTORY_VERSION, INS } from './layout.ts';
import { STATUS } from './status.ts';
import { WriteSteps } from './write-steps.ts';

/**
 * Takes the site's application off the card, and gives the card's master key back where the settings say that it is the site's to set.
 * Other applications stay. Where there are none, and the card's master key is known, the card is formatted, which frees the memory; otherwise
 * the application is deleted, and most cards do not use its memory again.
 */
export async function eraseCard(card: DesfireCard, work: DesfireWork, journal: WriteJournal): Promise<void> {
  const isKeyOurs = await hasOurCardKey(card, work);
  const removal = await removalOf(card, work);
  const changes = (removal ? 1 : 0) + (isKeyOurs ? 1 : 0);
  const steps = new WriteSteps(journal, changes + 1 + (isKeyOurs ? 1 : 0));
  if (removal) await steps.change(removal);
  await steps.check(async () => {
    if (!(await selectApplication(card, work.settings.applicationId))) return;
    throw new EncoderError('device_protocol', 'the application is still there');
  });
  if (isKeyOurs) await giveBackCardKey(card, work, steps);
}

/** What removes the application; undefined: it is not there. */
async function removalOf(card: DesfireCard, work: DesfireWork): Promise<(() => Promise<void>) | undefined> {
  if ((await openOurs(card, work)) === undefined) return undefined;
  const cardSession = await openIfAlone(card);
  const ownSession = cardSession ? undefined : await openOurs(card, work);
  const parameters = uint24(work.settings.applicationId);
  return async () => {
    // A card may forbid to be formatted; that is no reason to keep the application.
    if (cardSession && (await cardSession.attempt(INS.formatCard)) === STATUS.done) return;
    const own = ownSession ?? (await openOurs(card, work));
    if (own && (await own.attempt(INS.deleteApplication, parameters)) === STATUS.done) return;
    // Where creating needs the card's master key, deleting does too.
    await selectCardLevel(card);
    const cardLevel = await openCardLevel(card, work);
    if (cardLevel === undefined) throw foreignCardKey();
    await cardLevel.session.perform('delete the application', INS.deleteApplication, parameters);
  };

  async function openIfAlone(card: DesfireCard): Promise<DesfireSession | undefined> {
    await selectCardLevel(card);
    const { status, data } = await card.exchange(INS.getApplicationIds);
    const [first, second] = status === STATUS.done ? applicationIds(data) : [];
    const isAlone = first === work.settings.applicationId && second === undefined;
    return isAlone ? (await openCardLevel(card, work))?.session : undefined;
  }
}

/** Proves that the application is the site's, with its master key. Undefined: there is none. */
async function openOurs(card: DesfireCard, work: DesfireWork): Promise<DesfireSession | undefined> {
  const found = await findApplication(card, work);
  if (found.kind === 'absent') return undefined;
  if (found.kind === 'locked') throw new EncoderError('card_refused', found.description);
  const session = await openApplication(card, work, 0, found.versions[0]);
  if (session) return session;
  const message = "this site's keys do not open the application: it is another site's, and stays";
  throw new EncoderError('card_refused', message);
}

/** Whether the card's master key is one of the site's. Selects the card level, where the settings say `own`. */
async function hasOurCardKey(card: DesfireCard, work: DesfireWork): Promise<boolean> {
  if (work.settings.piccMasterKey === 'leave') return false;
  await selectCardLevel(card);
  const version = await keyVersion(card, 0);
  if (version === undefined || version === FACTORY_VERSION) return false;
  return (await openCardLevel(card, work, version)) !== undefined;
}
