import { expect, test } from 'vitest';
import { newCard, StoryDesk } from '../../../stories/story-desk.ts';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

operation('/acs/entrances/grant_access', (stand) => {
  test('lets a user open the entrance, and a person who is no user yet', async () => {
    const acs_entrance_id = await stand.entrance();
    const [acs_user_id, user_identity_id] = [await stand.user(), await stand.identity()];
    await stand.seam.acs.entrances.grantAccess({ acs_entrance_id, acs_user_id });
    await stand.seam.acs.entrances.grantAccess({ acs_entrance_id, user_identity_id });
    for (const name of [{ acs_user_id }, { user_identity_id }]) {
      expect(await stand.seam.acs.users.listAccessibleEntrances(name)).toMatchObject([{ acs_entrance_id }]);
    }
  });

  test('makes a card that is issued already say too little', async () => {
    await using story = await StoryDesk.open(stand.desk);
    const { encoderId: acs_encoder_id } = stand.desk;
    const acs_user_id = await stand.user();
    const acs_credential_id = await stand.credential({ acs_user_id });
    await story.place(newCard());
    await stand.seam.acs.encoders.encodeCredential({ acs_encoder_id, acs_credential_id });
    const acs_entrance_id = await stand.entrance();
    await stand.seam.acs.entrances.grantAccess({ acs_entrance_id, acs_user_id });
    const { warnings } = await stand.seam.acs.credentials.get({ acs_credential_id });
    expect(warnings).toMatchObject([{ warning_code: 'needs_to_be_reissued' }]);
    await stand.seam.acs.encoders.encodeCredential({ acs_encoder_id, acs_credential_id });
    expect(await stand.seam.acs.credentials.get({ acs_credential_id })).toMatchObject({ warnings: [] });
  });

  test('refuses what is not here, and who is not named', async () => {
    const [acs_entrance_id, acs_user_id, unknown] = [
      await stand.entrance(),
      await stand.user(),
      crypto.randomUUID(),
    ];
    const grant = (body: { acs_entrance_id: string; acs_user_id?: string; user_identity_id?: string }) =>
      refused(stand.seam.acs.entrances.grantAccess(body));
    expect(await grant({ acs_entrance_id: unknown, acs_user_id })).toBe('acs_entrance_not_found');
    expect(await grant({ acs_entrance_id, acs_user_id: unknown })).toBe('acs_user_not_found');
    expect(await grant({ acs_entrance_id, user_identity_id: unknown })).toBe('user_identity_not_found');
    expect(await grant({ acs_entrance_id })).toBe('invalid_input');
  });
});
