import { describe, expect, test } from 'vitest';
import type { Attempt } from '../../../src/model/attempt.ts';
import type { Card } from '../../../src/model/card.ts';
import { UNDO_WITHIN_MS, undoAssignment } from '../../../src/site/assignment-undo.ts';
import { deleteCredential } from '../../../src/site/credential-deletion.ts';
import { findCredential, unassignCredential, updateCredential } from '../../../src/site/credentials.ts';
import { SiteError } from '../../../src/site/errors.ts';
import { takeBackendsId } from '../../../src/site/one-id.ts';
import { ANOTHER_CARD, CARD, Desk, encode, RECEPTION, SCAN, SPA, scanToAssign } from '../attempts/desk.ts';
import { writes } from '../attempts/scripted-card.ts';
import { addUser, announced, contentsOf, inBrief, waitingForBackend } from './site-bed.ts';

/** A desk where somebody has just assigned the card, which then was taken away. */
async function assigned(userName = 'Ada') {
  const desk = await Desk.open({ settings: { hasBackend: true } });
  const user = addUser(desk.site, userName);
  return { desk, user, ...(await assignTo(desk, user.id)) };
}

async function assignTo(desk: Desk, acsUserId: string, card: Card = CARD) {
  const { id } = desk.request(scanToAssign(acsUserId));
  desk.device.place(card);
  const attempt = await desk.ends(id);
  await desk.takeAway();
  return { attempt, credentialId: credentialOf(attempt).id };
}

function credentialOf(attempt: Attempt) {
  if (attempt.phase !== 'succeeded' || attempt.result.kind !== 'assigned') throw new Error(attempt.phase);
  return attempt.result.credential;
}

/** Why the undoing was refused, and that nothing happened. */
function refusedBecause(desk: Desk, attemptId: string, client = RECEPTION): unknown {
  const before = contentsOf(desk.site);
  try {
    undoAssignment(desk.site, client, attemptId);
  } catch (error) {
    if (!(error instanceof SiteError)) throw error;
    expect(contentsOf(desk.site)).toEqual(before);
    return error.type === 'not_undoable' ? error.data['reason'] : error.type;
  }
  throw new Error('it was not refused');
}

describe('an assignment is undone', () => {
  test('so that a card that it took in is forgotten, and the backend hears of that', async () => {
    const { desk, attempt, credentialId } = await assigned();
    expect(undoAssignment(desk.site, RECEPTION, attempt.id)).toBeNull();
    expect(desk.site.store.credentials.get(credentialId)).toBeNull();
    expect(announced(desk.site).at(-1)).toBe('acs_credential.deleted');
    expect(waitingForBackend(desk.site).map(inBrief).at(-1)).toEqual({
      ...{ kind: 'acs_credential', id: credentialId, action: 'deleted', event: 'acs_credential.deleted' },
    });
  });

  test('so that a card that was known belongs to nobody again, and stays known', async () => {
    const { desk, user, attempt, credentialId } = await assigned();
    expect(attempt).toMatchObject({ result: { how: 'enrolled' }, endedAt: desk.clock.now() });
    unassignCredential(desk.site, credentialId, user.id);
    const grace = addUser(desk.site, 'Grace');
    const again = await assignTo(desk, grace.id);
    expect(again.attempt).toMatchObject({ result: { how: 'assigned' } });
    expect(undoAssignment(desk.site, RECEPTION, again.attempt.id)).toMatchObject({
      ...{ id: credentialId, acsUserId: null, cardUid: CARD.uid },
    });
    expect(findCredential(desk.site, credentialId)).toMatchObject({ acsUserId: null });
    expect(waitingForBackend(desk.site).at(-1)).toMatchObject({
      ...{ kind: 'acs_credential', id: credentialId, action: 'updated' },
      fields: { acsUserId: { from: grace.id, to: null } },
    });
  });

  test('in the last millisecond of a minute, and not after', async () => {
    const { desk, attempt } = await assigned();
    await desk.clock.advance(UNDO_WITHIN_MS + 1);
    expect(refusedBecause(desk, attempt.id)).toBe('too_late');
    const grace = await assignTo(desk, addUser(desk.site, 'Grace').id, ANOTHER_CARD);
    await desk.clock.advance(UNDO_WITHIN_MS);
    expect(undoAssignment(desk.site, RECEPTION, grace.attempt.id)).toBeNull();
  });

  test('also when the backend had another id for the card, which it has got since', async () => {
    const { desk, attempt, credentialId } = await assigned();
    const backendId = crypto.randomUUID();
    expect(takeBackendsId(desk.site, credentialId, backendId)).toBe(backendId);
    expect(undoAssignment(desk.site, RECEPTION, attempt.id)).toBeNull();
    expect(desk.site.store.credentials.get(backendId)).toBeNull();
    expect(refusedBecause(desk, attempt.id)).toBe('gone');
  });

  test('and the same card goes to the next guest once it was lifted', async () => {
    const { desk, attempt } = await assigned();
    undoAssignment(desk.site, RECEPTION, attempt.id);
    const grace = addUser(desk.site, 'Grace');
    const next = await assignTo(desk, grace.id);
    expect(credentialOf(next.attempt)).toMatchObject({ acsUserId: grace.id, cardUid: CARD.uid });
  });
});

