import { expect, test } from 'vitest';
import { toWarnings } from '../../../src/api/wire/credential-warnings.ts';
import { findCredential } from '../../../src/site/credentials.ts';
import { addCardCredential } from '../site/card-bed.ts';
import { temporaryFolder, waitingForBackend } from '../site/site-bed.ts';
import { CARD, Desk, encode, SCAN } from './desk.ts';
import { writesAndFails } from './scripted-card.ts';
import { failure } from './scripted-driver.ts';

const hasBackend = { settings: { hasBackend: true } } as const;

/** A desk with a backend, whose card was lifted while it was written, and that waits for it. */
async function deskThatWaits(folder = temporaryFolder()) {
  const desk = await Desk.open({ folder, ...hasBackend });
  const { id: credentialId } = addCardCredential(desk.site);
  const { id } = desk.request(encode(credentialId));
  const card = desk.device.place(CARD);
  card.writings.push(writesAndFails(2, failure('card_removed')));
  await desk.asksFor(id, 'put_card_back');
  return { desk, id, credentialId, card };
}

/** Since when the backend is told that a card may be half written, as far as it was told. */
const toldSince = (desk: Desk) =>
  waitingForBackend(desk.site).flatMap(({ fields: { unfinishedWriteAt } }) =>
    unfinishedWriteAt === undefined || unfinishedWriteAt.from === unfinishedWriteAt.to
      ? []
      : [unfinishedWriteAt.to],
  );

/** What another desk shows of the credential, which has no journal of it. */
const warningsElsewhere = (desk: Desk, id: string) =>
  toWarnings(findCredential(desk.site, id), new Map()).map(({ warning_code }) => warning_code);

test('others hear of a torn card when the attempt ends, and again when the card is repaired', async () => {
  const { desk, id, credentialId, card } = await deskThatWaits();
  const startedAt = desk.site.store.cardWrites.openFor(CARD.uid)?.startedAt;
  expect(toldSince(desk)).toEqual([]);
  expect(warningsElsewhere(desk, credentialId)).toEqual(['waiting_to_be_issued']);
  desk.clock.advance(8000);
  await desk.ends(id);
  expect(toldSince(desk)).toEqual([startedAt]);
  expect(warningsElsewhere(desk, credentialId)).toContain('unknown_issue_with_acs_credential');
  await desk.takeAway();
  const scan = desk.request(SCAN);
  desk.device.place(CARD, [], card.contents);
  expect(await desk.ends(scan.id)).toMatchObject({ phase: 'succeeded' });
  expect(desk.outcomes()).toEqual(['repaired']);
  expect(toldSince(desk)).toEqual([startedAt, null]);
  expect(warningsElsewhere(desk, credentialId)).toEqual([]);
});

test('others hear nothing of a card that is put back in time', async () => {
  const { desk, id, card } = await deskThatWaits();
  await desk.takeAway();
  desk.device.place(CARD, [], card.contents);
  expect(await desk.ends(id)).toMatchObject({ phase: 'succeeded' });
  expect(toldSince(desk)).toEqual([]);
});

test('others hear of a card that was torn when the daemon was killed at its next start', async () => {
  const folder = temporaryFolder();
  const { desk: before, id, credentialId } = await deskThatWaits(folder);
  await before.close();
  const desk = await Desk.open({ folder, ...hasBackend });
  expect(toldSince(desk)).toEqual([]);
  desk.attempts.resume();
  await desk.ends(id);
  expect(toldSince(desk)).toEqual([desk.site.store.cardWrites.openFor(CARD.uid)?.startedAt]);
  expect(warningsElsewhere(desk, credentialId)).toContain('unknown_issue_with_acs_credential');
});
