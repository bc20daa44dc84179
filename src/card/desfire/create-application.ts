import { EncoderError } from '../../encoder/errors.ts';
import { type DesfireWork, openApplication, selectApplication } from './application.ts';
import {
  APPLICATION_BYTES,
  askCardLevel,
  foreignCardKey,
  openCardLevel,
  selectCardLevel,
} from './card-level.ts';
import type { DesfireCard, DesfireSession } from './desfire-card.ts';
import { createApplicationParameters, FACTORY_VERSION, INS } from './layout.ts';

/** Sees to it that the application can be created, and gives the command. */
export async function creation(card: DesfireCard, work: DesfireWork): Promise<() => Promise<void>> {
  await selectCardLevel(card);
  const { freeBytes, isCreationFree } = await askCardLevel(card);
  if (freeBytes !== undefined && freeBytes < APPLICATION_BYTES) {
    const message = `the card has ${freeBytes} bytes left, the application takes ${APPLICATION_BYTES}`;
    throw new EncoderError('card_unsupported', message);
  }
  const parameters = createApplicationParameters(work.settings.applicationId);
  const doing = 'create the application';
  if (isCreationFree) {
    return async () => {
      await card.perform(doing, INS.createApplication, parameters);
    };
  }
  const opened = await openCardLevel(card, work);
  if (opened === undefined) throw foreignCardKey();
  return async () => {
    await opened.session.perform(doing, INS.createApplication, parameters);
  };
}

/** Selects and opens the application that `creation` has made. */
export async function openCreated(card: DesfireCard, work: DesfireWork): Promise<DesfireSession> {
  if (!(await selectApplication(card, work.settings.applicationId))) {
    throw new EncoderError('device_protocol', 'the application that was just created is not there');
  }
  return openMaster(card, work, FACTORY_VERSION);
}

/** Opens the application with its master key of that version. Rejects with `card_refused` when it is another site's. */
export async function openMaster(
  card: DesfireCard,
  work: DesfireWork,
  version: number,
): Promise<DesfireSession> {
  const session = await openApplication(card, work, 0, version);
  if (session !== undefined) return session;
  const message = `this site's key of version ${version} does not open the application: it is another site's`;
  throw new EncoderError('card_refused', message);
}
