import { describe, expect, test } from 'vitest';
import { ALL, attempt, cardOf, encoder, ids, user } from './records.ts';
import type { StorePlaces } from './store.ts';

/** What a store promises of what is committed: all or nothing, in order, for ever. */
export function keepingContract({ openPlace, openStore }: StorePlaces): void {
  describe('transaction', () => {
    test('writes all or nothing, and hands out what its work returns', () => {
      const store = openStore();
      expect(
        store.transaction(() => {
          store.users.insert(user('ada'));
          return 'done';
        }),
      ).toBe('done');
      const failure = new Error('too late');
      expect(() =>
        store.transaction(() => {
          store.users.insert(user('grace'));
          store.users.delete('ada');
          throw failure;
        }),
      ).toThrow(failure);
      expect(ids(store.users.list({}, ALL))).toEqual(['ada']);
    });

    test('inside another one is undone alone', () => {
      const store = openStore();
      store.transaction(() => {
        store.users.insert(user('ada'));
        expect(() =>
          store.transaction(() => {
            store.users.insert(user('grace'));
            throw new Error('not this one');
          }),
        ).toThrow('not this one');
        store.users.insert(user('edith'));
      });
      expect(ids(store.users.list({}, ALL))).toEqual(['ada', 'edith']);
    });

    test('inside one that is undone is undone with it', () => {
      const store = openStore();
      expect(() =>
        store.transaction(() => {
          store.transaction(() => store.users.insert(user('ada')));
          throw new Error('nothing of it');
        }),
      ).toThrow('nothing of it');
      expect(ids(store.users.list({}, ALL))).toEqual([]);
    });

    test('shows another process nothing before it is over', () => {
      const place = openPlace();
      const [here, there] = [place.open(), place.open()];
      here.transaction(() => {
        here.users.insert(user('ada'));
        expect(there.users.get('ada')).toBeNull();
      });
      expect(there.users.get('ada')).toEqual(user('ada'));
    });
  });

  describe('changes', () => {
    const line = { type: 'encoder.changed', encoder: encoder('a') } as const;

    test('are numbered in their order, and come back from any number on', () => {
      const store = openStore();
      expect([store.changes.last(), store.changes.keptAfter()]).toEqual([0, 0]);
      const numbers = [1, 2, 3].map((at) => store.changes.append(line, at));
      expect(numbers).toEqual([1, 2, 3]);
      expect(store.changes.last()).toBe(3);
      expect(store.changes.after(1, 100)).toEqual([
        { sequence: 2, change: line },
        { sequence: 3, change: line },
      ]);
      expect(store.changes.after(0, 1)).toEqual([{ sequence: 1, change: line }]);
      expect(store.changes.after(3, 100)).toEqual([]);
    });

    test('say from where on they are all kept', () => {
      const store = openStore();
      for (let at = 1; at <= 10; at += 1) store.changes.append(line, at);
      store.changes.keep(4);
      expect(store.changes.keptAfter()).toBe(6);
      expect(store.changes.after(6, 100).map(({ sequence }) => sequence)).toEqual([7, 8, 9, 10]);
      store.changes.keep(100);
      expect(store.changes.keptAfter()).toBe(6);
      store.changes.keep(0);
      expect([store.changes.keptAfter(), store.changes.last()]).toEqual([10, 10]);
    });

    test('never use a number twice, also after all were forgotten and the store was opened again', () => {
      const place = openPlace();
      const before = place.open();
      for (let at = 1; at <= 3; at += 1) before.changes.append(line, at);
      before.changes.keep(0);
      before[Symbol.dispose]();
      const after = place.open();
      expect(after.changes.last()).toBe(3);
      expect(after.changes.append(line, 4)).toBe(4);
    });

    test('are undone with their transaction', () => {
      const store = openStore();
      expect(() =>
        store.transaction(() => {
          store.changes.append(line, 1);
          throw new Error('undone');
        }),
      ).toThrow('undone');
      expect(store.changes.after(0, 100)).toEqual([]);
    });
  });

  describe('foreignWrites', () => {
    test('differs after another process has written, and not after own writes', () => {
      const place = openPlace();
      const [here, there] = [place.open(), place.open()];
      const before = here.foreignWrites();
      here.users.insert(user('ada'));
      expect(here.foreignWrites()).toBe(before);
      there.origins.allow('https://pms.example.com', 1);
      const after = here.foreignWrites();
      expect(after).not.toBe(before);
      expect(here.foreignWrites()).toBe(after);
      expect(here.origins.has('https://pms.example.com')).toBe(true);
    });
  });

  describe('accessVersion', () => {
    test('differs after a write about who may come in, and after any of another process', () => {
      const place = openPlace();
      const [here, there] = [place.open(), place.open()];
      const versions = [here.accessVersion()];
      here.origins.allow('https://pms.example.com', 1);
      versions.push(here.accessVersion());
      here.apiKeys.revoke('nobody', 1);
      versions.push(here.accessVersion());
      there.users.insert(user('ada'));
      versions.push(here.accessVersion());
      expect(new Set(versions).size).toBe(versions.length);
    });

    test('stays when a user is written', () => {
      const store = openStore();
      const before = store.accessVersion();
      store.users.insert(user('ada'));
      expect(store.accessVersion()).toBe(before);
    });
  });

  test('holds everything when it is opened again', () => {
    const place = openPlace();
    const before = place.open();
    before.encoders.insert(encoder('a'), 'device-a');
    before.attempts.insert(attempt('1', 'a'));
    before.users.insert(user('ada'));
    before.credentials.insert(cardOf('c1', 'ada', '123'));
    before[Symbol.dispose]();
    const after = place.open();
    expect(after.attempts.liveOn('a')).toEqual(attempt('1', 'a'));
    expect(after.credentials.withCardNumber('123')).toEqual(cardOf('c1', 'ada', '123'));
  });
}
