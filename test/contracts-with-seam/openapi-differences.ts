import type { Explanation } from './explained.ts';

/** Fields that Seam may answer with, and a desk never does. */
const absent = (resources: readonly string[], ...fields: readonly string[]): Explanation['differences'] =>
  resources.flatMap((resource) =>
    fields.map((field): Explanation['differences'][number] => [`${resource}.${field}`, 'absent', 'optional']),
  );

const CREDENTIALS = ['acs_credential', 'unmanaged_acs_credential', 'action_attempt.result'];
const USERS = ['acs_user', 'unmanaged_acs_user'];
const GROUPS = ['acs_access_group', 'unmanaged_acs_access_group'];
const USER_MUTATIONS = USERS.map((user) => `${user}.pending_mutations[]`);
const GROUP_MUTATIONS = GROUPS.map((group) => `${group}.pending_mutations[]`);

/** Where our OpenAPI differs from Seam's, and why. */
export const OPENAPI_DIFFERENCES: readonly Explanation[] = [
  {
    why: 'They tell of a vendor’s system behind Seam; a desk is the system itself. Lists of Seam’s vendors have no name for it.',
    differences: [
      ...absent(CREDENTIALS, 'external_type', 'external_type_display_name'),
      ...absent(['action_attempt.result.acs_credential_on_encoder'], 'visionline_metadata'),
      ...absent(USERS, 'external_type', 'external_type_display_name'),
      ...absent(USERS, 'salto_ks_metadata', 'salto_space_metadata'),
      ...absent(['acs_system'], 'visionline_metadata'),
      ...absent(
        ['acs_entrance'],
        ...['assa_abloy_vostio_metadata', 'avigilon_alta_metadata', 'brivo_metadata', 'latch_metadata'],
        ...['dormakaba_ambiance_metadata', 'dormakaba_community_metadata', 'salto_ks_metadata'],
        ...['salto_space_metadata', 'visionline_metadata'],
      ),
    ],
  },
  {
    why: 'A credential says itself whether the backend knows whose it is, and a user which groups.',
    differences: [
      ...absent(USER_MUTATIONS, 'from.acs_credential_id', 'to.acs_credential_id'),
      ...absent(GROUP_MUTATIONS, 'from.acs_user_id', 'to.acs_user_id'),
    ],
  },
  {
    why: 'Nothing is put off on its way to the backend: what waits is told as soon as that can be reached.',
    differences: [
      ...absent(USER_MUTATIONS, 'scheduled_at', 'acs_access_group_id', 'variant'),
      ...absent(GROUP_MUTATIONS, 'acs_user_id', 'variant'),
    ],
  },
  {
    why: 'Credentials here come from no pool and have no parent.',
    differences: absent(CREDENTIALS, 'acs_credential_pool_id', 'parent_acs_credential_id'),
  },
  {
    why: 'A desk has no connection to the locks: it knows nothing of their state, and no phone opens them through it.',
    differences: absent(
      ['acs_entrance'],
      ...[
        'can_belong_to_reservation',
        'can_unlock_with_cloud_key',
        'can_unlock_with_mobile_key',
        'is_locked',
      ],
    ),
  },
  {
    why: 'A group’s members have their own times; a group has none.',
    differences: [
      ...absent(GROUPS, 'access_schedule'),
      ...absent(GROUP_MUTATIONS, 'from.starts_at', 'from.ends_at', 'to.starts_at', 'to.ends_at'),
    ],
  },
  {
    why: 'Counting a million rows for each answer is not worth it; the lists tell.',
    differences: absent(['acs_system'], 'acs_access_group_count', 'acs_user_count'),
  },
  {
    why: 'A desk has no customers, no web page to connect accounts with, and no key that may be published.',
    differences: [
      ...absent(['client_session'], 'customer_key'),
      ...absent(['workspace'], 'publishable_key'),
      ...absent(
        ['workspace.connect_webview_customization'],
        ...['inviter_logo_url', 'logo_shape', 'primary_button_color', 'primary_button_text_color'],
        'success_message',
      ),
    ],
  },
  {
    why: 'An event’s type and ids say it; sentences are for errors and hints.',
    differences: absent(['event'], 'event_description'),
  },
  {
    why: 'No event is `event_not_found`: Seam’s newest client takes no answer that has a message instead.',
    differences: absent(['/events/get'], 'message'),
  },
  {
    why: 'Numbers of rows are whole: Seam’s schema allows 1.5, which nobody can be given.',
    differences: [
      ['/acs/credentials/list ? limit', 'integer', 'number'],
      ['/acs/encoders/list ? limit', 'integer', 'number'],
      ['/acs/users/unmanaged/list ? limit', 'integer', 'number'],
      ['/events/list ? limit', 'integer', 'number'],
      ['/events/list ? unstable_offset', 'integer', 'number'],
    ],
  },
  {
    why: 'Metadata of vendors is kept and given back as it came; nothing is added to it.',
    differences: [
      ['/acs/credentials/create ? visionline_metadata.card_function_type', 'no default', 'default "guest"'],
    ],
  },
  {
    why: 'The same defaults: Seam has them in one of several alternatives, or in its text.',
    differences: [
      [
        '/acs/encoders/simulate/next_credential_encode_will_fail ? error_code',
        'default "no_credential_on_encoder"',
        'no default',
      ],
      [
        '/acs/encoders/simulate/next_credential_scan_will_fail ? error_code',
        'default "no_credential_on_encoder"',
        'no default',
      ],
      [
        '/acs/encoders/simulate/next_credential_scan_will_succeed ? scenario',
        'default "credential_exists_on_seam"',
        'no default',
      ],
      ['/events/list ? unstable_offset', 'default 0', 'no default'],
    ],
  },
  {
    why: 'Seam’s own text says that it is a time; what is none is told instead of matching nothing.',
    differences: [['/events/list ? since', 'date-time', 'any format']],
  },
  {
    why: 'Seam takes an access method instead; a desk has none, and its schema says beforehand what will be refused.',
    differences: [['/acs/encoders/encode_credential ? acs_credential_id', 'required', 'optional']],
  },
  {
    why: 'Erasing and inspecting a card are ours alone: only who asked for such an attempt is given it.',
    differences: [
      ['action_attempt.action_type', '"ERASE_CARD" | "INSPECT_CARD"', 'no more'],
      ['action_attempt.result.warnings', 'optional', 'required'],
    ],
  },
];
