import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { queryDecoder } from '../../../src/api/query.ts';

const decode = queryDecoder(
  z.object({
    limit: z.int().optional(),
    part: z.number().nullish(),
    ids: z.array(z.string()).optional(),
    numbers: z.array(z.int()).optional(),
    page: z.object({ after: z.int() }).optional(),
  }),
);
const decoded = (query: string) => decode(new URLSearchParams(query));

describe('a number in a query', () => {
  test.each([
    ['limit=5', { limit: 5 }],
    ['limit=-1', { limit: -1 }],
    ['part=0.25', { part: 0.25 }],
    ['part=', { part: null }],
    ['page.after=7', { page: { after: 7 } }],
  ])('%s is a decimal', (query, input) => expect(decoded(query)).toEqual(input));

  test.each([
    '0x10',
    '1e3',
    '0b1',
    '0o7',
    ' 5',
    '5 ',
    '+5',
    '5.',
    '.5',
    '1_000',
    'Infinity',
    'NaN',
    '５',
    '',
  ])('%j is none, and stays the text that it is', (limit) =>
    expect(decode(new URLSearchParams({ limit }))).toEqual({ limit }),
  );
});

describe('a list in a query', () => {
  test.each([
    'ids=a&ids=b',
    'ids[]=a&ids[]=b',
    'ids[0]=a&ids[1]=b',
    'ids%5B0%5D=a&ids%5B1%5D=b',
    'ids[10]=b&ids[9]=a',
    'ids=a&ids[0]=b',
  ])('may be %s', (query) => expect(decoded(query)).toEqual({ ids: ['a', 'b'] }));

  test('has elements of its kind', () => {
    expect(decoded('numbers[0]=7&numbers[1]=x')).toEqual({ numbers: [7, 'x'] });
  });

  test.each(['ids[x]=a', 'ids[-1]=a', 'ids[0]x=a', 'ids[0][1]=a', 'xids[0]=a'])('is not %s', (query) =>
    expect(decoded(query)).toEqual({}),
  );

  test('may be empty', () => expect(decoded('ids=')).toEqual({ ids: [] }));
});
