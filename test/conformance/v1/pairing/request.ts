import { expect, test } from 'vitest';
import { PairedPage } from '../../../stories/paired-page.ts';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

const path = '/v1/pairing/request';

operation(path, (stand) => {
  const newPage = () => PairedPage.open(stand.desk, `https://${stand.word('page-')}.example.com`);

  test('notes that a page asks, and tells it no code', async () => {
    const page = await newPage();
    const order = { scopes: ['read', 'scan'], public_key: page.publicKey, name: 'PMS' };
    const { status, body } = await page.post(path, order);
    expect([status, Object.keys(Object(body).pairing).toSorted()]).toEqual([
      200,
      ['created_at', 'expires_at', 'name', 'origin', 'pairing_id', 'scopes', 'tries_left'],
    ]);
    const { pairing } = Object(body);
    expect(pairing).toMatchObject({
      origin: page.origin,
      name: 'PMS',
      scopes: ['read', 'scan'],
      tries_left: 3,
    });
    await stand.raw.post('/v1/pairing/refuse', { pairing_id: pairing.pairing_id });
  });

  test('refuses who is no web page, a key of another kind, and scopes that no page may have', async () => {
    const page = await newPage();
    const order = { scopes: ['read'], public_key: page.publicKey };
    expect(await refused(stand.raw.post(path, order))).toBe('invalid_input');
    for (const wrong of [{ scopes: [] }, { scopes: ['bridge'] }, { public_key: 'AAAA' }, { name: '\n' }])
      expect(await refused(page.post(path, { ...order, ...wrong }))).toBe('invalid_input');
  });
});
