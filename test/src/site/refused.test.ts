import { describe, expect, test } from 'vitest';
import type { ResourceName } from '../../../src/model/resource.ts';
import type { Verdict } from '../../../src/model/sync.ts';
import { applyMirrored, heldToRead } from '../../../src/site/mirror.ts';
import { createCredential } from '../../../src/site/new-credential.ts';
import { dropMessage, takeBackendsVersion } from '../../../src/site/outbox.ts';
import type { Site } from '../../../src/site/site.ts';
import { findUser, updateUser } from '../../../src/site/users.ts';
import {
  APPLIED,
  deliverAll,
  held,
  itemOf,
  named,
  refusedWith,
  sharedAs,
  waiting,
  walkThrough,
} from './mirror-bed.ts';
import { addUser, changesOf, openTestSite } from './site-bed.ts';

const NOT_JUDGED: Verdict = { verdict: 'not_judged' };

const openDesk = () => openTestSite({ hasBackend: true });

const addPin = (site: Site, acsUserId: string) =>
  createCredential(site, {
    ...{ accessMethod: 'code', acsUserId, code: '82615', startsAt: null, endsAt: null, entranceIds: [] },
  }).id;

/** The desk hears of these things, as they are above by now. */
const hear = (desk: Site, above: Site, ...names: readonly ResourceName[]) =>
  applyMirrored(
    desk,
    names.map((name) => itemOf(above, name)),
    null,
  );

/** The one message that is refused. */
function refusedOne(desk: Site): string {
  const { rows } = desk.store.outbox.refused({ after: 0, limit: 2 });
  expect(rows).toHaveLength(1);
  return rows[0]?.id ?? '';
}

const syncedAt = (desk: Site, name: ResourceName) => desk.store.sharedResources.get(name)?.syncedAt ?? null;

describe('what was made here, and was refused and dropped', () => {
  test('stays a thing of this desk only, whatever the backend says of it and however often all is walked through', () => {
    const [desk, above] = [openDesk(), openTestSite()];
    const ada = addUser(desk, 'Ada');
    deliverAll(desk, () => refusedWith({ code: 'taken_above' }));
    hear(desk, above, named.user(ada.id));
    dropMessage(desk, refusedOne(desk));
    expect(heldToRead(desk, 10)).toEqual([]);
    hear(desk, above, named.user(ada.id));
    for (const isRestored of [false, true]) walkThrough(desk, above, { isRestored });
    expect(findUser(desk, { acsUserId: ada.id }).fullName).toBe('Ada');
    expect(sharedAs(desk, named.user(ada.id))).toBeNull();
    expect([held(desk), waiting(desk)]).toEqual([{}, []]);
  });

  test('stays also when the backend had it before it was restored', () => {
    const [desk, above] = [openDesk(), openTestSite()];
    const ada = addUser(desk, 'Ada');
    deliverAll(desk);
    desk.store.outbox.redeliver();
    deliverAll(desk, () => refusedWith({ code: 'taken_above' }));
    dropMessage(desk, refusedOne(desk));
    walkThrough(desk, above);
    expect(findUser(desk, { acsUserId: ada.id }).fullName).toBe('Ada');
  });

  test('goes with its change when a person takes what the backend has', () => {
    const desk = openDesk();
    const ada = addUser(desk, 'Ada');
    deliverAll(desk, () => refusedWith({ code: 'taken_above' }));
    takeBackendsVersion(desk, refusedOne(desk));
    expect(desk.store.users.get(ada.id)).toBeNull();
  });
});

describe('a change that was dropped', () => {
  test('gives way once the thing changes above', () => {
    const [desk, above] = [openDesk(), openTestSite()];
    const ada = addUser(above, 'Ada');
    walkThrough(desk, above);
    updateUser(desk, { acsUserId: ada.id }, { fullName: 'Ada at the desk' });
    deliverAll(desk, () => refusedWith());
    hear(desk, above, named.user(ada.id));
    dropMessage(desk, refusedOne(desk));
    expect(heldToRead(desk, 10)).toEqual([]);
    updateUser(above, { acsUserId: ada.id }, { fullName: 'Ada above' });
    hear(desk, above, named.user(ada.id));
    expect(findUser(desk, { acsUserId: ada.id }).fullName).toBe('Ada above');
  });
});

