import { describe, expect, test } from 'vitest';
import { RESOURCE_KINDS, type ResourceState } from '../../../src/model/resource.ts';
import { creation, deletion, update } from '../../../src/model/resource-change.ts';
import { addToAccessGroup, grantAccess, suspendUser } from '../../../src/site/access.ts';
import { createAccessGroup, updateAccessGroup } from '../../../src/site/access-groups.ts';
import { deleteCredential } from '../../../src/site/credential-deletion.ts';
import { assignCredential, findCredential, updateCredential } from '../../../src/site/credentials.ts';
import { createEntrance, deleteEntrance } from '../../../src/site/entrances.ts';
import { createUserIdentity, updateUserIdentity } from '../../../src/site/identities.ts';
import { addUserToIdentity, deleteUserIdentity } from '../../../src/site/identity-users.ts';
import { createCredential } from '../../../src/site/new-credential.ts';
import { dropMessage } from '../../../src/site/outbox.ts';
import { type ReportedMessage, takeReport } from '../../../src/site/reports.ts';
import { listResources, readResource, writeResource } from '../../../src/site/resources.ts';
import { assignScannedCard } from '../../../src/site/scanned-card.ts';
import { newId, type Site } from '../../../src/site/site.ts';
import { deleteUser, findUser, updateUser } from '../../../src/site/users.ts';
import { EVERY_ROW } from '../../../src/store/paging.ts';
import {
  ANOTHER_CARD,
  addCardCredential,
  CARD,
  CARD_NUMBER,
  contentsWith,
  issue,
  strangeRecord,
} from './card-bed.ts';
import { inShort, news, pairDesk, refusalIn } from './reports-bed.ts';
import { addUser, announced, openTestSite } from './site-bed.ts';

const everything = (site: Site) =>
  RESOURCE_KINDS.map((kind) =>
    listResources(site, kind, EVERY_ROW)
      .rows.toSorted((a, b) => (a.id < b.id ? -1 : 1))
      .map(({ id, state }) => ({ id, state })),
  );

const identity = (site: Site, more: Partial<Parameters<typeof createUserIdentity>[1]> = {}) =>
  createUserIdentity(site, { key: null, fullName: null, emailAddress: null, phoneNumber: null, ...more });

/** Gives a card that was scanned to a user; returns the id of its credential. */
function assign(site: Site, acsUserId: string, card = CARD): string {
  const outcome = assignScannedCard(site, card, { kind: 'acs_user', acsUserId }, true);
  if (outcome.outcome === 'assigned') return outcome.credential.id;
  throw new Error(`the card was refused: ${outcome.reason}`);
}

/** A server where Ada and Bob are, and two desks of it. */
function house(settings: { readonly hasBackend?: boolean } = {}) {
  const server = openTestSite(settings);
  const lobby = createEntrance(server, 'Lobby');
  const pool = createEntrance(server, 'Pool');
  const guests = createAccessGroup(server, { name: 'Guests', entranceIds: [lobby.id] });
  const [ada, bob] = [addUser(server, 'Ada'), addUser(server, 'Bob')];
  const card = addCardCredential(server, { acsUserId: ada.id });
  const [desk, other] = [pairDesk(server, 'Desk 1'), pairDesk(server, 'Desk 2')];
  return { server, lobby, pool, guests, ada, bob, card, desk, other };
}

const message = (
  change: ReportedMessage['change'],
  more: Partial<ReportedMessage> = {},
): ReportedMessage => ({
  ...{ id: newId(), sequence: 1, isForced: false, change },
  ...more,
});

