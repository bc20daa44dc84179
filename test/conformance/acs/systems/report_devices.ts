import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

operation('/acs/systems/report_devices', (stand) => {
  const report = (devices: object) =>
    stand.seam.acs.systems.reportDevices({ acs_system_id: stand.desk.systemId, ...devices });
  const entrancesNamed = (search: string) => stand.seam.acs.entrances.list({ search });
  const encodersNamed = async (display_name: string) =>
    (await stand.seam.acs.encoders.list()).filter((encoder) => encoder.display_name === display_name);

  test('makes entrances of what is reported, once, and removes what is removed', async () => {
    const [room_number, common_area_name] = [stand.word('r'), stand.word('Garage ')];
    const acs_entrances = [{ hotek_metadata: { room_number } }, { hotek_metadata: { common_area_name } }];
    await report({ acs_entrances });
    await report({ acs_entrances });
    expect(await entrancesNamed(room_number)).toMatchObject([
      { display_name: `Room ${room_number}`, hotek_metadata: { room_number } },
    ]);
    expect(await entrancesNamed(common_area_name)).toMatchObject([{ display_name: common_area_name }]);
    await report({ acs_entrances: [{ hotek_metadata: { room_number }, is_removed: true }] });
    expect(await entrancesNamed(room_number)).toEqual([]);
    expect(await entrancesNamed(common_area_name)).toHaveLength(1);
  });

  test('gives an entrance that was made here its metadata, and takes back no more than that', async () => {
    const common_area_name = stand.word('Pool ');
    await stand.raw.post('/v1/entrances/create', { display_name: common_area_name });
    const [made] = await entrancesNamed(common_area_name);
    const hotek_metadata = { common_area_name };
    await report({ acs_entrances: [{ hotek_metadata }] });
    expect(await entrancesNamed(common_area_name)).toEqual([{ ...made, hotek_metadata }]);
    await report({ acs_entrances: [{ hotek_metadata, is_removed: true }] });
    expect(await entrancesNamed(common_area_name)).toEqual([made]);
  });

  test('makes encoders of what is reported; a removed one stays with its error until it is back', async () => {
    const encoder_number = stand.word('e');
    const acs_encoders = [{ hotek_metadata: { encoder_number } }];
    const name = `Hotek encoder ${encoder_number}`;
    await report({ acs_encoders });
    await report({ acs_encoders });
    const found = await encodersNamed(name);
    expect(found).toMatchObject([{ state: 'offline', driver: 'reported', errors: [] }]);
    await report({ acs_encoders: [{ hotek_metadata: { encoder_number }, is_removed: true }] });
    expect(await encodersNamed(name)).toMatchObject([{ errors: [{ error_code: 'acs_encoder_removed' }] }]);
    await report({ acs_encoders });
    expect(await encodersNamed(name)).toEqual(found);
  });

  test('lets a reported encoder be asked as one that is offline, gone or not', async () => {
    const asked = [false, true].map(async (is_removed) => {
      const encoder_number = stand.word('e');
      const hotek_metadata = { encoder_number };
      await report({ acs_encoders: [{ hotek_metadata }, { hotek_metadata, is_removed }] });
      const [encoder] = await encodersNamed(`Hotek encoder ${encoder_number}`);
      const order = { acs_encoder_id: encoder?.acs_encoder_id ?? '', timeout_seconds: 1 };
      await expect(stand.seam.acs.encoders.scanCredential(order)).rejects.toMatchObject({
        code: 'encoder_not_online',
      });
    });
    await Promise.all(asked);
  });

  test('refuses a report with an entry that names nothing or two things, and does nothing of it', async () => {
    const room_number = stand.word('r');
    const good = { hotek_metadata: { room_number } };
    for (const bad of [{}, { room_number: '1', common_area_name: 'Garage' }, { room_number: '' }]) {
      const body = {
        acs_system_id: stand.desk.systemId,
        acs_entrances: [good, { hotek_metadata: bad }],
      };
      const answer = await stand.raw.post('/acs/systems/report_devices', body);
      expect(answer).toMatchObject({
        status: 400,
        body: {
          error: {
            type: 'invalid_input',
            message: expect.stringContaining('acs_entrances.1.hotek_metadata'),
          },
        },
      });
    }
    const acs_encoders = [{ hotek_metadata: {} }];
    expect(await refused(report({ acs_entrances: [good], acs_encoders }))).toBe('invalid_input');
    expect(await entrancesNamed(room_number)).toEqual([]);
  });

  test('refuses another system, and takes an empty report', async () => {
    const elsewhere = stand.seam.acs.systems.reportDevices({ acs_system_id: crypto.randomUUID() });
    expect(await refused(elsewhere)).toBe('acs_system_not_found');
    await report({});
  });
});
