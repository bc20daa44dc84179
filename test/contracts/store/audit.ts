import { describe, expect, test } from 'vitest';
import { BEFORE_THE_FIRST, NO_HASH, type WrittenEntry } from '../../../src/model/audit-entry.ts';
import { bytes } from './records.ts';
import type { StorePlaces } from './store.ts';

const entry = (sequence: number, at = sequence * 10): WrittenEntry => ({
  ...{ sequence, at, actor: '{"kind":"daemon"}', action: 'told', subject: `{"number":${sequence}}` },
  ...{ previousHash: sequence === 1 ? NO_HASH : `hash ${sequence - 1}`, hash: `hash ${sequence}` },
});

/** What a store promises of its audit log. */
export function auditContract({ openPlace, openStore }: StorePlaces): void {
  describe('the audit log', () => {
    const filled = (count: number) => {
      const store = openStore();
      for (let made = 1; made <= count; made += 1) store.auditLog.append(entry(made));
      return store.auditLog;
    };

    test('is read page by page, in order, or from its end', () => {
      const log = filled(5);
      expect(log.after(0, 10)).toEqual([1, 2, 3, 4, 5].map((made) => entry(made)));
      expect(log.after(2, 2)).toEqual([entry(3), entry(4)]);
      expect(log.newest(2, null)).toEqual([entry(4), entry(5)]);
      expect(log.newest(10, 40)).toEqual([entry(4), entry(5)]);
      expect(log.newest(1, 20)).toEqual([entry(5)]);
    });

    test('knows its head, also when everything was forgotten', () => {
      const log = filled(0);
      expect(log.head()).toEqual(BEFORE_THE_FIRST);
      log.append(entry(1));
      log.append(entry(2));
      expect(log.head()).toEqual({ sequence: 2, hash: 'hash 2' });
      expect(log.forgotten()).toBeNull();
      log.forgetThrough({ sequence: 2, hash: 'hash 2' });
      expect(log.head()).toEqual({ sequence: 2, hash: 'hash 2' });
      expect(log.forgotten()).toEqual({ sequence: 2, hash: 'hash 2' });
      expect(log.after(0, 10)).toEqual([]);
    });

    test('has each sequence once', () => {
      const log = filled(2);
      expect(() => log.append(entry(2))).toThrow();
      expect(log.after(0, 10)).toHaveLength(2);
    });

    test('keeps its secret, and what the configuration was, across a restart', () => {
      const place = openPlace();
      {
        using store = place.open();
        expect([...store.auditLog.secret(() => bytes(1))]).toEqual([...bytes(1)]);
        store.auditLog.noteConfiguration(
          new Map([
            ['port', 'a'],
            ['site', 'b'],
          ]),
        );
        store.auditLog.noteConfiguration(new Map([['port', 'c']]));
      }
      const store = place.open();
      expect([...store.auditLog.secret(() => bytes(2))]).toEqual([...bytes(1)]);
      expect(store.auditLog.configuration()).toEqual(new Map([['port', 'c']]));
    });
  });
}