describe('what happened at a desk', () => {
  test('comes to be here, in every kind, once', () => {
    const { server, desk, ada, bob, guests, pool, lobby, card } = house();
    const { site } = desk;
    const gym = createEntrance(site, 'Gym');
    const staff = createAccessGroup(site, { name: 'Staff', entranceIds: [gym.id] });
    const person = identity(site, { key: 'cy' });
    const cy = addUser(site, 'Cy');
    addUserToIdentity(site, { userIdentityId: person.id }, cy.id);
    addToAccessGroup(site, staff.id, { kind: 'acs_user', acsUserId: cy.id });
    addToAccessGroup(site, guests.id, { kind: 'acs_user', acsUserId: ada.id });
    grantAccess(site, pool.id, { kind: 'acs_user', acsUserId: ada.id });
    updateAccessGroup(site, guests.id, { entranceIds: [lobby.id, gym.id] });
    suspendUser(site, { acsUserId: bob.id });
    issue(site, card.id);
    updateCredential(site, card.id, { endsAt: site.clock.now() + 1000 });
    assign(site, cy.id, ANOTHER_CARD);
    createCredential(site, {
      ...{
        accessMethod: 'code',
        acsUserId: cy.id,
        code: '123456',
        startsAt: null,
        endsAt: null,
        entranceIds: [],
      },
    });
    expect(new Set(inShort(desk.report()))).toEqual(new Set(['applied']));
    expect(everything(server)).toEqual(everything(site));
    expect(findCredential(server, card.id).needsReissue).toBe(findCredential(site, card.id).needsReissue);
    const events = announced(server);
    expect(desk.report()).toEqual([]);
    expect(announced(server)).toEqual(events);
  });

  test('is announced here as it was there', () => {
    const { server, desk, ada, card } = house();
    const before = announced(server).length;
    const there = announced(desk.site).length;
    createEntrance(desk.site, 'Gym');
    addUser(desk.site, 'Cy');
    issue(desk.site, card.id);
    issue(desk.site, card.id);
    deleteCredential(desk.site, card.id);
    deleteUser(desk.site, { acsUserId: ada.id });
    desk.report();
    expect(announced(server).slice(before)).toEqual(
      announced(desk.site)
        .slice(there)
        .filter((type) => !type.startsWith('acs_encoder')),
    );
  });

  test('that has no name there is announced by what it is here', () => {
    const { server, desk } = house();
    const before = announced(server).length;
    takeReport(server, desk.row, [message(creation('acs_user', newId(), { fullName: 'Cy' }))]);
    expect(announced(server).slice(before)).toEqual(['acs_user.created']);
  });

  test('is told to this site’s own backend, as it is here by then', () => {
    const { server, desk, ada } = house({ hasBackend: true });
    const told = server.store.outbox.lastSequence();
    updateUser(server, { acsUserId: ada.id }, { emailAddress: 'ada@example.com' });
    updateUser(desk.site, { acsUserId: ada.id }, { fullName: 'Ada L.' });
    desk.report();
    expect(server.store.outbox.waiting(told + 1, 10).map(({ change }) => change)).toEqual([
      update('acs_user', ada.id, { fullName: 'Ada' }, { fullName: 'Ada L.' }),
    ]);
  });

  test('that came before is answered as then, and nothing else', () => {
    const { server, desk, ada } = house();
    const first = message(update('acs_user', ada.id, { fullName: 'Ada' }, { fullName: 'Ada L.' }));
    const second = message(update('acs_user', ada.id, { fullName: 'Ida' }, { fullName: 'Eve' }), {
      sequence: 2,
    });
    const verdicts = takeReport(server, desk.row, [first, second]);
    updateUser(server, { acsUserId: ada.id }, { fullName: 'Ida' });
    const [events, place] = [announced(server), server.store.feed.last()];
    expect(takeReport(server, desk.row, [first, second])).toEqual(verdicts);
    expect(inShort(verdicts)).toEqual(['applied', 'changed_above']);
    expect(findUser(server, { acsUserId: ada.id }).fullName).toBe('Ida');
    expect([announced(server), server.store.feed.last()]).toEqual([events, place]);
  });

  test('that is so already is announced and told no second time', () => {
    const { server, desk } = house({ hasBackend: true });
    const change = creation('acs_user', newId(), { fullName: 'Cy' }, 'acs_user.created');
    takeReport(server, desk.row, [message(change)]);
    const [events, told] = [announced(server), server.store.outbox.lastSequence()];
    expect(inShort(takeReport(server, desk.row, [message(change)]))).toEqual(['applied']);
    expect([announced(server), server.store.outbox.lastSequence()]).toEqual([events, told]);
  });

  test('that was refused and is forced by now is decided anew, once', () => {
    const { server, desk, ada } = house();
    const change = update('acs_user', ada.id, { fullName: 'Ida' }, { fullName: 'Eve' });
    const [asked, forced] = [message(change), message(change, { isForced: true })].map((one) => ({
      ...one,
      id: 'm',
    }));
    const say = (one: ReportedMessage | undefined) => inShort(takeReport(server, desk.row, one ? [one] : []));
    expect([say(asked), say(asked), say(forced)]).toEqual([
      ['changed_above'],
      ['changed_above'],
      ['applied'],
    ]);
    updateUser(server, { acsUserId: ada.id }, { fullName: 'Ada' });
    expect(say(forced)).toEqual(['applied']);
    expect(findUser(server, { acsUserId: ada.id }).fullName).toBe('Ada');
  });

  test('is not judged where it depends on what is refused in the same report, and counts afterwards', () => {
    const { server, desk, ada, bob, guests } = house();
    updateUser(server, { acsUserId: ada.id }, { fullName: 'Ada above' });
    const set = (fullName: string, before: string) =>
      message(update('acs_user', ada.id, { fullName: before }, { fullName }));
    const first = set('Ada here', 'Ada');
    const second = set('Ada later', 'Ada here');
    const card = message(
      creation('acs_credential', newId(), {
        ...readResource(server, {
          kind: 'acs_credential',
          id: addCardCredential(server, { acsUserId: bob.id }).id,
        }),
        acsUserId: ada.id,
      }),
    );
    const ofCard = message(update('acs_credential', card.change.id, { endsAt: null }, { endsAt: 5 }));
    const other = message(update('acs_user', bob.id, { fullName: 'Bob' }, { fullName: 'Bobby' }));
    const report = [first, second, card, ofCard, other];
    const verdicts = () => inShort(takeReport(server, desk.row, report));
    expect(verdicts()).toEqual(['changed_above', 'not_judged', 'not_judged', 'not_judged', 'applied']);
    expect(readResource(server, card.change)).toBeNull();
    expect(server.store.pairedDesks.verdictOf(second.id)).toBeNull();
    // The same again, as after an answer that was lost.
    expect(verdicts()).toEqual(['changed_above', 'not_judged', 'not_judged', 'not_judged', 'applied']);
    // One that was refused before and is forced by now waits, too.
    const third = set('Ada forced', 'Ada');
    expect(inShort(takeReport(server, desk.row, [third]))).toEqual(['changed_above']);
    const forced = { ...third, isForced: true };
    expect(inShort(takeReport(server, desk.row, [first, forced]))).toEqual(['changed_above', 'not_judged']);
    // Once a person has dropped the first, the others stand for themselves.
    expect(inShort(takeReport(server, desk.row, [second]))).toEqual(['changed_above']);
    expect(inShort(takeReport(server, desk.row, [{ ...first, isForced: true }, forced]))).toEqual([
      'applied',
      'applied',
    ]);
    expect(findUser(server, { acsUserId: ada.id }).fullName).toBe('Ada forced');
    expect(guests.name).toBe('Guests');
  });

  test('raises how far the desk was heard, and never lowers it', () => {
    const { server, desk, ada } = house();
    const heard = () => server.store.pairedDesks.get(desk.row.id)?.highWaterMark;
    const change = update('acs_user', ada.id, { fullName: 'Ada' }, { fullName: 'Ida' });
    takeReport(server, desk.row, [message(change, { sequence: 7 }), message(change, { sequence: 5 })]);
    takeReport(server, desk.row, [message(change, { sequence: 6 })]);
    expect(heard()).toBe(7);
  });

  test('is nothing of it when one message meets a failure', () => {
    const { server, desk, ada } = house();
    const good = message(update('acs_user', ada.id, { fullName: 'Ada' }, { fullName: 'Ida' }));
    const { outbox: _, ...store } = server.store;
    const failing = {
      ...server,
      store: {
        ...store,
        outbox: server.store.outbox,
        pairedDesks: {
          ...server.store.pairedDesks,
          noteVerdict: (...said: Parameters<typeof server.store.pairedDesks.noteVerdict>) => {
            if (said[1] !== good.id) throw new Error('the disk is full');
            server.store.pairedDesks.noteVerdict(...said);
          },
        },
      },
    };
    const bad = message(deletion('acs_user', newId()), { sequence: 2 });
    expect(() => takeReport({ ...failing, identity: server.identity }, desk.row, [good, bad])).toThrow(
      'the disk',
    );
    expect(findUser(server, { acsUserId: ada.id }).fullName).toBe('Ada');
    expect(server.store.pairedDesks.verdictOf(good.id)).toBeNull();
  });
});

