import { expect, test } from 'vitest';
import { z } from 'zod';
import { PairedPage } from '../../../stories/paired-page.ts';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

const path = '/v1/pairing/list';

const list = z.object({
  pairings: z.array(z.looseObject({ origin: z.string(), code: z.string().nullable() })),
});

operation(path, (stand) => {
  test('shows the pages that ask, with the code for who may do as much', async () => {
    const page = await PairedPage.open(stand.desk, `https://${stand.word('page-')}.example.com`);
    const { pairing_id } = await page.request(['read', 'admin'], 'PMS');
    const shown = async (client = stand.raw) =>
      (await client.ask(path, {}, list)).pairings.find(({ origin }) => origin === page.origin);
    expect(await shown()).toMatchObject({ pairing_id, name: 'PMS', scopes: ['read', 'admin'], code: null });
    expect(await shown(stand.admin)).toMatchObject({ code: page.code(pairing_id) });
    await stand.raw.post('/v1/pairing/refuse', { pairing_id });
    expect(await shown()).toBeUndefined();
  });

  test('is not for who may not manage', async () => {
    expect(await refused(stand.desk.app(stand.word('reader '), ['read']).post(path))).toBe('missing_scope');
  });
});
