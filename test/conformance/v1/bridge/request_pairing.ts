import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

const path = '/v1/bridge/request_pairing';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

operation(path, (stand) => {
  const order = () => ({
    pairing_request_id: crypto.randomUUID(),
    desk_name: stand.word('Desk '),
    code_hash: sha256(crypto.randomUUID()),
    key_hash: sha256(crypto.randomUUID()),
  });

  test('is for desks that have no key yet; the same request again is the same', async () => {
    const asked = order();
    const headers = { authorization: undefined };
    const first = await stand.raw.post(path, asked, headers);
    expect(first).toMatchObject({ status: 200, body: { expires_in_seconds: 600 } });
    expect((await stand.raw.post(path, asked, headers)).status).toBe(200);
    const another = { ...asked, key_hash: sha256('x') };
    expect(await refused(stand.raw.post(path, another, headers))).toBe('pairing_not_found');
  });

  test('refuses what is no hash, and a name that no table can show', async () => {
    for (const wrong of [{ code_hash: 'x' }, { key_hash: '' }, { desk_name: 'a\nb' }, { desk_name: '' }]) {
      expect(await refused(stand.raw.post(path, { ...order(), ...wrong }))).toBe('invalid_input');
    }
  });
});