describe('desks hear of', () => {
  test('every thing that a message was about, refused or not, and what went with it', () => {
    const { server, desk, ada, bob, card } = house();
    issue(server, card.id);
    const place = server.store.feed.last();
    const unknown = newId();
    takeReport(server, desk.row, [
      message(update('acs_user', bob.id, { fullName: 'Eve' }, { fullName: 'Ida' })),
      message(update('acs_user', unknown, { fullName: 'Eve' }, { fullName: 'Ida' })),
      message(deletion('acs_user', ada.id)),
    ]);
    expect(news(server, place)).toEqual([
      `acs_user ${bob.id}`,
      `-acs_user ${unknown}`,
      `acs_credential ${card.id}`,
      `-acs_user ${ada.id}`,
    ]);
  });

  test('the thing that something turned out to be', () => {
    const { server, desk } = house();
    const place = server.store.feed.last();
    const lobby = server.store.entrances.withName('Lobby')?.id ?? '';
    const change = creation('acs_entrance', newId(), { name: 'Lobby', number: 7 });
    expect(takeReport(server, desk.row, [message(change)])).toEqual([
      { verdict: 'same_as', backendId: lobby },
    ]);
    expect(news(server, place)).toEqual([`acs_entrance ${lobby}`]);
  });
});

describe('rule 1: a field that two changed', () => {
  test('the first report counts; the other is refused in plain words, and counts when a person says so', () => {
    const { server, desk, other, ada } = house();
    updateUser(desk.site, { acsUserId: ada.id }, { fullName: 'Ada L.' });
    updateUser(other.site, { acsUserId: ada.id }, { fullName: 'Ada K.', emailAddress: 'ada@example.com' });
    desk.report();
    const refusal = refusalIn(other.report());
    expect(refusal).toMatchObject({ code: 'changed_above', fields: ['fullName'], rivalId: null });
    expect(refusal.message).toBe(
      'The user "Ada K." (above: the user "Ada L."): Meanwhile somebody else changed the name to something else above, so nothing of this change was applied. Retry it if this desk is right; take the backend\'s version if not.',
    );
    expect(findUser(server, { acsUserId: ada.id })).toMatchObject({ fullName: 'Ada L.', emailAddress: null });
    expect(inShort(other.retry())).toEqual(['applied']);
    expect(findUser(server, { acsUserId: ada.id })).toMatchObject({
      ...{ fullName: 'Ada K.', emailAddress: 'ada@example.com' },
    });
  });
});

