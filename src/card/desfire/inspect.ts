import type { CardContent, CardContents } from '../../model/card-record.ts';
import { openRecord } from '../record.ts';
import { FRAME_HEADER_BYTES, unframeRecord } from '../record-frame.ts';
import {
  type ApplicationState,
  type DesfireWork,
  findApplication,
  keyVersion,
  openApplication,
  readFile,
} from './application.ts';
import {
  APPLICATION_BYTES,
  askCardLevel,
  type CardLevel,
  cardKeyTask,
  openCardLevel,
  selectCardLevel,
} from './card-level.ts';
import type { DesfireCard } from './desfire-card.ts';
import { FACTORY_VERSION, FILE_BYTES, INS, nameApplication } from './layout.ts';
import { keepBlank, keepFile, keepNothing } from './preimage.ts';
import { versionFacts } from './version.ts';

/** The longest sealed record that the file takes. */
export const CAPACITY_BYTES = FILE_BYTES - FRAME_HEADER_BYTES;

type Contents = Omit<CardContents, 'format'>;
type Facts = CardContents['facts'];

/** What is on the card. Tries one key at most, and one more at the card level where a new application would need it. */
export async function inspectDesfire(card: DesfireCard, work: DesfireWork): Promise<Contents> {
  await selectCardLevel(card);
  const version = await card.perform('ask for the version', INS.getVersion);
  const level = await askCardLevel(card);
  const cardKeyVersion = await keyVersion(card, 0);
  const task = await cardKeyTask(card, work);
  const found = await findApplication(card, work);
  const facts: Facts = [
    ...versionFacts(version),
    ['Free memory', level.freeBytes === undefined ? 'not told' : `${level.freeBytes} bytes`],
    ['Card master key', cardKeyVersion === undefined ? 'not told' : `version ${cardKeyVersion}`],
    ['Application', `${nameApplication(work.settings.applicationId)}: ${describe(found)}`],
  ];
  if (task === 'locked') {
    const description = "the card's master key is not from the factory, and not this site's";
    return lockedContents(description, facts);
  }
  switch (found.kind) {
    case 'absent':
      return absentContents(card, work, level, facts);
    case 'locked':
      return lockedContents(found.description, facts);
    case 'ours':
      return ownContents(card, work, found, facts);
  }
}

/** A card that is left as it is: `description` says why. */
export function lockedContents(description: string, facts: Facts = []): Contents {
  return {
    content: { kind: 'locked', description },
    keyVersion: null,
    capacityBytes: 0,
    preimage: keepNothing(),
    facts,
  };
}

async function absentContents(
  card: DesfireCard,
  work: DesfireWork,
  { freeBytes, isCreationFree }: CardLevel,
  facts: Facts,
): Promise<Contents> {
  if (!isCreationFree) {
    await selectCardLevel(card);
    if ((await openCardLevel(card, work)) === undefined) {
      return lockedContents("applications are created with the card's master key, which is not known", facts);
    }
  }
  const hasRoom = freeBytes === undefined || freeBytes >= APPLICATION_BYTES;
  return {
    content: { kind: 'blank' },
    keyVersion: null,
    capacityBytes: hasRoom ? CAPACITY_BYTES : 0,
    preimage: keepBlank(),
    facts,
  };
}

async function ownContents(
  card: DesfireCard,
  work: DesfireWork,
  { versions, hasFile }: Extract<ApplicationState, { kind: 'ours' }>,
  facts: Facts,
): Promise<Contents> {
  const [masterVersion, , readVersion] = versions;
  const session = await openApplication(card, work, 2, readVersion);
  if (session === undefined) {
    return lockedContents(`this site's key of version ${readVersion} does not open the application`, facts);
  }
  const isFinished = masterVersion !== FACTORY_VERSION;
  const file = hasFile ? await readFile(session) : undefined;
  const content = contentOf(work, isFinished ? file : undefined);
  return {
    content,
    keyVersion: isFinished ? masterVersion : null,
    capacityBytes: CAPACITY_BYTES,
    preimage: file && content.kind === 'record' ? keepFile(file) : keepBlank(),
    facts,
  };
}

/** An application with the factory's master key is not finished, whatever its file holds: no lock can open it, and anybody may write it. */
function contentOf({ card, siteId, keys }: DesfireWork, file: Uint8Array | undefined): CardContent {
  const framed = file && unframeRecord(file);
  const opened = framed && openRecord(framed, card.uid, siteId, keys);
  if (opened === undefined) return { kind: 'incomplete' };
  return { kind: 'record', record: opened.record, standing: opened.standing };
}

function describe(found: ApplicationState): string {
  switch (found.kind) {
    case 'absent':
      return 'not there';
    case 'locked':
      return found.description;
    case 'ours':
      return `keys of versions ${found.versions.join(', ')}${found.hasFile ? '' : ', no file'}`;
  }
}
