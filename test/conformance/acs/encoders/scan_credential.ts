import { expect, test } from 'vitest';
import { newCard, numberOf, StoryDesk } from '../../../stories/story-desk.ts';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

operation('/acs/encoders/scan_credential', (stand) => {
  const scan = (parameters: object = {}) =>
    stand.seam.acs.encoders.scanCredential({ acs_encoder_id: stand.desk.encoderId, ...parameters });

  test('reads the card that lies there, and warns that nobody knows it', async () => {
    await using story = await StoryDesk.open(stand.desk);
    const card = newCard();
    await story.place(card);
    const { result } = await scan({ salto_ks_metadata: { detect_new_tags: false } });
    expect(result).toMatchObject({
      acs_credential_on_encoder: { card_number: numberOf(card) },
      acs_credential_on_seam: null,
      warnings: [{ warning_code: 'acs_credential_on_seam_not_found' }],
    });
  });

  test('is pending until there is a card', async () => {
    await using story = await StoryDesk.open(stand.desk);
    const asked = await story.scan();
    expect(asked).toMatchObject({
      action_type: 'SCAN_CREDENTIAL',
      status: 'pending',
      result: null,
      error: null,
    });
    expect(await story.serve(asked, newCard())).toMatchObject({ status: 'success' });
  });

  test('refuses an encoder that is not here, and parameters of a wrong kind', async () => {
    const { raw } = stand;
    expect(await refused(scan({ acs_encoder_id: crypto.randomUUID() }))).toBe('acs_encoder_not_found');
    expect(await refused(raw.post('/acs/encoders/scan_credential'))).toBe('invalid_input');
    const body = { acs_encoder_id: stand.desk.encoderId, salto_ks_metadata: { detect_new_tags: 'yes' } };
    expect(await refused(raw.post('/acs/encoders/scan_credential', body))).toBe('invalid_input');
  });
});
