import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

operation('/acs/encoders/get', (stand) => {
  test('gives the encoder that is named', async () => {
    const { encoderId: acs_encoder_id, systemId: acs_system_id } = stand.desk;
    const encoder = await stand.seam.acs.encoders.get({ acs_encoder_id });
    expect(encoder).toMatchObject({ acs_encoder_id, acs_system_id, errors: [], state: 'online' });
  });

  test('refuses an id that no encoder has', async () => {
    const acs_encoder_id = crypto.randomUUID();
    expect(await refused(stand.seam.acs.encoders.get({ acs_encoder_id }))).toBe('acs_encoder_not_found');
    expect(await refused(stand.raw.post('/acs/encoders/get', { acs_encoder_id }))).toBe(
      'acs_encoder_not_found',
    );
  });
});
