import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';

operation('/user_identities/unmanaged/list', (stand) => {
  test('gives none: this desk manages every user identity', async () => {
    await stand.identity();
    expect(await stand.seam.userIdentities.unmanaged.list()).toEqual([]);
    expect(await stand.seam.userIdentities.unmanaged.list({ search: 'a', limit: 10 })).toEqual([]);
  });
});
