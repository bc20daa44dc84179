import { describe, expect, test } from 'vitest';
import { findCredential } from '../../../src/site/credentials.ts';
import {
  createEntrance,
  deleteEntrance,
  findEntrance,
  makeMissingEntrances,
} from '../../../src/site/entrances.ts';
import { EVERY_ROW } from '../../../src/store/paging.ts';
import { ANOTHER_CARD, addCardCredential, issue } from './card-bed.ts';
import { announced, lastTold, openTestSite } from './site-bed.ts';

/** The same name to a person: é as one character, and as an e with an accent. */
const COMPOSED = 'Caf\u00E9';
const DECOMPOSED = 'Cafe\u0301';

describe("an entrance's name", () => {
  test('is kept trimmed and composed, and is taken in every spelling of it', () => {
    const site = openTestSite();
    const { id, name } = createEntrance(site, `  ${DECOMPOSED}\t`);
    expect(name).toBe(COMPOSED);
    for (const again of [COMPOSED, DECOMPOSED, ` ${COMPOSED}`]) {
      expect(() => createEntrance(site, again)).toThrow(
        expect.objectContaining({ type: 'duplicate_entrance', data: { acs_entrance_id: id } }),
      );
    }
  });

  test('that the configuration spells in two ways makes one entrance', () => {
    const site = openTestSite();
    makeMissingEntrances(site, [DECOMPOSED, COMPOSED]);
    makeMissingEntrances(site, [` ${DECOMPOSED} `]);
    expect(site.store.entrances.list({}, EVERY_ROW).rows.map(({ name }) => name)).toEqual([COMPOSED]);
  });

  test.each(['', '  ', 'a\nb', 'a\u0000', 'a\u001B[2J', 'a\u009Bb', 'a\u2028b', 'a\uD800', 'x'.repeat(201)])(
    'is not %j',
    (name) => {
      expect(() => createEntrance(openTestSite(), name)).toThrow(
        expect.objectContaining({ type: 'invalid_input' }),
      );
    },
  );

  test('has 200 characters at most, whatever their size', () => {
    const site = openTestSite();
    for (const name of ['x'.repeat(200), '🗝'.repeat(200), 'e\u0301'.repeat(200)]) {
      expect([...createEntrance(site, name).name]).toHaveLength(200);
    }
    expect(() => createEntrance(site, '🗝'.repeat(201))).toThrow('1 to 200 characters');
  });
});

describe('an entrance that is removed', () => {
  test('is opened by nothing, and cards that say otherwise must be issued again', () => {
    const site = openTestSite({ hasBackend: true });
    const [gate, pool] = [createEntrance(site, 'Gate'), createEntrance(site, 'Pool')];
    const both = issue(site, addCardCredential(site, { entranceIds: [gate.id, pool.id] }).id);
    const one = issue(site, addCardCredential(site, { entranceIds: [pool.id] }).id, { card: ANOTHER_CARD });
    deleteEntrance(site, gate.id);
    expect(findCredential(site, both.id)).toMatchObject({ entranceIds: [pool.id], needsReissue: true });
    expect(findCredential(site, one.id)).toEqual(one);
    expect(announced(site).at(-1)).toBe('acs_entrance.removed');
    expect(lastTold(site)).toEqual({
      ...{ kind: 'acs_entrance', id: gate.id, action: 'deleted', event: 'acs_entrance.removed' },
      ...{ fields: {}, sets: {} },
    });
    expect(() => findEntrance(site, gate.id)).toThrow(
      expect.objectContaining({ type: 'acs_entrance_not_found' }),
    );
    expect(() => deleteEntrance(site, gate.id)).toThrow('There is no entrance');
  });

  test('leaves its name, but not its number', () => {
    const site = openTestSite();
    createEntrance(site, 'Gate');
    const last = createEntrance(site, 'Pool');
    deleteEntrance(site, last.id);
    expect(createEntrance(site, 'Pool').number).toBe(last.number + 1);
  });

  test('cannot be made once every number was given', () => {
    const site = openTestSite({}, undefined, (store) => ({
      ...store,
      entrances: { ...store.entrances, lastNumber: () => 65_535 },
    }));
    expect(() => createEntrance(site, 'Gate')).toThrow(
      expect.objectContaining({ type: 'invalid_input', message: expect.stringContaining('65535') }),
    );
  });
});
