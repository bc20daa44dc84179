import { expect, test } from 'vitest';
import { toRefusedChange } from '../../../../src/api/wire/sync.ts';
import { isRefused } from '../../../../src/api/wire/sync-standing.ts';
import type { Refusal } from '../../../../src/model/sync.ts';
import { deleteCredential } from '../../../../src/site/credential-deletion.ts';
import { settle } from '../../../../src/site/outbox.ts';
import { deleteUser } from '../../../../src/site/users.ts';
import { addCardCredential, CARD_NUMBER, issue } from '../../site/card-bed.ts';
import { addUser, openTestSite, type StillSite } from '../../site/site-bed.ts';

const REFUSAL: Refusal = {
  code: 'reference_missing',
  message: 'It names a user who is gone.',
  fields: [],
  rivalId: null,
};

/** What the list of refused changes says of Ada's card, of which the backend refused everything. */
function shownAfter(meanwhile: (site: StillSite, userId: string, credentialId: string) => void) {
  const site = openTestSite({ hasBackend: true });
  const ada = addUser(site, 'Ada');
  const { id } = addCardCredential(site, { acsUserId: ada.id });
  issue(site, id);
  const ofCard = site.store.outbox.waiting(0, 10).filter(({ change }) => change.id === id);
  settle(
    site,
    ofCard.map((message) => ({ message, verdict: { verdict: 'refused', refusal: REFUSAL } })),
  );
  meanwhile(site, ada.id, id);
  return ofCard.flatMap((told) => {
    const message = site.store.outbox.get(told.id);
    if (message === null || !isRefused(message)) throw new Error('it was not refused');
    const { name, holder_name } = toRefusedChange(message, 0, site);
    return [[message.change.action, name, holder_name]];
  });
}

const CARD = `Card ${CARD_NUMBER.slice(0, 3)}***`;

test('a card is named with its holder as long as this desk knows both', () => {
  expect(shownAfter(() => {})).toEqual([
    ['created', CARD, 'Ada'],
    ['updated', CARD, 'Ada'],
  ]);
});

test('a card that is gone here is named as it was told, and its holder by name', () => {
  const shown = shownAfter((site, _, credentialId) => deleteCredential(site, credentialId));
  expect(shown[0]).toEqual(['created', 'Card', 'Ada']);
});

test('a holder who is gone here is a user who was deleted', () => {
  const shown = shownAfter((site, acsUserId) => deleteUser(site, { acsUserId }));
  expect(shown[0]?.[2]).toBe('a user who was deleted');
});