describe('rule 2: a set that two changed', () => {
  test('keeps what both did', () => {
    const { server, desk, other, ada, lobby, pool } = house();
    grantAccess(desk.site, lobby.id, { kind: 'acs_user', acsUserId: ada.id });
    grantAccess(other.site, pool.id, { kind: 'acs_user', acsUserId: ada.id });
    expect(inShort([...desk.report(), ...other.report()])).toEqual(['applied', 'applied']);
    expect(server.store.entrances.grantedTo(ada.id)).toEqual([lobby.id, pool.id].toSorted());
  });
});

describe('rule 3: what is gone', () => {
  test('a user who is deleted above while a card is assigned here: the card stays nobody’s above', () => {
    const { server, desk, ada, card } = house();
    issue(server, card.id);
    deleteUser(server, { acsUserId: ada.id });
    updateUser(desk.site, { acsUserId: ada.id }, { fullName: 'Ada L.' });
    assign(desk.site, ada.id, ANOTHER_CARD);
    const [renamed, assigned] = desk.report();
    expect(renamed).toMatchObject({
      refusal: {
        code: 'deleted_above',
        message: expect.stringMatching(/^The user "Ada L\.": It was deleted above/),
      },
    });
    expect(assigned).toEqual({ verdict: 'not_judged' });
    for (const { id } of desk.site.store.outbox.refused(EVERY_ROW).rows) dropMessage(desk.site, id);
    expect(desk.report()).toMatchObject([
      {
        refusal: {
          code: 'reference_missing',
          message: expect.stringMatching(`^Card 140.*: It names the user ${ada.id} .the user who holds it`),
        },
      },
    ]);
    expect(findCredential(server, card.id).acsUserId).toBeNull();
    expect(server.store.users.get(ada.id)).toBeNull();
  });

  test('deletion wins over a change, and what goes with it goes here too', () => {
    const { server, desk, ada, card } = house({ hasBackend: true });
    issue(server, card.id);
    const unknownThere = assign(server, ada.id, ANOTHER_CARD);
    updateUser(server, { acsUserId: ada.id }, { fullName: 'Ada L.' });
    const told = server.store.outbox.lastSequence();
    deleteUser(desk.site, { acsUserId: ada.id });
    expect(inShort(desk.report())).toEqual(['applied', 'applied']);
    expect(server.store.users.get(ada.id)).toBeNull();
    expect(server.store.credentials.get(card.id)).toBeNull();
    expect(findCredential(server, unknownThere).acsUserId).toBeNull();
    expect(server.store.outbox.waiting(told, 10).map(({ change }) => [change.action, change.id])).toEqual([
      ['deleted', card.id],
      ['updated', unknownThere],
      ['deleted', ada.id],
    ]);
  });

  test('deleting what is gone is fine', () => {
    const { server, desk, other, lobby } = house();
    deleteEntrance(desk.site, lobby.id);
    deleteEntrance(other.site, lobby.id);
    const before = announced(server).length;
    expect(inShort([...desk.report(), ...other.report()])).toEqual(['applied', 'applied']);
    expect(announced(server).slice(before)).toEqual(['acs_entrance.removed']);
  });

  test('with an identity go its user and codes', () => {
    const { server, desk, ada } = house();
    const person = identity(desk.site, { key: 'ada' });
    addUserToIdentity(desk.site, { userIdentityId: person.id }, ada.id);
    desk.report();
    deleteUserIdentity(desk.site, person.id);
    expect(new Set(inShort(desk.report()))).toEqual(new Set(['applied']));
    expect(everything(server)).toEqual(everything(desk.site));
  });
});

