import { expect, test } from 'vitest';
import { newCard, numberOf, StoryDesk } from '../../../stories/story-desk.ts';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

operation('/acs/encoders/scan_to_assign_credential', (stand) => {
  const assign = (parameters: { acs_user_id?: string; user_identity_id?: string }) =>
    stand.seam.acs.encoders.scanToAssignCredential({ acs_encoder_id: stand.desk.encoderId, ...parameters });

  test('gives the card to the user, as a credential that is issued', async () => {
    await using story = await StoryDesk.open(stand.desk);
    const acs_user_id = await stand.user();
    const card = newCard();
    await story.place(card);
    const { status, result } = await assign({ acs_user_id });
    expect(status).toBe('success');
    expect(result).toMatchObject({
      acs_user_id,
      card_number: numberOf(card),
      access_method: 'card',
      is_issued: true,
    });
    expect(await stand.seam.acs.credentials.list({ acs_user_id })).toEqual([result]);
  });

  test('gives it to the user of an identity, who is made when there is none', async () => {
    await using story = await StoryDesk.open(stand.desk);
    const user_identity_id = await stand.identity();
    await story.place(newCard());
    const { result } = await assign({ user_identity_id });
    const [user] = await stand.seam.acs.users.list({ user_identity_id });
    expect(result).toMatchObject({ acs_user_id: user?.acs_user_id, user_identity_id });
  });

  test('refuses nobody, somebody unknown, and an encoder that is not here', async () => {
    const unknown = crypto.randomUUID();
    expect(await refused(assign({}))).toBe('invalid_input');
    expect(await refused(assign({ acs_user_id: unknown }))).toBe('acs_user_not_found');
    expect(await refused(assign({ user_identity_id: unknown }))).toBe('user_identity_not_found');
    const body = { acs_encoder_id: unknown, acs_user_id: await stand.user() };
    const elsewhere = stand.seam.acs.encoders.scanToAssignCredential(body);
    expect(await refused(elsewhere)).toBe('acs_encoder_not_found');
  });
});
