import { desfireKey } from '../diversification.ts';
import type { CardWork } from '../program.ts';
import { uint24 } from './bytes.ts';
import type { DesfireCard, DesfireSession } from './desfire-card.ts';
import {
  dataRange,
  FACTORY_AES_KEY,
  FACTORY_VERSION,
  FILE_BYTES,
  FILE_PARAMETERS,
  INS,
  isOurApplication,
  isOurFile,
  nameApplication,
} from './layout.ts';
import { STATUS, statusError } from './status.ts';

export type DesfireWork = CardWork<'mifare_desfire'>;

export type KeyNumber = 0 | 1 | 2;

/** What stands where the site's application belongs. */
export type ApplicationState =
  | { readonly kind: 'absent' }
  /** It is there, but not to be opened with any key of the site, or not of this format. `description` says which. */
  | { readonly kind: 'locked'; readonly description: string }
  /** `versions` of keys 0, 1, 2 are all known: 0, as from the factory, or one of the site's. */
  | {
      readonly kind: 'ours';
      readonly versions: readonly [number, number, number];
      readonly hasFile: boolean;
    };

/**
 * Selects the site's application and says what it is, by what everybody may ask: no key is tried. Key 0 is the last to be changed, so that one exchange
 * tells of a finished application; the others are asked for only when it is not.
 */
export async function findApplication(card: DesfireCard, work: DesfireWork): Promise<ApplicationState> {
  const name = `application ${nameApplication(work.settings.applicationId)}`;
  const selected = await selectApplication(card, work.settings.applicationId);
  if (!selected) return { kind: 'absent' };
  const master = await keyVersion(card, 0);
  const newest = newestVersion(work);
  if (master === newest) return { kind: 'ours', versions: [newest, newest, newest], hasFile: true };
  const versions = [master, await keyVersion(card, 1), await keyVersion(card, 2)] as const;
  const [first, second, third] = versions;
  if (first === undefined || second === undefined || third === undefined) {
    return { kind: 'locked', description: `the ${name} does not have three keys: it is somebody else's` };
  }
  const unknown = versions.find((version) => version !== undefined && !knows(work, version));
  if (unknown !== undefined) {
    const description = `the ${name} has a key of version ${unknown}, which this site does not have`;
    return { kind: 'locked', description };
  }
  if (first !== FACTORY_VERSION) return { kind: 'ours', versions: [first, second, third], hasFile: true };
  const hasFile = await fileOfUnfinished(card);
  if (hasFile === undefined) {
    return { kind: 'locked', description: `the ${name} is made in another way: it is somebody else's` };
  }
  return { kind: 'ours', versions: [first, second, third], hasFile };
}

/** Selects an application, or the card level; false: it is not there. Ends a session and drops what was not committed. */
export async function selectApplication(card: DesfireCard, applicationId: number): Promise<boolean> {
  const { status } = await card.exchange(INS.selectApplication, uint24(applicationId));
  if (status !== STATUS.done && status !== STATUS.noSuchApplication) {
    throw statusError(`select ${nameApplication(applicationId)}`, status);
  }
  return status === STATUS.done;
}

/** The version of a key at the selected level; undefined: there is no such key, or it is not for everybody to know. */
export async function keyVersion(card: DesfireCard, keyNumber: number): Promise<number | undefined> {
  const { status, data } = await card.exchange(INS.getKeyVersion, Uint8Array.of(keyNumber));
  return status === STATUS.done ? data[0] : undefined;
}

/** With the key of that version; undefined: it does not open the application. */
export function openApplication(
  card: DesfireCard,
  work: DesfireWork,
  keyNumber: KeyNumber,
  version: number,
  session?: DesfireSession,
): Promise<DesfireSession | undefined> {
  return card.authenticate(keyNumber, applicationKey(work, keyNumber, version), session);
}

/** 16 bytes. Throws a plain Error for a version that the site does not have. */
export function applicationKey(work: DesfireWork, keyNumber: KeyNumber, version: number): Uint8Array {
  if (version === FACTORY_VERSION) return FACTORY_AES_KEY;
  const keys = work.keys.find((known) => known.version === version);
  if (keys === undefined) throw new Error(`the site has no keys of version ${version}`);
  return desfireKey(keys, work.card.uid, work.settings.applicationId, keyNumber);
}

export function newestVersion({ keys }: DesfireWork): number {
  const [newest] = keys;
  if (newest === undefined) throw new Error('a site has keys of at least one version');
  return newest.version;
}

/** The whole file, as it was last committed. */
export function readFile(session: DesfireSession): Promise<Uint8Array> {
  return session.read('read the file', INS.readData, dataRange(0, FILE_BYTES), FILE_BYTES);
}

function knows({ keys }: DesfireWork, version: number): boolean {
  return version === FACTORY_VERSION || keys.some((known) => known.version === version);
}

/** Whether an application with factory keys has its file already; undefined: application or file are not as they are made here. */
async function fileOfUnfinished(card: DesfireCard): Promise<boolean | undefined> {
  const settings = await card.exchange(INS.getKeySettings);
  if (settings.status !== STATUS.done || !isOurApplication(settings.data)) return undefined;
  const file = await card.exchange(INS.getFileSettings, FILE_PARAMETERS);
  if (file.status === STATUS.noSuchFile) return false;
  return file.status === STATUS.done && isOurFile(file.data) ? true : undefined;
}
