import { DELETES, PATCHES, POSTS, PUTS, READS } from '../operation.ts';
import { each, type UnsupportedGroup } from './group.ts';

/** What Seam's API for access control has and a desk does not. */
export const UNSUPPORTED_ACCESS_CONTROL: readonly UnsupportedGroup[] = [
  {
    name: 'Doors',
    reason:
      'A desk cannot open a door: it has no connection to the locks. Unlock it in the app of the access system itself.',
    operations: [...each(POSTS, ['/access_methods/unlock_door', '/acs/entrances/unlock'])],
  },
  {
    name: 'Access methods',
    reason:
      'Access methods belong to access grants, which a desk does not have. Make a credential with /acs/credentials/create, and put it on a card with /acs/encoders/encode_credential or /acs/encoders/scan_to_assign_credential.',
    operations: [
      ...each(POSTS, ['/access_methods/assign_card', '/access_methods/encode']),
      ...each(DELETES, ['/access_methods/delete']),
      ...each(READS, [
        '/access_methods/get',
        '/access_methods/get_related',
        '/access_methods/list',
        '/access_methods/unmanaged/get',
        '/access_methods/unmanaged/list',
      ]),
    ],
  },
  {
    name: 'Keys in phones',
    reason:
      "Keys reach phones through the cloud of a lock's maker, which a desk does not talk to. Set this up with Seam's cloud.",
    operations: [
      ...each(READS, [
        '/acs/credential_pools/list',
        '/user_identities/enrollment_automations/get',
        '/user_identities/enrollment_automations/list',
      ]),
      ...each(POSTS, [
        '/acs/credential_provisioning_automations/launch',
        '/user_identities/enrollment_automations/launch',
        '/user_identities/generate_instant_key',
      ]),
      ...each(DELETES, ['/user_identities/enrollment_automations/delete']),
    ],
  },
  {
    name: 'Devices of user identities',
    reason:
      'A desk has no smart locks or other devices that could be given to anybody. Give access to an entrance with /acs/entrances/grant_access.',
    operations: [
      ...each(PUTS, ['/user_identities/grant_access_to_device']),
      ...each(READS, ['/user_identities/list_accessible_devices']),
      ...each(DELETES, ['/user_identities/revoke_access_to_device']),
    ],
  },
  {
    name: 'Merging of user identities',
    reason:
      'User identities are not merged here. Take the user from the one with /user_identities/remove_acs_user, give it to the other with /user_identities/add_acs_user, and delete the first with /user_identities/delete.',
    operations: [...each(POSTS, ['/user_identities/merge'])],
  },
  {
    name: 'Other workspaces',
    reason:
      'A desk is one workspace, which was made with it. What it is called stands in its configuration (site.name).',
    operations: [...each(POSTS, ['/workspaces/create']), ...each(PATCHES, ['/workspaces/update'])],
  },
  {
    name: 'Sandboxes',
    reason:
      'A desk is no sandbox: nothing of it may be reset. To try things out, start another daemon with a state folder of its own (ENCODERD_STATE_DIR).',
    operations: [...each(POSTS, ['/workspaces/reset_sandbox'])],
  },
  {
    name: 'Search for anything',
    reason:
      'Nothing here searches everything at once. Use search on /acs/users/list, /acs/credentials/list, /user_identities/list, /acs/entrances/list or /acs/access_groups/list.',
    operations: [...each(READS, ['/workspaces/find_anything'])],
  },
  {
    name: "Looks of Seam's pages",
    reason: 'A desk shows none of the pages of Seam whose looks these profiles change.',
    operations: [
      ...each(POSTS, [
        '/workspaces/customization_profiles/create',
        '/workspaces/customization_profiles/upload_images',
      ]),
      ...each(READS, ['/workspaces/customization_profiles/get', '/workspaces/customization_profiles/list']),
      ...each(PATCHES, ['/workspaces/customization_profiles/update']),
    ],
  },
  {
    name: 'Seam Bridge',
    reason: 'This is not the cloud that a Seam Bridge connects to.',
    operations: [
      ...each(POSTS, [
        '/seam/bridge/v1/bridge_client_sessions/create',
        '/seam/bridge/v1/bridge_client_sessions/refresh_tailscale_auth_key',
        '/seam/bridge/v1/bridge_client_sessions/refresh_telemetry_token',
        '/seam/bridge/v1/bridge_client_sessions/regenerate_pairing_code',
        '/seam/bridge/v1/bridge_client_sessions/report_status',
      ]),
      ...each(READS, [
        '/seam/bridge/v1/bridge_client_sessions/get',
        '/seam/bridge/v1/bridge_connected_systems/list',
      ]),
    ],
  },
];
