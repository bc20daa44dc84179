import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

operation('/v1/entrances/create', (stand) => {
  test('makes an entrance with a number of its own', async () => {
    const display_name = stand.word('Gate ');
    const { status, body } = await stand.raw.post('/v1/entrances/create', { display_name });
    expect(status).toBe(200);
    expect(body).toMatchObject({ acs_entrance: { display_name, number: expect.any(Number) } });
  });

  test('refuses a name that is taken or none', async () => {
    const display_name = stand.word('Gate ');
    await stand.entrance(display_name);
    const create = (body: object) => refused(stand.raw.post('/v1/entrances/create', body));
    expect(await create({ display_name: ` ${display_name} ` })).toBe('duplicate_entrance');
    expect(await create({ display_name: '' })).toBe('invalid_input');
  });
});
