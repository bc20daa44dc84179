import { describe, expect, test } from 'vitest';
import { createEntrance, makeMissingEntrances } from '../../../src/site/entrances.ts';
import { EVERY_ROW } from '../../../src/store/paging.ts';
import { openTestSite } from './site-bed.ts';

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
