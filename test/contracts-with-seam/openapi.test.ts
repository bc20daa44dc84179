import { expect, test } from 'vitest';
import { judge } from './explained.ts';
import { openApiDifferences } from './openapi.ts';
import { OPENAPI_DIFFERENCES } from './openapi-differences.ts';

test('/openapi.json says what Seam’s says of every path that both have, but for what is explained', () => {
  expect(judge(openApiDifferences(), OPENAPI_DIFFERENCES)).toEqual({ unexplained: [], stale: [] });
});