describe('rule 4: cards of one credential', () => {
  test('two desks issued it offline: the first report counts, the other hears so, and the next issue outranks both', () => {
    const { server, desk, other, card } = house();
    issue(desk.site, card.id);
    issue(other.site, card.id, { card: ANOTHER_CARD });
    expect(inShort(desk.report())).toEqual(['applied']);
    const refusal = refusalIn(other.report());
    expect(refusal.code).toBe('issued_elsewhere');
    expect(refusal.message).toMatch(
      /^Card 140\*\*\* of Ada was issued at this desk, .*: Card 130\*\*\* of Ada counts, and Card 140\*\*\* of Ada of this desk does not/,
    );
    expect(findCredential(server, card.id)).toMatchObject({
      ...{ cardUid: CARD.uid, issueCounter: 2, hasLostCards: true },
    });
    expect(refusalIn(other.retry()).code).toBe('issued_elsewhere');
    expect(findCredential(server, card.id).issueCounter).toBe(2);
  });

  test('the card with the greater counter wins, and the one before is known to be lost', () => {
    const { server, desk, other, card } = house();
    issue(desk.site, card.id);
    const record = strangeRecord({ credentialId: card.id, issueCounter: 5 });
    const content = {
      kind: 'record',
      standing: 'authentic',
      record,
    } as const;
    issue(other.site, card.id, { card: ANOTHER_CARD, contents: contentsWith(content), mayOverwrite: true });
    expect(inShort([...desk.report(), ...other.report()])).toEqual(['applied', 'applied']);
    expect(findCredential(server, card.id)).toMatchObject({
      ...{ cardUid: ANOTHER_CARD.uid, issueCounter: 6, hasLostCards: true },
    });
  });
});

