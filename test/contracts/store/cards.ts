import { describe, expect, test } from 'vitest';
import type { CardWrite, PlannedImage } from '../../../src/model/card-write.ts';
import type { Store } from '../../../src/store/store.ts';
import { ALL, attempt, cardOf, ENDED, encoder, ids, user } from './records.ts';
import type { StorePlaces } from './store.ts';

/** What a store promises of entrances, and of what is written on cards. */
export function cardsContract({ openStore }: StorePlaces): void {
  describe('entrances', () => {
    const entrance = (id: string, name = `Door ${id}`) => ({
      id,
      name,
      hotekMetadata: null,
      isMadeByReport: false,
      createdAt: 1000,
    });

    test('are kept, each with the next number, and found by id and by name', () => {
      const store = openStore();
      expect(store.entrances.insert(entrance('e1', 'Front door'))).toEqual({
        ...entrance('e1', 'Front door'),
        number: 1,
      });
      expect(store.entrances.insert(entrance('e2')).number).toBe(2);
      expect(store.entrances.get('e1')).toEqual({ ...entrance('e1', 'Front door'), number: 1 });
      expect(store.entrances.withName('Front door')?.id).toBe('e1');
      expect(store.entrances.get('none')).toBeNull();
      expect(store.entrances.withName('front door')).toBeNull();
    });

    test('have a name of their own, and a refused one uses up no number', () => {
      const store = openStore();
      store.entrances.insert(entrance('e1', 'Gate'));
      expect(() => store.entrances.insert(entrance('e2', 'Gate'))).toThrow();
      expect(() => store.entrances.insert(entrance('e1', 'Another'))).toThrow();
      expect(store.entrances.insert(entrance('e3')).number).toBe(2);
    });

    test('may be given a number that is free, or another one later, and neither is given again', () => {
      const store = openStore();
      const gate = store.entrances.insert(entrance('e1'), 7);
      expect(gate.number).toBe(7);
      expect(store.entrances.withNumber(7)).toEqual(gate);
      expect(store.entrances.insert(entrance('e2')).number).toBe(8);
      expect(() => store.entrances.insert(entrance('e3'), 7)).toThrow();
      expect(() => store.entrances.update({ ...gate, number: 8 })).toThrow();
      const renumbered = { ...gate, number: 20, name: 'Front gate' };
      store.entrances.update(renumbered);
      expect(store.entrances.get('e1')).toEqual(renumbered);
      expect(store.entrances.withName('Front gate')).toEqual(renumbered);
      expect([store.entrances.withNumber(7), store.entrances.lastNumber()]).toEqual([null, 20]);
      store.entrances.delete('e1');
      expect(store.entrances.insert(entrance('e3')).number).toBe(21);
    });

    test('that were granted to a user are taken back one by one, or all at once', () => {
      const store = openStore();
      for (const id of ['e1', 'e2', 'e3']) store.entrances.insert(entrance(id));
      for (const id of ['ada', 'grace']) store.users.insert(user(id));
      for (const id of ['e3', 'e1', 'e2', 'e1']) store.entrances.grant(id, 'ada');
      store.entrances.grant('e1', 'grace');
      expect(store.entrances.grantedTo('ada')).toEqual(['e1', 'e2', 'e3']);
      expect(store.entrances.grantees('e1')).toEqual(['ada', 'grace']);
      expect(store.entrances.grantees('none')).toEqual([]);
      store.entrances.revoke('e1', 'ada');
      store.entrances.revoke('none', 'ada');
      expect(store.entrances.grantedTo('ada')).toEqual(['e2', 'e3']);
      store.entrances.delete('e2');
      expect(store.entrances.grantedTo('ada')).toEqual(['e3']);
      store.entrances.revokeAll('ada');
      expect([store.entrances.grantedTo('ada'), store.entrances.grantedTo('grace')]).toEqual([[], ['e1']]);
    });

    test('never get a number again, and may be told later what the lock system calls them', () => {
      const store = openStore();
      expect(store.entrances.lastNumber()).toBe(0);
      const gate = store.entrances.insert(entrance('e1'));
      const reported = { ...gate, hotekMetadata: { room_number: '7' }, isMadeByReport: true };
      store.entrances.update(reported);
      expect(store.entrances.get('e1')).toEqual(reported);
      store.entrances.delete('e1');
      expect(store.entrances.lastNumber()).toBe(1);
      expect(store.entrances.insert(entrance('e2')).number).toBe(2);
    });

    test('are found by every filter, in the order in which they were made, page by page', () => {
      const store = openStore();
      for (const id of ['c', 'a', 'b']) store.entrances.insert(entrance(id));
      store.users.insert(user('ada'));
      store.credentials.insert({ ...cardOf('c1', 'ada', '1'), entranceIds: ['a', 'c'] });
      const found = (filter: Parameters<typeof store.entrances.list>[0]) =>
        ids(store.entrances.list(filter, ALL));
      expect(found({})).toEqual(['c', 'a', 'b']);
      expect(found({ ids: ['b', 'c', 'none'] })).toEqual(['c', 'b']);
      expect(found({ ids: [] })).toEqual([]);
      expect(found({ search: 'DOOR B' })).toEqual(['b']);
      expect(found({ acsCredentialId: 'c1' })).toEqual(['c', 'a']);
      expect(found({ acsCredentialId: 'c1', search: 'door a' })).toEqual(['a']);
      expect(found({ acsCredentialId: 'none' })).toEqual([]);
      const first = store.entrances.list({}, { after: 0, limit: 2 });
      expect(ids(first)).toEqual(['c', 'a']);
      expect(ids(store.entrances.list({}, { after: first.nextAfter ?? 0, limit: 2 }))).toEqual(['b']);
    });
  });

  describe('what a credential opens', () => {
    const storeWithDoors = () => {
      const store = openStore();
      for (const id of ['e1', 'e2', 'e3'])
        store.entrances.insert({ id, name: id, hotekMetadata: null, isMadeByReport: false, createdAt: 1 });
      store.users.insert(user('ada'));
      return store;
    };

    test('is kept and changed with it, as is how it stands with its card', () => {
      const store = storeWithDoors();
      const made = { ...cardOf('c1', 'ada', '1'), entranceIds: ['e1', 'e2'] };
      store.credentials.insert(made);
      expect(store.credentials.get('c1')).toEqual(made);
      const changed = {
        ...made,
        cardFormat: 'mifare_desfire',
        recordOnCard: {
          ...{ siteId: 's', credentialId: 'c1', issueCounter: 4_294_967_294, entrances: [1, 2] },
          ...{ startsAt: null, endsAt: 6000, replacesLostCard: true },
        },
        entranceIds: ['e2', 'e3'],
        issueCounter: 4_294_967_295,
        needsReissue: true,
        unfinishedWriteAt: 7000,
      } as const;
      store.credentials.update(changed);
      expect(store.credentials.get('c1')).toEqual(changed);
      expect(store.credentials.list({}, ALL).rows).toEqual([changed]);
      store.credentials.update({ ...changed, entranceIds: [], recordOnCard: null, unfinishedWriteAt: null });
      expect(store.credentials.get('c1')).toMatchObject({
        ...{ entranceIds: [], recordOnCard: null, unfinishedWriteAt: null },
      });
      const elsewhere = { ...changed, id: 'c2', cardUid: null, cardNumber: '2' };
      store.credentials.insert(elsewhere);
      expect(store.credentials.get('c2')).toEqual(elsewhere);
    });

    test('is an entrance that there is, and goes with the credential', () => {
      const store = storeWithDoors();
      expect(() =>
        store.credentials.insert({ ...cardOf('c1', 'ada', '1'), entranceIds: ['none'] }),
      ).toThrow();
      store.credentials.insert({ ...cardOf('c2', 'ada', '2'), entranceIds: ['e1'] });
      store.credentials.delete('c2');
      expect(ids(store.entrances.list({ acsCredentialId: 'c2' }, ALL))).toEqual([]);
    });
  });

  describe('writes on cards', () => {
    const image: PlannedImage = {
      kind: 'record',
      format: 'ntag',
      record: {
        siteId: 'site',
        credentialId: 'c1',
        issueCounter: 3,
        startsAt: 1000,
        endsAt: null,
        entrances: [1, 65_535],
        replacesLostCard: true,
      },
    };
    const write = (id: string, uid: string, more: Partial<CardWrite> = {}): CardWrite => ({
      id,
      card: { uid, technology: 'ntag215' },
      encoderId: 'a',
      attemptId: '1',
      credentialId: 'c1',
      image,
      preimage: Uint8Array.of(0, 1, 255),
      replacedId: null,
      outcome: null,
      startedAt: 1000,
      endedAt: null,
      ...more,
    });
    const storeWithAttempt = (): Store => {
      const store = openStore();
      store.encoders.insert(encoder('a'), 'device-a');
      store.attempts.insert(attempt('1', 'a', ENDED));
      return store;
    };

    test('are kept as they were planned', () => {
      const store = storeWithAttempt();
      const erased = write('w2', '04B2', {
        credentialId: null,
        image: { kind: 'blank', format: 'mifare_classic' },
        preimage: Uint8Array.of(),
      });
      store.cardWrites.insert(write('w1', '04A1'));
      store.cardWrites.insert(erased);
      expect(plain(store.cardWrites.get('w1'))).toEqual(plain(write('w1', '04A1')));
      expect(plain(store.cardWrites.get('w2'))).toEqual(plain(erased));
      expect(store.cardWrites.get('none')).toBeNull();
    });

    test('are open once at most for a card', () => {
      const store = storeWithAttempt();
      store.cardWrites.insert(write('w1', '04A1'));
      expect(() => store.cardWrites.insert(write('w2', '04A1'))).toThrow();
      store.cardWrites.insert(write('w3', '04B2'));
      expect(store.cardWrites.openFor('04A1')?.id).toBe('w1');
      expect(store.cardWrites.openFor('04B2')?.id).toBe('w3');
      expect(store.cardWrites.openFor('04C3')).toBeNull();
    });

    test('forget what was on the card when they end, and leave it to the next write', () => {
      const store = storeWithAttempt();
      store.cardWrites.insert(write('w1', '04A1'));
      store.cardWrites.end('w1', 'repaired', 2000);
      expect(store.cardWrites.get('w1')).toEqual(
        write('w1', '04A1', { preimage: null, outcome: 'repaired', endedAt: 2000 }),
      );
      expect(store.cardWrites.openFor('04A1')).toBeNull();
      store.cardWrites.insert(write('w2', '04A1'));
      expect(store.cardWrites.openFor('04A1')?.id).toBe('w2');
    });

    test('know the one that they took the place of, which can be opened again', () => {
      const store = storeWithAttempt();
      store.cardWrites.insert(write('w1', '04A1'));
      store.cardWrites.insert(write('w2', '04B2'));
      store.cardWrites.end('w1', 'superseded', 2000);
      store.cardWrites.insert(write('w3', '04A1', { replacedId: 'w1' }));
      expect(store.cardWrites.get('w3')?.replacedId).toBe('w1');
      expect(store.cardWrites.get('w2')?.replacedId).toBeNull();
      expect(() => store.cardWrites.reopen('w1', Uint8Array.of(7))).toThrow();
      store.cardWrites.end('w3', 'not_begun', 3000);
      store.cardWrites.reopen('w1', Uint8Array.of(7));
      expect(plain(store.cardWrites.openFor('04A1'))).toEqual(
        plain(write('w1', '04A1', { preimage: Uint8Array.of(7) })),
      );
    });

    test('are found by every filter, in the order in which they began', () => {
      const store = storeWithAttempt();
      store.cardWrites.insert(write('w2', '04A1'));
      store.cardWrites.end('w2', 'written', 2000);
      store.cardWrites.insert(write('w1', '04A1', { credentialId: 'c2' }));
      store.cardWrites.insert(write('w3', '04B2', { credentialId: null }));
      const found = (filter: Parameters<typeof store.cardWrites.list>[0]) =>
        ids(store.cardWrites.list(filter, ALL));
      expect(found({})).toEqual(['w2', 'w1', 'w3']);
      expect(found({ cardUid: '04A1' })).toEqual(['w2', 'w1']);
      expect(found({ acsCredentialId: 'c1' })).toEqual(['w2']);
      expect(found({ isOpen: true })).toEqual(['w1', 'w3']);
      expect(found({ isOpen: false })).toEqual(['w2']);
      expect(found({ cardUid: '04A1', isOpen: true })).toEqual(['w1']);
    });

    test('are of an encoder and an attempt that there are, and outlive their credential', () => {
      const store = storeWithAttempt();
      expect(() => store.cardWrites.insert(write('w1', '04A1', { encoderId: 'none' }))).toThrow();
      expect(() => store.cardWrites.insert(write('w1', '04A1', { attemptId: 'none' }))).toThrow();
      store.users.insert(user('ada'));
      store.credentials.insert(cardOf('c1', 'ada', '1'));
      store.cardWrites.insert(write('w1', '04A1'));
      store.credentials.delete('c1');
      expect(store.cardWrites.openFor('04A1')?.credentialId).toBe('c1');
    });
  });
}

/** With bytes as a list: a store may hand them out in a class of its own. */
function plain(write: CardWrite | null): object | null {
  return write === null ? null : { ...write, preimage: write.preimage === null ? null : [...write.preimage] };
}
