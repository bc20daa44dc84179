import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { RawClient } from '../../../stories/raw-client.ts';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

const path = '/v1/bridge/claim_pairing';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

operation(path, (stand) => {
  test('says whether the code was typed; from then on the key counts, and not before', async () => {
    const stranger = new RawClient(stand.desk.url, undefined);
    const key = `seam_local_${stand.word('')}`;
    const code = stand.word('').slice(0, 8);
    const pairing_request_id = crypto.randomUUID();
    const desk_name = stand.word('Desk ');
    const order = {
      pairing_request_id,
      desk_name,
      code_hash: sha256(code.toUpperCase()),
      key_hash: sha256(key),
    };
    await stranger.post('/v1/bridge/request_pairing', order);
    const desk = new RawClient(stand.desk.url, key);
    expect((await stranger.post(path, { pairing_request_id, key })).body).toEqual({
      ...{ is_paired: false, desk_name: null, acs_system_id: null, ok: true },
    });
    expect(await refused(desk.post('/v1/bridge/hello'))).toBe('unauthorized');
    await stand.admin.post('/v1/desks/confirm_pairing', { code });
    for (const _ of ['once', 'and again']) {
      expect((await stranger.post(path, { pairing_request_id, key })).body).toEqual({
        ...{ is_paired: true, desk_name, acs_system_id: stand.desk.systemId, ok: true },
      });
    }
    expect((await desk.post('/v1/bridge/hello')).status).toBe(200);
  });

  test('tells nobody else', async () => {
    const key = 'x';
    const pairing_request_id = crypto.randomUUID();
    expect(await refused(stand.raw.post(path, { pairing_request_id, key }))).toBe('pairing_not_found');
  });
});