describe('rule 5: one card, one holder', () => {
  test('two desks gave the same card to two users: the first report counts', () => {
    const { server, desk, other, ada, bob } = house();
    assign(desk.site, ada.id);
    assign(other.site, bob.id);
    expect(inShort(desk.report())).toEqual(['applied']);
    const refusal = refusalIn(other.report());
    const known = server.store.credentials.withCardNumber(CARD_NUMBER);
    expect(refusal).toMatchObject({ code: 'card_of_another_user', rivalId: known?.id });
    expect(refusal.message).toMatch(
      /^Card 130\*\*\* of Bob: This card was given to somebody else first: above it is Card 130\*\*\* of Ada,/,
    );
    expect(known?.acsUserId).toBe(ada.id);
    expect(refusalIn(other.retry()).code).toBe('card_of_another_user');
  });

  test('two desks gave the same card to the same user: it is one', () => {
    const { server, desk, other, ada } = house();
    assign(desk.site, ada.id);
    assign(other.site, ada.id);
    desk.report();
    const events = announced(server);
    const known = server.store.credentials.withCardNumber(CARD_NUMBER)?.id;
    expect(other.report()).toEqual([{ verdict: 'same_as', backendId: known }]);
    expect(announced(server)).toEqual(events);
  });

  test('a card that is nobody’s here becomes the desk’s user’s', () => {
    const { server, desk, other, ada, bob } = house();
    assign(desk.site, ada.id);
    desk.report();
    assign(other.site, bob.id);
    deleteUser(server, { acsUserId: ada.id });
    const known = server.store.credentials.withCardNumber(CARD_NUMBER)?.id ?? '';
    expect(other.report()).toEqual([{ verdict: 'same_as', backendId: known }]);
    expect(findCredential(server, known).acsUserId).toBe(bob.id);
  });

  test('a card that is registered here by its number is issued by the scan at the desk', () => {
    const { server, desk, ada } = house();
    const registered = addCardCredential(server, { acsUserId: ada.id, code: `00${CARD_NUMBER}` });
    const before = announced(server).length;
    assign(desk.site, ada.id);
    expect(desk.report()).toEqual([{ verdict: 'same_as', backendId: registered.id }]);
    expect(findCredential(server, registered.id)).toMatchObject({ isIssued: true, cardUid: CARD.uid });
    expect(announced(server).slice(before)).toEqual(['acs_credential.issued']);
  });

  test('a card that a desk registers by its number is the one that was seen here', () => {
    const { server, desk, ada } = house();
    assign(server, ada.id);
    const known = server.store.credentials.withCardNumber(CARD_NUMBER)?.id ?? '';
    addCardCredential(desk.site, { acsUserId: ada.id, code: `0${CARD_NUMBER}` });
    expect(desk.report().at(-1)).toEqual({ verdict: 'same_as', backendId: known });
  });

  test('a known card that two desks gave to two users', () => {
    const { server, desk, other, ada, bob } = house();
    const card = addCardCredential(server, { acsUserId: ada.id });
    writeResource(server, { kind: 'acs_credential', id: card.id }, { acsUserId: null });
    for (const { site } of [desk, other]) {
      writeResource(site, { kind: 'acs_credential', id: card.id }, { accessMethod: 'card' });
    }
    assignCredential(desk.site, card.id, ada.id);
    assignCredential(other.site, card.id, bob.id);
    desk.report();
    expect(refusalIn(other.report())).toMatchObject({ code: 'card_of_another_user', fields: ['acsUserId'] });
    expect(refusalIn(other.retry()).code).toBe('card_of_another_user');
    expect(findCredential(server, card.id).acsUserId).toBe(ada.id);
  });

  test('a card on which a desk wrote another credential of the same user is off the one before', () => {
    const { server, desk, ada, card } = house();
    const oldId = assign(server, ada.id);
    const before = announced(server).length;
    issue(desk.site, card.id);
    expect(inShort(desk.report())).toEqual(['applied']);
    expect(findCredential(server, oldId)).toMatchObject({ cardUid: null, isIssued: false });
    expect(findCredential(server, card.id)).toMatchObject({ cardUid: CARD.uid, isIssued: true });
    expect(announced(server).slice(before)).toEqual(['acs_credential.invalidated', 'acs_credential.issued']);
    expect(news(server)).toContain(`acs_credential ${oldId}`);
  });

  test('a card on which a desk wrote a credential of another user stays with the one who has it', () => {
    const { server, desk, bob, card } = house();
    const old = assign(server, bob.id);
    issue(desk.site, card.id);
    expect(refusalIn(desk.report())).toMatchObject({
      code: 'card_of_another_user',
      rivalId: old,
    });
    expect(findCredential(server, card.id)).toMatchObject({ isIssued: false, issueCounter: 0 });
  });
});

