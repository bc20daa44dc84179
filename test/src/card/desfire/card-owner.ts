/** What somebody else did to a card before it came to this desk: through the same protocol, without the program. */

import { uint24 } from '../../../../src/card/desfire/bytes.ts';
import {
  DesfireCard,
  type DesfireKey,
  type DesfireSession,
} from '../../../../src/card/desfire/desfire-card.ts';
import { createApplicationParameters } from '../../../../src/card/desfire/layout.ts';
import type { TrialCard } from './desfire-card-trial.ts';
import { APPLICATION_ID } from './desfire-card-trial.ts';

export const FACTORY: DesfireKey = { kind: 'des', bytes: new Uint8Array(8) };
export const OTHERS_CARD_KEY = new Uint8Array(16).fill(0x5a);

export async function openCard(trial: TrialCard, key: DesfireKey = FACTORY): Promise<DesfireSession> {
  const card = driverOf(trial);
  await card.perform('select', 0x5a, uint24(0));
  const session = await card.authenticateEv1(0, key);
  if (session === undefined) throw new Error('not the key of this card');
  return session;
}

/** The first byte of the key settings: 0F from the factory. */
export async function setCardSettings(trial: TrialCard, settings: number): Promise<void> {
  const session = await openCard(trial);
  await session.write('change the settings', 0x54, new Uint8Array(0), Uint8Array.of(settings));
}

export async function setCardKey(trial: TrialCard, version: number): Promise<void> {
  const session = await openCard(trial);
  await session.changeKey('change', { keyNumber: 0x80, newKey: OTHERS_CARD_KEY, version });
}

/** An application of somebody else with one plain file of so many bytes that everybody may read. */
export async function addOtherApplication(trial: TrialCard, id: number, fileBytes: number): Promise<void> {
  const card = driverOf(trial);
  await card.perform('select', 0x5a, uint24(0));
  await card.perform('create', 0xca, Uint8Array.of(...uint24(id), 0x0f, 0x01));
  await card.perform('select', 0x5a, uint24(id));
  const file = Uint8Array.of(0x01, 0x00, 0xee, 0xee, ...uint24(fileBytes));
  await card.perform('create a file', 0xcd, file);
}

/** An application under this format's id, as `parameters` say. */
export async function addApplication(
  trial: TrialCard,
  parameters: Uint8Array = createApplicationParameters(APPLICATION_ID),
): Promise<void> {
  const card = driverOf(trial);
  await card.perform('select', 0x5a, uint24(0));
  await card.perform('create', 0xca, parameters);
}

export async function applicationsOn(trial: TrialCard): Promise<number> {
  const card = driverOf(trial);
  await card.perform('select', 0x5a, uint24(0));
  return (await card.perform('list', 0x6a)).length / 3;
}

export function driverOf({ link }: TrialCard): DesfireCard {
  if (link.isoDep === undefined) throw new Error('no ISO-DEP');
  return new DesfireCard(link.isoDep);
}
