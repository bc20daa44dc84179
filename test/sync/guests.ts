import { uidOfNumber } from '../../src/model/card.ts';
import { assignScannedCard } from '../../src/site/scanned-card.ts';
import type { Site } from '../../src/site/site.ts';
import { createUser } from '../../src/site/users.ts';
import type { HotelDesk } from './hotel.ts';
import { waitFor } from './hotel.ts';

let cards = 0;

/** Makes a guest at a site; returns the user's id. */
export function checkIn(site: Site, fullName: string): string {
  const nothing = { emailAddress: null, phoneNumber: null, accessSchedule: null, userIdentityId: null };
  return createUser(site, { fullName, ...nothing }).id;
}

/** Scans a card that nobody has for a guest; returns the credential's id. Throws when the site says no. */
export function giveCard(site: Site, acsUserId: string): string {
  cards += 1;
  const card = {
    uid: uidOfNumber(0x04_00_00_00_00_00_00n + BigInt(cards)).padStart(14, '0'),
    technology: 'ntag215',
  } as const;
  const outcome = assignScannedCard(site, card, { kind: 'acs_user', acsUserId }, true);
  if (outcome.outcome !== 'assigned') throw new Error(`The card was refused: ${outcome.reason}.`);
  return outcome.credential.id;
}

/** Resolves once a desk knows a user. */
export async function hears(desk: HotelDesk, acsUserId: string): Promise<void> {
  await waitFor(
    () => desk.site.store.users.get(acsUserId) !== null,
    () => `${desk.name} hears of the guest ${acsUserId}; ${desk.describe()}`,
  );
}
