import { describe, expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

const HOUR_MS = 3_600_000;

const inHours = (hours: number) => new Date(Date.now() + hours * HOUR_MS).toISOString();

operation('/acs/credentials/create', (stand) => {
  const create = async (parameters: object) => {
    const owner = 'user_identity_id' in parameters ? {} : { acs_user_id: await stand.user() };
    return stand.seam.acs.credentials.create(Object({ ...owner, ...parameters }));
  };
  const codes = async (parameters: object) =>
    (await create(parameters)).warnings.map(({ warning_code }) => warning_code);

  describe('a code', () => {
    test('is issued at once, and named without giving it away', async () => {
      const acs_user_id = await stand.user();
      const code = stand.pin();
      const made = await create({ acs_user_id, access_method: 'code', code });
      expect(made).toMatchObject({
        acs_user_id,
        acs_system_id: stand.desk.systemId,
        access_method: 'code',
        code,
        display_name: `Code ${code.slice(0, 2)}*******`,
        is_issued: true,
        is_one_time_use: false,
        is_managed: true,
        errors: [],
        warnings: [],
      });
      expect(made).not.toHaveProperty('user_identity_id');
      expect(made).not.toHaveProperty('is_multi_phone_sync_credential');
      expect(await stand.seam.acs.credentials.get(made)).toEqual(made);
    });

    test('is drawn where none is given', async () => {
      expect((await create({ access_method: 'code' })).code).toMatch(/^[1-9]\d{5,}$/);
    });

    test('is meant by an app that gives nothing else', async () => {
      const [acs_user_id, code] = [await stand.user(), stand.pin()];
      const path = '/acs/credentials/create';
      const { body } = await stand.raw.post(path, { acs_user_id, code });
      expect(body).toMatchObject({ acs_credential: { access_method: 'code', code, acs_user_id } });
      const nothing = await stand.raw.post(path, { acs_user_id });
      expect(nothing).toMatchObject({
        status: 400,
        body: { error: { type: 'invalid_input', message: 'access_method is required' } },
      });
    });

    test('is digits, and nobody else has it', async () => {
      const code = stand.pin();
      await create({ access_method: 'code', code });
      for (const access_method of ['code', 'card']) {
        expect(await refused(create({ access_method, code }))).toBe('duplicate_code');
      }
      for (const wrong of ['12a4', '', '-1', '１２３４']) {
        expect(await refused(create({ access_method: 'code', code: wrong }))).toBe('invalid_input');
      }
    });
  });

  describe('a card', () => {
    test('is waiting to be issued', async () => {
      const made = await create({
        access_method: 'card',
        allowed_acs_entrance_ids: [await stand.entrance()],
      });
      expect(made).toMatchObject({ display_name: 'Card', is_issued: false, issue_counter: 0 });
      expect(made.warnings).toEqual([
        { warning_code: 'waiting_to_be_issued', message: expect.any(String), created_at: made.created_at },
      ]);
      for (const field of ['code', 'card_number', 'starts_at', 'ends_at', 'issued_at']) {
        expect(made).not.toHaveProperty(field);
      }
    });

    test('may be registered by its number', async () => {
      const code = `123${stand.pin()}`;
      const made = await create({ access_method: 'card', code });
      expect(made).toMatchObject({ display_name: 'Card 123***', code, is_issued: false });
      expect(made).not.toHaveProperty('card_number');
    });
  });

  describe('a key for a phone', () => {
    test('may be one for every phone, and brings back what the lock’s maker needs', async () => {
      const visionline_metadata = {
        cardFormat: 'rfid48',
        label: '%ROOMNUM% - %SITENAME%',
        is_override_key: true,
        anything: { else: [1, null] },
      };
      const made = await create({
        access_method: 'mobile_key',
        credential_manager_acs_system_id: stand.desk.systemId,
        is_multi_phone_sync_credential: true,
        starts_at: inHours(1),
        ends_at: inHours(2),
        visionline_metadata,
      });
      expect(made).toMatchObject({
        display_name: 'Multi Phone Sync Credential',
        is_multi_phone_sync_credential: true,
        is_issued: false,
        warnings: [],
      });
      expect(made.visionline_metadata).toEqual({ ...visionline_metadata, is_valid: false });
    });

    test('has its name by its kind', async () => {
      const mobile = await create({ access_method: 'mobile_key' });
      expect(mobile).toMatchObject({ display_name: 'Mobile Key', is_multi_phone_sync_credential: false });
      expect(await create({ access_method: 'cloud_key' })).toMatchObject({ display_name: 'Cloud Key' });
    });

    test('has no code, and only a mobile key is for every phone', async () => {
      const code = stand.pin();
      const synced = { access_method: 'card', is_multi_phone_sync_credential: true };
      expect(await refused(create({ access_method: 'mobile_key', code }))).toBe('invalid_input');
      expect(await refused(create(synced))).toBe('invalid_input');
    });
  });

  describe('what a lock’s maker needs', () => {
    test('comes back under its own name', async () => {
      const acs_credential_id = await stand.credential();
      const vendors = {
        visionline_metadata: {
          card_format: 'TLCode',
          card_function_type: 'staff',
          auto_join: true,
          override: false,
          joiner_acs_credential_ids: [acs_credential_id],
        },
        assa_abloy_vostio_metadata: {
          join_all_guest_acs_entrances: true,
          override_guest_acs_entrance_ids: [crypto.randomUUID()],
        },
        salto_space_metadata: { assign_new_key: true, update_current_key: false },
        hotek_metadata: { auto_join: true, override: true, own: 'kept' },
      };
      const made = await create({ access_method: 'card', ...vendors });
      const { visionline_metadata, ...others } = vendors;
      expect(made).toMatchObject(others);
      expect(made.visionline_metadata).toEqual({ ...visionline_metadata, is_valid: false });
    });

    test('says whether the credential opens doors', async () => {
      const acs_user_id = await stand.user();
      const metadata = { visionline_metadata: { is_valid: false } };
      const made = await create({ acs_user_id, access_method: 'code', ...metadata });
      expect(made.visionline_metadata).toEqual({ is_valid: true });
      await stand.seam.acs.users.suspend({ acs_user_id });
      const suspended = await stand.seam.acs.credentials.get(made);
      expect(suspended.visionline_metadata).toEqual({ is_valid: false });
    });

    test.each([
      ['visionline_metadata', { card_format: 'rfid' }],
      ['visionline_metadata', { card_function_type: 'owner' }],
      ['visionline_metadata', { joiner_acs_credential_ids: ['one'] }],
      ['visionline_metadata', { card_id: 5 }],
      ['assa_abloy_vostio_metadata', { auto_join: 'yes' }],
      ['assa_abloy_vostio_metadata', { door_names: [1] }],
      ['salto_space_metadata', { assign_new_key: 1 }],
      ['hotek_metadata', []],
    ])('must be what Seam says it is: %s %j', async (vendor, metadata) => {
      expect(await refused(create({ access_method: 'card', [vendor]: metadata }))).toBe('invalid_input');
    });

    test('joins only credentials that are here', async () => {
      const visionline_metadata = { joiner_acs_credential_ids: [crypto.randomUUID()] };
      const joining = create({ access_method: 'card', visionline_metadata });
      expect(await refused(joining)).toBe('acs_credential_not_found');
    });
  });

  describe('times', () => {
    test('of any offset come back as the same instant', async () => {
      const made = await create({
        access_method: 'code',
        starts_at: '2098-03-29T01:30:00+05:30',
        ends_at: '2098-04-01T10:00:00.25-05:00',
      });
      expect(made).toMatchObject({
        starts_at: '2098-03-28T20:00:00.000Z',
        ends_at: '2098-04-01T15:00:00.250Z',
      });
    });

    test('that are past begin now, and say so', async () => {
      const before = Date.now();
      const made = await create({ access_method: 'code', starts_at: inHours(-1), ends_at: inHours(1) });
      expect(made.starts_at).toBe(made.created_at);
      expect(Date.parse(made.starts_at ?? '')).toBeGreaterThanOrEqual(before);
      const { starts_at: created_at } = made;
      expect(made.warnings).toMatchObject([{ warning_code: 'schedule_modified', created_at }]);
      const card = await codes({ access_method: 'card', starts_at: inHours(-1) });
      expect(card).toEqual(['waiting_to_be_issued', 'schedule_modified']);
      expect(await codes({ access_method: 'code', starts_at: inHours(1) })).toEqual([]);
    });

    test('end in the future and after the start', async () => {
      for (const times of [
        { ends_at: inHours(-1) },
        { starts_at: inHours(2), ends_at: inHours(1) },
        { starts_at: inHours(-2), ends_at: inHours(-1) },
        { ends_at: '2098-04-01' },
      ]) {
        expect(await refused(create({ access_method: 'code', ...times }))).toBe('invalid_input');
      }
    });
  });

  describe('the owner', () => {
    test('may be an identity, which becomes a user once', async () => {
      const user_identity_id = await stand.identity();
      const { systemId: acs_system_id } = stand.desk;
      const first = await create({ user_identity_id, acs_system_id, access_method: 'card' });
      const second = await create({ user_identity_id, access_method: 'code' });
      expect(first).toMatchObject({ user_identity_id, acs_user_id: second.acs_user_id });
    });

    test('must be one, and there', async () => {
      const unknown = crypto.randomUUID();
      const { raw } = stand;
      const path = '/acs/credentials/create';
      expect(await refused(raw.post(path, { access_method: 'card' }))).toBe('invalid_input');
      const both = { acs_user_id: await stand.user(), user_identity_id: await stand.identity() };
      expect(await refused(raw.post(path, { access_method: 'card', ...both }))).toBe('invalid_input');
      const nobody = { access_method: 'card', acs_user_id: unknown };
      expect(await refused(raw.post(path, nobody))).toBe('acs_user_not_found');
      const noPerson = create({ user_identity_id: unknown, access_method: 'card' });
      expect(await refused(noPerson)).toBe('user_identity_not_found');
    });
  });

  test('refuses systems and entrances that are not here, and kinds that there are not', async () => {
    const unknown = crypto.randomUUID();
    const card = { access_method: 'card' };
    expect(await refused(create({ ...card, acs_system_id: unknown }))).toBe('acs_system_not_found');
    const manager = { ...card, credential_manager_acs_system_id: unknown };
    expect(await refused(create(manager))).toBe('acs_system_not_found');
    const elsewhere = { ...card, allowed_acs_entrance_ids: [unknown] };
    expect(await refused(create(elsewhere))).toBe('acs_entrance_not_found');
    expect(await refused(create({ access_method: 'fingerprint' }))).toBe('invalid_input');
  });
});
