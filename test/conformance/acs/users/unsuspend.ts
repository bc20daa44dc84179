import { expect, test } from 'vitest';
import { newCard, StoryDesk } from '../../../stories/story-desk.ts';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

operation('/acs/users/unsuspend', (stand) => {
  test('gives back what the user may open', async () => {
    const [acs_user_id, acs_entrance_id] = [await stand.user(), await stand.entrance()];
    await stand.seam.acs.entrances.grantAccess({ acs_entrance_id, acs_user_id });
    await stand.seam.acs.users.suspend({ acs_user_id });
    await stand.seam.acs.users.unsuspend({ acs_user_id });
    expect(await stand.seam.acs.users.get({ acs_user_id })).toMatchObject({ is_suspended: false });
    expect(await stand.seam.acs.users.listAccessibleEntrances({ acs_user_id })).toMatchObject([
      { acs_entrance_id },
    ]);
  });

  test('takes away the reason to issue a card again', async () => {
    await using story = await StoryDesk.open(stand.desk);
    const { encoderId: acs_encoder_id } = stand.desk;
    const acs_user_id = await stand.user();
    const allowed_acs_entrance_ids = [await stand.entrance()];
    const acs_credential_id = await stand.credential({ acs_user_id, allowed_acs_entrance_ids });
    await story.place(newCard());
    await stand.seam.acs.encoders.encodeCredential({ acs_encoder_id, acs_credential_id });
    const warnings = async () =>
      (await stand.seam.acs.credentials.get({ acs_credential_id })).warnings.map((one) => one.warning_code);
    await stand.seam.acs.users.suspend({ acs_user_id });
    expect(await warnings()).toEqual(['needs_to_be_reissued']);
    await stand.seam.acs.users.unsuspend({ acs_user_id });
    expect(await warnings()).toEqual([]);
  });

  test('takes the identity, with its access system or without', async () => {
    const user_identity_id = await stand.identity();
    const acs_user_id = await stand.user({ user_identity_id });
    const { systemId: acs_system_id } = stand.desk;
    await stand.seam.acs.users.suspend({ acs_user_id });
    await stand.seam.acs.users.unsuspend({ user_identity_id, acs_system_id });
    expect(await stand.seam.acs.users.get({ acs_user_id })).toMatchObject({ is_suspended: false });
  });

  test('refuses who is not here, who is named twice or not at all, and another system', async () => {
    const [unknown, acs_user_id] = [crypto.randomUUID(), await stand.user()];
    const ask = (body: object) => refused(stand.raw.post('/acs/users/unsuspend', body));
    expect(await ask({ acs_user_id: unknown })).toBe('acs_user_not_found');
    expect(await ask({ user_identity_id: await stand.identity() })).toBe('acs_user_not_found');
    expect(await ask({ acs_user_id, acs_system_id: unknown })).toBe('acs_system_not_found');
    expect(await ask({ acs_user_id, user_identity_id: unknown })).toBe('invalid_input');
    expect(await ask({})).toBe('invalid_input');
  });
});
