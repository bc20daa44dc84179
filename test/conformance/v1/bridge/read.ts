import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

const path = '/v1/bridge/read';

operation(path, (stand) => {
  test('gives things as they are now, in the order in which they were asked for', async () => {
    const id = await stand.user();
    const names = [
      { kind: 'acs_credential', id },
      { kind: 'acs_user', id: id.toUpperCase() },
    ];
    const { body } = await stand.pairedDesk().post(path, { names });
    expect(body).toMatchObject({
      items: [
        { kind: 'acs_credential', id, state: null },
        { kind: 'acs_user', id, state: { isSuspended: false } },
      ],
    });
  });

  test('refuses kinds that there are not', async () => {
    const names = [{ kind: 'acs_encoder', id: crypto.randomUUID() }];
    expect(await refused(stand.pairedDesk().post(path, { names }))).toBe('invalid_input');
    expect(await refused(stand.raw.post(path, { names: [] }))).toBe('missing_scope');
  });
});
