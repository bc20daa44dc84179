import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

const path = '/v1/desks/confirm_pairing';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

operation(path, (stand) => {
  test('pairs the desk that shows the code, once, however the code is typed', async () => {
    const code = crypto.randomUUID().slice(0, 6);
    const desk_name = stand.word('Desk ');
    await stand.raw.post('/v1/bridge/request_pairing', {
      ...{ pairing_request_id: crypto.randomUUID(), desk_name },
      ...{ code_hash: sha256(code.toUpperCase()), key_hash: sha256(stand.word('')) },
    });
    const typed = `${code.slice(0, 3)}-${code.slice(3)} `;
    expect(await refused(stand.raw.post(path, { code }))).toBe('missing_scope');
    expect((await stand.admin.post(path, { code: typed })).body).toMatchObject({ desk: { name: desk_name } });
    expect(await refused(stand.admin.post(path, { code }))).toBe('pairing_not_found');
  });
});
