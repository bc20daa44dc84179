import { expect, test } from 'vitest';
import { PairedPage } from '../../../stories/paired-page.ts';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

const path = '/v1/pairing/refuse';

operation(path, (stand) => {
  test('ends a request once; its code is worth nothing any more', async () => {
    const page = await PairedPage.open(stand.desk, `https://${stand.word('page-')}.example.com`);
    const { pairing_id } = await page.request();
    const code = page.code(pairing_id);
    expect(await stand.raw.post(path, { pairing_id })).toMatchObject({ status: 200, body: { ok: true } });
    expect(await refused(page.confirm(pairing_id, code))).toBe('pairing_not_found');
    expect(await refused(stand.raw.post(path, { pairing_id }))).toBe('pairing_not_found');
  });
});
