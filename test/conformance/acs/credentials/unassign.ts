import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

operation('/acs/credentials/unassign', (stand) => {
  const unassign = (acs_credential_id: string, owner: object) =>
    stand.seam.acs.credentials.unassign({ acs_credential_id, ...owner });

  test('takes a credential from the user who has it, and leaves it', async () => {
    const acs_user_id = await stand.user();
    const acs_credential_id = await stand.credential({ acs_user_id });
    await unassign(acs_credential_id, { acs_user_id });
    const free = await stand.seam.acs.credentials.get({ acs_credential_id });
    expect(free).not.toHaveProperty('acs_user_id');
    expect(free).not.toHaveProperty('user_identity_id');
    expect(await stand.seam.acs.credentials.list({ acs_user_id })).toEqual([]);
  });

  test('takes it from a person', async () => {
    const user_identity_id = await stand.identity();
    const id = await stand.credential({ user_identity_id });
    await unassign(id, { user_identity_id });
    expect(await stand.seam.acs.credentials.list({ user_identity_id })).toEqual([]);
  });

  test('refuses who does not have it, and what there is not', async () => {
    const [id, acs_user_id, unknown] = [await stand.credential(), await stand.user(), crypto.randomUUID()];
    expect(await refused(unassign(id, { acs_user_id }))).toBe('invalid_input');
    expect(await refused(unassign(id, { acs_user_id: unknown }))).toBe('acs_user_not_found');
    expect(await refused(unassign(unknown, { acs_user_id }))).toBe('acs_credential_not_found');
    expect(await refused(unassign(id, {}))).toBe('invalid_input');
  });
});