describe('what was refused because something was missing above', () => {
  const missing = (fields: readonly string[]) => refusedWith({ code: 'reference_missing', fields });

  /** A desk whose PIN of a user was refused. */
  function refusedPin(fields: readonly string[]) {
    const [desk, above] = [openDesk(), openTestSite()];
    const [ada, grace] = [addUser(above, 'Ada'), addUser(above, 'Grace')];
    walkThrough(desk, above);
    const pinId = addPin(desk, ada.id);
    deliverAll(desk, () => missing(fields));
    return { desk, above, ada, grace, pinId, id: refusedOne(desk) };
  }

  test.each([[['acsUserId']], [[]]])('waits again by itself once that is there (%j)', (fields) => {
    const { desk, above, ada, grace, pinId, id } = refusedPin(fields);
    hear(desk, above, named.user(grace.id), named.credential(pinId));
    expect(desk.store.outbox.get(id)?.state).toBe('refused');
    applyMirrored(desk, [{ ...named.user(ada.id), state: null }], 1, () => true);
    expect(desk.store.outbox.get(id)?.state).toBe('refused');
    const changes = changesOf(desk, () => hear(desk, above, named.user(ada.id)));
    expect(desk.store.outbox.get(id)).toMatchObject({ state: 'waiting', isForced: false, refusal: null });
    expect(changes).toEqual([{ type: 'sync.changed', resources: [named.credential(pinId)] }]);
  });

  test('waits again by itself, too, once this desk has told the backend of that', () => {
    const { desk, ada, id } = refusedPin(['acsUserId']);
    addUser(desk, 'Grace, made here');
    deliverAll(desk);
    expect(desk.store.outbox.get(id)?.state).toBe('refused');
    // The backend was restored, and has nothing any more.
    walkThrough(desk, openTestSite(), { isRestored: true });
    deliverAll(desk, ({ change }) => (change.id === ada.id ? refusedWith() : APPLIED));
    expect(desk.store.outbox.get(id)?.state).toBe('refused');
    const told = desk.store.outbox.unsettledOf(named.user(ada.id));
    for (const message of told) desk.store.outbox.retry(message.id, false);
    deliverAll(desk);
    expect(desk.store.outbox.get(id)?.state).toBe('waiting');
  });

  test('waits on, a few times, where a later message made it there before the answer came', () => {
    const { desk, ada, id } = refusedPin(['acsUserId']);
    desk.store.outbox.retry(id, false);
    walkThrough(desk, openTestSite(), { isRestored: true });
    deliverAll(desk, ({ change }) => (change.id === ada.id ? APPLIED : NOT_JUDGED));
    deliverAll(desk, () => missing(['acsUserId']));
    expect(desk.store.outbox.get(id)?.state).toBe('waiting');
    for (let times = 0; times < 6; times++) desk.store.outbox.noteSending([id]);
    deliverAll(desk, () => missing(['acsUserId']));
    expect(desk.store.outbox.get(id)?.state).toBe('refused');
  });

  test('waits on for what the backend said was missing, whatever else it names', () => {
    const { desk, above, ada, id } = refusedPin(['entranceIds']);
    hear(desk, above, named.user(ada.id));
    expect(desk.store.outbox.get(id)?.state).toBe('refused');
  });

  test('for another reason waits for a person', () => {
    const [desk, above] = [openDesk(), openTestSite()];
    const ada = addUser(above, 'Ada');
    walkThrough(desk, above);
    addPin(desk, ada.id);
    deliverAll(desk, () => refusedWith({ code: 'taken_above' }));
    hear(desk, above, named.user(ada.id));
    expect(desk.store.outbox.counts()).toEqual({ waiting: 0, refused: 1 });
  });
});

describe('both sides are known to have had the same', () => {
  test('when the mirror last found or made it so, and not while something is unsettled', () => {
    const [desk, above] = [openDesk(), openTestSite()];
    const ada = named.user(addUser(above, 'Ada').id);
    const later = () => {
      desk.clock.advance(1_000);
      return desk.clock.now();
    };
    walkThrough(desk, above);
    expect(syncedAt(desk, ada)).toBe(desk.clock.now());
    const heardAt = later();
    hear(desk, above, ada);
    expect(syncedAt(desk, ada)).toBe(heardAt);
    updateUser(desk, { acsUserId: ada.id }, { fullName: 'Ada at the desk' });
    deliverAll(desk, () => refusedWith());
    later();
    const walk = walkThrough(desk, above);
    hear(desk, above, ada);
    expect(syncedAt(desk, ada)).toBe(heardAt);
    expect(desk.store.sharedResources.unmet('acs_user', walk, 9)).toEqual([]);
    takeBackendsVersion(desk, refusedOne(desk));
    const takenAt = later();
    hear(desk, above, ...heldToRead(desk, 10));
    expect(syncedAt(desk, ada)).toBe(takenAt);
    updateUser(desk, { acsUserId: ada.id }, { fullName: 'Ada King' });
    const toldAt = later();
    deliverAll(desk, () => APPLIED);
    expect(syncedAt(desk, ada)).toBe(toldAt);
  });

  test('when the backend lacks it, not because a walk ends', () => {
    const [desk, above] = [openDesk(), openTestSite()];
    const ada = named.user(addUser(desk, 'Ada').id);
    deliverAll(desk);
    const toldAt = desk.clock.now();
    updateUser(desk, { acsUserId: ada.id }, { fullName: 'Ada King' });
    desk.clock.advance(1_000);
    walkThrough(desk, above);
    expect(syncedAt(desk, ada)).toBe(toldAt);
  });
});

describe('what is held', () => {
  test('is counted only where the backend has it and this desk cannot have it', () => {
    const [desk, above] = [openDesk(), openTestSite()];
    const shared = addUser(above, 'Ada');
    const own = addUser(desk, 'Grace');
    walkThrough(desk, above);
    updateUser(desk, { acsUserId: shared.id }, { fullName: 'Ada King' });
    deliverAll(desk, () => refusedWith());
    hear(desk, above, named.user(shared.id), named.user(own.id));
    expect(Object.keys(held(desk))).toHaveLength(2);
    expect(desk.store.heldItems.count()).toBe(0);
    const stranger = addUser(above, 'Stranger');
    const pinId = addPin(above, stranger.id);
    hear(desk, above, named.credential(pinId));
    expect(desk.store.heldItems.count()).toBe(1);
    hear(desk, above, named.user(stranger.id), named.credential(pinId));
    expect(desk.store.heldItems.count()).toBe(0);
  });
});