describe('rule 6: what only one may be', () => {
  test('an entrance, a group, an identity and its user that both made are one, and messages behind follow', () => {
    const { server, desk, ada } = house();
    const gym = createEntrance(server, 'Gym');
    const staff = createAccessGroup(server, { name: 'Staff', entranceIds: [gym.id] });
    const person = identity(server, { key: 'ada' });
    addUserToIdentity(server, { userIdentityId: person.id }, ada.id);
    const { site } = desk;
    const ownGym = createEntrance(site, 'Gym');
    const spa = createEntrance(site, 'Spa');
    const ownStaff = createAccessGroup(site, { name: 'Staff', entranceIds: [ownGym.id, spa.id] });
    const ownPerson = identity(site, { key: 'ada', fullName: 'Countess' });
    const user = addUser(site, 'Countess', { userIdentityId: ownPerson.id });
    addToAccessGroup(site, ownStaff.id, { kind: 'acs_user', acsUserId: user.id });
    expect(desk.report()).toEqual([
      { verdict: 'same_as', backendId: gym.id },
      { verdict: 'applied' },
      { verdict: 'same_as', backendId: staff.id },
      { verdict: 'same_as', backendId: person.id },
      { verdict: 'same_as', backendId: ada.id },
      { verdict: 'applied' },
    ]);
    expect(readResource(server, { kind: 'acs_access_group', id: staff.id })).toMatchObject({
      entranceIds: [gym.id, spa.id].toSorted(),
    });
    expect(readResource(server, { kind: 'acs_user', id: ada.id })).toMatchObject({
      ...{ fullName: 'Ada', accessGroupIds: [staff.id] },
    });
    expect(server.store.userIdentities.get(person.id)?.fullName).toBeNull();
  });

  test.each([
    ['an e-mail address', 'emailAddress', 'e-mail address', 'ada@example.com'],
    ['a phone number', 'phoneNumber', 'phone number', '+491701234567'],
  ] as const)('%s of somebody else is refused', (_, name, words, value) => {
    const { server, desk } = house();
    const person = identity(server, { fullName: 'Ada', [name]: value });
    const made = identity(desk.site, { [name]: value });
    const refusal = refusalIn(desk.report());
    expect(refusal).toMatchObject({ code: 'taken_above', fields: [name], rivalId: person.id });
    expect(refusal.message).toContain(`Above, the ${words} is that of the user identity "Ada"`);
    expect(server.store.userIdentities.get(made.id)).toBeNull();
  });

  test('a code of somebody else is refused, and so is a key that an identity gets', () => {
    const { server, desk, ada, bob } = house();
    const code = {
      accessMethod: 'code',
      startsAt: null,
      endsAt: null,
      entranceIds: [],
      code: '123456',
    } as const;
    const pin = createCredential(server, { ...code, acsUserId: ada.id });
    const person = identity(desk.site);
    desk.report();
    identity(server, { key: 'ada' });
    createCredential(desk.site, { ...code, acsUserId: bob.id });
    updateUserIdentity(desk.site, person.id, { key: 'ada' });
    const verdicts = desk.report();
    expect(inShort(verdicts)).toEqual(['taken_above', 'taken_above']);
    expect(verdicts[0]).toMatchObject({ refusal: { fields: ['code'], rivalId: pin.id } });
    expect(verdicts[0]).toMatchObject({
      refusal: { message: expect.stringContaining('that of Code 12**** of Ada') },
    });
  });
});