describe('an assignment cannot be undone', () => {
  test('by another client, nor where there is none', async () => {
    const { desk, attempt } = await assigned();
    expect(refusedBecause(desk, attempt.id, SPA)).toBe('action_attempt_not_found');
    expect(refusedBecause(desk, 'nowhere')).toBe('action_attempt_not_found');
  });

  test('when it assigned nothing', async () => {
    const desk = await Desk.open();
    const { id } = desk.request(scanToAssign(addUser(desk.site, 'Ada').id));
    await desk.reaches(id, 'awaiting_card');
    expect(refusedBecause(desk, id)).toBe('no_assignment');
    desk.attempts.cancel(RECEPTION, id);
    expect(refusedBecause(desk, id)).toBe('no_assignment');
    const scan = desk.request(SCAN);
    desk.device.place(CARD);
    await desk.ends(scan.id);
    expect(refusedBecause(desk, scan.id)).toBe('no_assignment');
  });

  test('when the user had the card already', async () => {
    const { desk, user } = await assigned();
    const again = await assignTo(desk, user.id);
    expect(again.attempt).toMatchObject({ result: { how: 'kept' } });
    expect(refusedBecause(desk, again.attempt.id)).toBe('kept');
  });

  test('when it was undone, or the card was deleted since', async () => {
    const { desk, user, attempt } = await assigned();
    undoAssignment(desk.site, RECEPTION, attempt.id);
    expect(refusedBecause(desk, attempt.id)).toBe('gone');
    const again = await assignTo(desk, user.id);
    deleteCredential(desk.site, again.credentialId);
    expect(refusedBecause(desk, again.attempt.id)).toBe('gone');
  });

  test('when somebody changed the card since, or gave it away', async () => {
    const { desk, user, attempt, credentialId } = await assigned();
    updateCredential(desk.site, credentialId, { endsAt: desk.clock.now() + 1000 });
    expect(refusedBecause(desk, attempt.id)).toBe('changed');
    const other = await assignTo(desk, user.id, ANOTHER_CARD);
    unassignCredential(desk.site, other.credentialId, user.id);
    expect(refusedBecause(desk, other.attempt.id)).toBe('changed');
    await assignTo(desk, addUser(desk.site, 'Grace').id, ANOTHER_CARD);
    expect(refusedBecause(desk, other.attempt.id)).toBe('changed');
  });

  test('while the card is written with it, nor once it was', async () => {
    const { desk, attempt, credentialId } = await assigned();
    const { id } = desk.request(encode(credentialId), SPA);
    const written = Promise.withResolvers<void>();
    desk.device.place(CARD).writings.push(writes(2, written.promise));
    await desk.reaches(id, 'writing');
    expect(refusedBecause(desk, attempt.id)).toBe('being_written');
    written.resolve();
    expect(await desk.ends(id)).toMatchObject({ phase: 'succeeded' });
    expect(refusedBecause(desk, attempt.id)).toBe('changed');
  });

  test('when it ended under a version that did not note when, or what it did', async () => {
    const { desk, attempt } = await assigned();
    if (attempt.phase !== 'succeeded') throw new Error(attempt.phase);
    const { endedAt, ...withoutEnd } = attempt;
    expect(endedAt).toBe(desk.clock.now());
    desk.site.store.attempts.update(withoutEnd);
    expect(refusedBecause(desk, attempt.id)).toBe('too_late');
    const credential = credentialOf(attempt);
    desk.site.store.attempts.update({ ...attempt, result: { kind: 'assigned', credential } });
    expect(refusedBecause(desk, attempt.id)).toBe('too_late');
  });
});
