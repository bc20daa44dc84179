import { expect, test } from 'vitest';
import { newCard, numberOf, StoryDesk } from '../../../stories/story-desk.ts';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

operation('/acs/encoders/encode_credential', (stand) => {
  const encode = (parameters: { acs_credential_id?: string; access_method_id?: string }) =>
    stand.seam.acs.encoders.encodeCredential({ acs_encoder_id: stand.desk.encoderId, ...parameters });

  test('writes the credential on the card, which is issued then', async () => {
    await using story = await StoryDesk.open(stand.desk);
    const acs_credential_id = await stand.credential({ allowed_acs_entrance_ids: [await stand.entrance()] });
    const card = newCard();
    await story.place(card);
    const { status, result } = await encode({ acs_credential_id });
    expect(status).toBe('success');
    expect(result).toMatchObject({
      acs_credential_id,
      card_number: numberOf(card),
      is_issued: true,
      warnings: [],
    });
    expect(await stand.seam.acs.credentials.get({ acs_credential_id })).toEqual(result);
  });

  test('refuses what cannot be written, and an encoder that is not here', async () => {
    const unknown = crypto.randomUUID();
    expect(await refused(encode({}))).toBe('invalid_input');
    expect(await refused(encode({ access_method_id: unknown }))).toBe('invalid_input');
    expect(await refused(encode({ acs_credential_id: unknown }))).toBe('acs_credential_not_found');
    const body = { acs_encoder_id: unknown, acs_credential_id: await stand.credential() };
    const elsewhere = stand.seam.acs.encoders.encodeCredential(body);
    expect(await refused(elsewhere)).toBe('acs_encoder_not_found');
  });

  test('refuses a credential that belongs to nobody', async () => {
    const acs_user_id = await stand.user();
    const acs_credential_id = await stand.credential({ acs_user_id });
    await stand.seam.acs.credentials.unassign({ acs_credential_id, acs_user_id });
    expect(await refused(encode({ acs_credential_id }))).toBe('invalid_input');
  });

  test('refuses a credential that is no card', async () => {
    const code = { access_method: 'code', code: stand.pin() };
    const acs_credential_id = await stand.credential(code);
    expect(await refused(encode({ acs_credential_id }))).toBe('invalid_input');
  });
});