describe('numbers of entrances are this site’s', () => {
  test('a new entrance keeps its number if none had it, and gets the next one if not', () => {
    const { server, desk, other } = house();
    const gym = createEntrance(desk.site, 'Gym');
    const spa = createEntrance(other.site, 'Spa');
    expect([gym.number, spa.number]).toEqual([3, 3]);
    desk.report();
    other.report();
    expect(server.store.entrances.get(gym.id)?.number).toBe(3);
    expect(server.store.entrances.get(spa.id)?.number).toBe(4);
  });

  test('a number that leaves some out stays, and the next one comes behind it', () => {
    const { server, desk } = house();
    takeReport(server, desk.row, [message(creation('acs_entrance', 'gym', { name: 'Gym', number: 9 }))]);
    expect(server.store.entrances.get('gym')?.number).toBe(9);
    expect(createEntrance(server, 'Spa').number).toBe(10);
  });

  test('a number of an entrance that is gone is never given again', () => {
    const { server, desk, pool } = house();
    deleteEntrance(server, pool.id);
    takeReport(server, desk.row, [
      message(creation('acs_entrance', 'gym', { name: 'Gym', number: pool.number })),
    ]);
    expect(server.store.entrances.get('gym')?.number).toBe(3);
  });

  test('a desk changes none', () => {
    const { server, desk, lobby } = house();
    const change = update('acs_entrance', lobby.id, { number: 1 }, { number: 9 });
    expect(inShort(takeReport(server, desk.row, [message(change)]))).toEqual(['applied']);
    expect(server.store.entrances.get(lobby.id)?.number).toBe(1);
  });

  test('when all were given, a new entrance is refused', () => {
    const { server, desk } = house();
    writeResource(server, { kind: 'acs_entrance', id: 'last' }, { number: 65_535 });
    const change = creation('acs_entrance', 'gym', { name: 'Gym', number: 3 });
    const refusal = refusalIn(takeReport(server, desk.row, [message(change)]));
    expect(refusal).toMatchObject({ code: 'refused_by_backend', fields: ['number'] });
    expect(refusal.message).toMatch(/^The entrance "Gym": Above, all 65535 numbers/);
  });
});

test('a refusal about a thing that is not here calls it by what the change knows of it', () => {
  const { server, desk } = house();
  const words = (id: string, before: ResourceState, after: ResourceState) =>
    refusalIn(takeReport(server, desk.row, [message(update('acs_credential', id, before, after))])).message;
  expect(words('card-9', { endsAt: 1 }, { endsAt: 2 })).toMatch(
    /^The credential card-9: It was deleted above/,
  );
  const issued = { cardNumber: CARD_NUMBER, accessMethod: 'card' };
  expect(words('card-9', {}, issued)).toMatch(/^Card 130\*\*\*: It was deleted above/);
});

test('what cannot be stored here is refused, and says what it is', () => {
  const { server, desk, ada } = house();
  const change = update('acs_user', ada.id, { fullName: 'Ada' }, { fullName: 7 });
  const refusal = refusalIn(takeReport(server, desk.row, [message(change)]));
  expect(refusal).toMatchObject({ code: 'refused_by_backend', fields: ['fullName'] });
});
