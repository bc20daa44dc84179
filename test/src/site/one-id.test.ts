import { expect, test } from 'vitest';
import { updateCredential } from '../../../src/site/credentials.ts';
import { settle } from '../../../src/site/outbox.ts';
import { assignScannedCard } from '../../../src/site/scanned-card.ts';
import { newId, type Site } from '../../../src/site/site.ts';
import { CARD, encode, issue, recordOfPlan } from './card-bed.ts';
import { deliverAll, named, sameAs, sharedAs, waiting, writing } from './mirror-bed.ts';
import { addUser, changesOf, openTestSite } from './site-bed.ts';

/** A card that was scanned at a desk and given to Ada while the backend was away. */
function enrolled(desk: Site): string {
  const ada = addUser(desk, 'Ada');
  const beneficiary = { kind: 'acs_user', acsUserId: ada.id } as const;
  const result = assignScannedCard(desk, CARD, beneficiary, true);
  if (result.outcome !== 'assigned') throw new Error('the card was not taken');
  return result.credential.id;
}

const sameCardAs = (backendId: string) => (message: { readonly change: { readonly kind: string } }) =>
  message.change.kind === 'acs_credential' ? sameAs(backendId) : ({ verdict: 'applied' } as const);

const LATER = Date.UTC(2100, 0, 1);

test('a card that is one with the backend’s has the backend’s id from then on, in what waits too, and on every card that is written', () => {
  const desk = openTestSite({ hasBackend: true });
  const [id, above] = [enrolled(desk), newId()];
  const made = waiting(desk);
  updateCredential(desk, id, { endsAt: LATER });
  const verdictOn = sameCardAs(above);
  const changes = changesOf(desk, () =>
    settle(
      desk,
      made.map((message) => ({ message, verdict: verdictOn(message) })),
    ),
  );
  expect(changes.at(-1)).toMatchObject({
    type: 'sync.changed',
    resources: expect.arrayContaining([named.credential(id), named.credential(above)]),
  });
  expect(desk.store.credentials.get(id)).toBeNull();
  expect(desk.store.credentials.get(above)).toMatchObject({ cardUid: CARD.uid, endsAt: LATER });
  expect(sharedAs(desk, named.credential(above))).toBe(above);
  expect(waiting(desk).map(({ change }) => change.id)).toEqual([above]);
  expect(recordOfPlan(desk, encode(desk, above)).credentialId).toBe(above);
});

test('a card that was written with its old id is to be issued again', () => {
  const desk = openTestSite({ hasBackend: true });
  const [id, above] = [enrolled(desk), newId()];
  issue(desk, id);
  expect(desk.store.credentials.get(id)).toMatchObject({ needsReissue: false });
  deliverAll(desk, sameCardAs(above));
  expect(desk.store.credentials.get(above)).toMatchObject({ needsReissue: true });
});

test('while somebody writes it on a card it keeps its id, and is mapped', () => {
  const desk = openTestSite({ hasBackend: true });
  const [id, above] = [enrolled(desk), newId()];
  writing(desk, id);
  deliverAll(desk, sameCardAs(above));
  expect(desk.store.credentials.get(id)).not.toBeNull();
  expect(sharedAs(desk, named.credential(id))).toBe(above);
});

test('an id that can be none here is only mapped', () => {
  const desk = openTestSite({ hasBackend: true });
  const id = enrolled(desk);
  deliverAll(desk, sameCardAs('credential_1'));
  expect(sharedAs(desk, named.credential(id))).toBe('credential_1');
});
