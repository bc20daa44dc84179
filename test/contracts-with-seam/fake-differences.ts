import type { Explanation } from './explained.ts';

/** Where our answers differ from those of Seam's fake, and why. */
export const FAKE_DIFFERENCES: readonly Explanation[] = [
  {
    why: 'Seam’s newest contract gives pages of these; the fake is older.',
    differences: [
      ...['as POST', 'as Seam lists it', 'without parameters'].flatMap(
        (manner): Explanation['differences'] => [
          [`/acs/users/list ${manner}`, '200 {acs_users, ok, pagination}', '200 {acs_users, ok}'],
          [`/acs/entrances/list ${manner}`, '200 {acs_entrances, ok, pagination}', '200 {acs_entrances, ok}'],
        ],
      ),
      ['/action_attempts/list as POST', '200 {action_attempts, ok, pagination}', '200 {action_attempts, ok}'],
    ],
  },
  {
    why: 'Seam’s newest contract asks for no ids; the fake is older.',
    differences: [
      [
        '/action_attempts/list without parameters',
        '200 {action_attempts, ok, pagination}',
        '400 invalid_input {error, ok}',
      ],
    ],
  },
  {
    why: 'Seam’s newest contract answers with `ok` alone.',
    differences: [
      ['/acs/users/delete as POST', '200 {ok}', '200 {acs_user, ok}'],
      ['/acs/users/delete as Seam lists it', '200 {ok}', '200 {acs_user, ok}'],
    ],
  },
  {
    why: 'A system that is not here is a mistake of the caller’s; nothing found would hide it.',
    differences: [
      ['/acs/users/list with an unknown id', '404 acs_system_not_found {error, ok}', '200 {acs_users, ok}'],
      [
        '/acs/entrances/list with an unknown id',
        '404 acs_system_not_found {error, ok}',
        '200 {acs_entrances, ok}',
      ],
    ],
  },
  {
    why: 'A fault of the fake.',
    differences: [
      [
        '/acs/users/update with an unknown id',
        '404 acs_user_not_found {error, ok}',
        '500 internal_server_error {error, ok}',
      ],
      // It looks for the ids in the body alone, which Seam's own client does not send with DELETE.
      [
        '/acs/users/remove_from_access_group as Seam lists it',
        '200 {ok}',
        '404 acs_user_not_found {error, ok}',
      ],
    ],
  },
  {
    why: 'The fake tries one kind of token after the other, and tells of the last; here there is one header for all.',
    differences: [
      [
        '/workspaces/get with a token of nobody',
        '401 unauthorized {error, ok}',
        '400 missing_workspace_id {error, ok}',
      ],
      [
        '/client_sessions/create without a token',
        '401 unauthorized {error, ok}',
        '401 publishable_key_header_required {error, ok}',
      ],
      [
        '/client_sessions/create with a token of nobody',
        '401 unauthorized {error, ok}',
        '400 token_auth_not_accepted {error, ok}',
      ],
      [
        '/client_sessions/get_or_create without a token',
        '401 unauthorized {error, ok}',
        '400 publishable_key_header_required {error, ok}',
      ],
      [
        '/client_sessions/get_or_create with a token of nobody',
        '401 unauthorized {error, ok}',
        '400 publishable_key_header_required {error, ok}',
      ],
    ],
  },
  {
    why: 'Seam’s contract takes an API key for it; the fake takes only a key that may be published, which a desk has none of.',
    differences: ['as POST', 'without parameters'].map((manner) => [
      `/client_sessions/get_or_create ${manner}`,
      '200 {client_session, ok}',
      '400 publishable_key_header_required {error, ok}',
    ]),
  },
  {
    why: 'Who names nothing is told what to name.',
    differences: [
      [
        '/client_sessions/get without parameters',
        '400 invalid_input {error, ok}',
        '404 client_session_not_found {error, ok}',
      ],
    ],
  },
];
