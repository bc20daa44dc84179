import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

operation('/acs/credentials/assign', (stand) => {
  const get = (acs_credential_id: string) => stand.seam.acs.credentials.get({ acs_credential_id });
  const assign = (acs_credential_id: string, owner: object) =>
    stand.seam.acs.credentials.assign({ acs_credential_id, ...owner });

  /** A credential that belongs to nobody. */
  const unowned = async () => {
    const acs_user_id = await stand.user();
    const acs_credential_id = await stand.credential({ acs_user_id });
    await stand.seam.acs.credentials.unassign({ acs_credential_id, acs_user_id });
    return acs_credential_id;
  };

  test('gives a credential to a user, once is enough', async () => {
    const [id, acs_user_id] = [await unowned(), await stand.user()];
    await assign(id, { acs_user_id });
    await assign(id, { acs_user_id });
    expect(await get(id)).toMatchObject({ acs_user_id });
  });

  test('gives it to a person: to the user with the same e-mail address, or to a new one', async () => {
    const email_address = `${stand.word('ada')}@example.com`;
    const acs_user_id = await stand.user({ email_address });
    const known = await stand.identity({ email_address });
    const first = await unowned();
    await assign(first, { user_identity_id: known });
    expect(await get(first)).toMatchObject({ acs_user_id, user_identity_id: known });
    const unknown = await stand.identity();
    const second = await unowned();
    await assign(second, { user_identity_id: unknown });
    const given = await get(second);
    expect(given).toMatchObject({ user_identity_id: unknown });
    expect(given.acs_user_id).not.toBe(acs_user_id);
  });

  test('takes none from the user who has it', async () => {
    const id = await stand.credential();
    const taking = assign(id, { acs_user_id: await stand.user() });
    expect(await refused(taking)).toBe('credential_belongs_to_another_user');
  });

  test('refuses whom and what there is not', async () => {
    const [id, acs_user_id, unknown] = [await unowned(), await stand.user(), crypto.randomUUID()];
    expect(await refused(assign(id, { acs_user_id: unknown }))).toBe('acs_user_not_found');
    expect(await refused(assign(id, { user_identity_id: unknown }))).toBe('user_identity_not_found');
    expect(await refused(assign(unknown, { acs_user_id }))).toBe('acs_credential_not_found');
    expect(await refused(assign(id, {}))).toBe('invalid_input');
    const both = { acs_user_id, user_identity_id: await stand.identity() };
    expect(await refused(assign(id, both))).toBe('invalid_input');
  });
});
