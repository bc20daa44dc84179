import { EncoderError } from '../../encoder/errors.ts';
import { desfirePiccKey } from '../diversification.ts';
import { type DesfireWork, keyVersion, newestVersion, selectApplication } from './application.ts';
import { readUint24 } from './bytes.ts';
import type { DesfireCard, DesfireKey, DesfireSession } from './desfire-card.ts';
import { AES_CARD_KEY, CARD_LEVEL, FACTORY_CARD_KEY, FACTORY_VERSION, INS, KEY_SETTING } from './layout.ts';
import { STATUS } from './status.ts';
import type { WriteSteps } from './write-steps.ts';

/** What an application takes at most: its entry and keys, and its file twice, as backup files are. */
export const APPLICATION_BYTES = 512;

const MASTER_KEY = 0;

/** What may be done at the card level. The card level is selected. */
export interface CardLevel {
  /** Undefined: the card does not tell. */
  readonly freeBytes: number | undefined;
  readonly isCreationFree: boolean;
}

export async function selectCardLevel(card: DesfireCard): Promise<void> {
  if (await selectApplication(card, CARD_LEVEL)) return;
  throw new EncoderError('device_protocol', 'the card says that it has no card level');
}

/** Asks what everybody may ask. */
export async function askCardLevel(card: DesfireCard): Promise<CardLevel> {
  const free = await card.exchange(INS.freeMemory);
  const settings = await card.exchange(INS.getKeySettings);
  return {
    freeBytes: free.status === STATUS.done ? readUint24(free.data, 0) : undefined,
    isCreationFree:
      settings.status === STATUS.done && ((settings.data[0] ?? 0) & KEY_SETTING.freeCreate) !== 0,
  };
}

/**
 * Authenticates with the card's master key, if it is one of the site's or the one from the factory, as its version says: one key is tried.
 * The card level is selected. `knownVersion`: as the card has just told it. Undefined: it is neither.
 */
export async function openCardLevel(
  card: DesfireCard,
  work: DesfireWork,
  knownVersion?: number,
): Promise<{ readonly session: DesfireSession; readonly version: number } | undefined> {
  const version = knownVersion ?? (await keyVersion(card, MASTER_KEY));
  const key = version === undefined ? undefined : cardKey(work, version);
  if (version === undefined || key === undefined) return undefined;
  const session = await card.authenticateEv1(MASTER_KEY, key);
  return session && { session, version };
}

/** What `piccMasterKey: 'own'` asks for. */
export type CardKeyTask = 'none' | 'take_over' | 'locked';

/** Whether the card's master key is to be made the site's, and can be. Selects the card level, where the settings say `own`. */
export async function cardKeyTask(card: DesfireCard, work: DesfireWork): Promise<CardKeyTask> {
  if (work.settings.piccMasterKey === 'leave') return 'none';
  await selectCardLevel(card);
  const version = await keyVersion(card, MASTER_KEY);
  if (version === undefined) return 'locked';
  if (version === newestVersion(work)) return 'none';
  const opened = await openCardLevel(card, work, version);
  if (opened === undefined) return 'locked';
  const [settings = 0] = await opened.session.perform('ask for the key settings', INS.getKeySettings);
  return (settings & KEY_SETTING.masterKeyChangeable) === 0 ? 'locked' : 'take_over';
}

/** Makes the card's master key the site's newest, and authenticates with it. */
export async function takeOverCardKey(
  card: DesfireCard,
  work: DesfireWork,
  steps: WriteSteps,
): Promise<void> {
  const version = newestVersion(work);
  const newKey = requireKey(work, version);
  await changeCardKey(card, work, steps, AES_CARD_KEY, newKey, newKey.bytes, version);
}

/** Gives the card its factory key back, and authenticates with it. */
export async function giveBackCardKey(
  card: DesfireCard,
  work: DesfireWork,
  steps: WriteSteps,
): Promise<void> {
  const { bytes } = FACTORY_CARD_KEY;
  await changeCardKey(card, work, steps, 0, FACTORY_CARD_KEY, Uint8Array.of(...bytes, ...bytes), null);
}

async function changeCardKey(
  card: DesfireCard,
  work: DesfireWork,
  steps: WriteSteps,
  kindBits: number,
  key: DesfireKey,
  newKey: Uint8Array,
  version: number | null,
): Promise<void> {
  await selectCardLevel(card);
  const opened = await openCardLevel(card, work);
  if (opened === undefined) throw foreignCardKey();
  const change = { keyNumber: kindBits | MASTER_KEY, newKey, version };
  await steps.change(() => opened.session.changeKey("change the card's master key", change));
  await steps.check(async () => {
    if ((await card.authenticateEv1(MASTER_KEY, key)) !== undefined) return;
    throw new EncoderError('card_refused', "the card's new master key does not open it");
  });
}

export function foreignCardKey(): EncoderError {
  const message = "the card's master key is needed, and is not one that this site has or may change";
  return new EncoderError('card_refused', `${message}: ask whoever set it, or take another card`);
}

function cardKey(work: DesfireWork, version: number): DesfireKey | undefined {
  if (version === FACTORY_VERSION) return FACTORY_CARD_KEY;
  const keys = work.keys.find((known) => known.version === version);
  return keys && { kind: 'aes', bytes: desfirePiccKey(keys, work.card.uid) };
}

function requireKey(work: DesfireWork, version: number): DesfireKey {
  const key = cardKey(work, version);
  if (key === undefined) throw new Error(`the site has no keys of version ${version}`);
  return key;
}
