import { expect, test } from 'vitest';
import { operation } from '../conformance.ts';

operation('/workspaces/list', (stand) => {
  test('gives the one workspace that this site is', async () => {
    expect(await stand.seam.workspaces.list()).toEqual([await stand.seam.workspaces.get()]);
  });
});
