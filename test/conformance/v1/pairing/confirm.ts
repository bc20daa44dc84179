import { expect, test } from 'vitest';
import { PairedPage } from '../../../stories/paired-page.ts';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

operation('/v1/pairing/confirm', (stand) => {
  const newPage = () => PairedPage.open(stand.desk, `https://${stand.word('page-')}.example.com`);

  test('gives the page its session once, for the code that the desk shows', async () => {
    const page = await newPage();
    const { pairing_id } = await page.request(['read', 'encode']);
    const code = page.code(pairing_id);
    const answer = await page.confirm(pairing_id, code);
    expect(answer).toMatchObject({
      status: 200,
      body: {
        client_session: { is_paired: true, scopes: ['read', 'encode'], allowed_origin: page.origin },
        token: expect.stringMatching(/^seam_cst1/),
        desk_public_key: expect.any(String),
      },
    });
    expect(await refused(page.confirm(pairing_id, code))).toBe('pairing_not_found');
  });

  test('says how many tries are left, and knows nothing of another page’s request', async () => {
    const [page, other] = [await newPage(), await newPage()];
    const { pairing_id } = await page.request();
    const code = page.code(pairing_id);
    const wrong = await page.confirm(pairing_id, code === '000000' ? '000001' : '000000');
    expect(wrong).toMatchObject({
      status: 403,
      body: { error: { type: 'pairing_code_wrong', data: { tries_left: 2 } } },
    });
    expect(await refused(other.confirm(pairing_id, code))).toBe('pairing_not_found');
    expect(await refused(page.confirm(crypto.randomUUID(), code))).toBe('pairing_not_found');
    await stand.raw.post('/v1/pairing/refuse', { pairing_id });
  });
});
