import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { pageParameters, toPageRequest, toPagination } from '../../../../src/api/wire/fields.ts';
import type { Cursor } from '../../../../src/store/paging.ts';

const parameters = z.object(pageParameters);

describe('a cursor', () => {
  test.each<Cursor>([
    0,
    7,
    999_999_999_999_999,
    { at: 0, sequence: 1 },
    { at: 1_795_340_000_000, sequence: 12 },
  ])('comes back as it went: %j', (after) => {
    const { has_next_page, next_page_cursor } = toPagination({ rows: [], nextAfter: after });
    expect(has_next_page).toBe(true);
    expect(toPageRequest(parameters.parse({ page_cursor: next_page_cursor }))).toEqual({ after, limit: 500 });
  });

  test('is none after the last page', () => {
    expect(toPagination({ rows: [], nextAfter: null })).toEqual({
      has_next_page: false,
      next_page_cursor: null,
      next_page_url: null,
    });
  });

  test.each(['', null, undefined])('that is %j begins at the beginning', (page_cursor) => {
    expect(toPageRequest(parameters.parse({ page_cursor, limit: 9_000 }))).toEqual({ after: 0, limit: 500 });
  });

  test.each(['x', 'after:', 'after:-1', 'after:1@', 'after:1@2@3', 'after:1234567890123456', 'after:1.5'])(
    'of somebody else is refused: %s',
    (text) => {
      const page_cursor = Buffer.from(text).toString('base64url');
      expect(parameters.safeParse({ page_cursor }).success).toBe(false);
    },
  );
});
