import { expect, test } from 'vitest';
import { z } from 'zod';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

const envelope = z.looseObject({
  acs_credential_id: z.string(),
  code: z.string(),
  warnings: z.array(z.unknown()),
});

operation('/acs/credentials/create_offline_code', (stand) => {
  /** The newest client does not have it. */
  const create = async (parameters: object) => {
    if (stand.generation !== 'newest') {
      return envelope.parse(await Object(stand.seam.acs.credentials).createOfflineCode(parameters));
    }
    const answer = await stand.raw.post('/acs/credentials/create_offline_code', parameters);
    return answer.status === 200 ? envelope.parse(Object(answer.body).acs_credential) : answer;
  };

  test('draws a code for one entrance', async () => {
    const [acs_user_id, allowed_acs_entrance_id] = [await stand.user(), await stand.entrance()];
    const made = await create({
      ...{ acs_user_id, allowed_acs_entrance_id, is_one_time_use: true },
      ...{ starts_at: '2098-01-01T10:00:00+01:00', ends_at: '2098-01-02T10:00:00+01:00' },
    });
    expect(made).toMatchObject({
      acs_user_id,
      access_method: 'code',
      code: expect.stringMatching(/^[1-9]\d{5,}$/),
      is_one_time_use: true,
      is_issued: true,
      starts_at: '2098-01-01T09:00:00.000Z',
      ends_at: '2098-01-02T09:00:00.000Z',
    });
    const { acs_credential_id } = envelope.parse(made);
    const opened = await stand.seam.acs.credentials.listAccessibleEntrances({ acs_credential_id });
    expect(opened).toMatchObject([{ acs_entrance_id: allowed_acs_entrance_id }]);
    expect(await create({ acs_user_id, allowed_acs_entrance_id })).toMatchObject({ is_one_time_use: false });
  });

  test('refuses whom and what there is not, and an end that is past', async () => {
    const [acs_user_id, allowed_acs_entrance_id] = [await stand.user(), await stand.entrance()];
    const unknown = crypto.randomUUID();
    const nobody = create({ acs_user_id: unknown, allowed_acs_entrance_id });
    expect(await refused(nobody)).toBe('acs_user_not_found');
    const nowhere = create({ acs_user_id, allowed_acs_entrance_id: unknown });
    expect(await refused(nowhere)).toBe('acs_entrance_not_found');
    const past = create({ acs_user_id, allowed_acs_entrance_id, ends_at: '2020-01-01T00:00:00Z' });
    expect(await refused(past)).toBe('invalid_input');
    expect(await refused(create({ acs_user_id }))).toBe('invalid_input');
  });
});
