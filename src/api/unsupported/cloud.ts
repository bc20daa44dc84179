import { DELETES, PATCHES, POSTS, PUTS, READS } from '../operation.ts';
import { each, type UnsupportedGroup } from './group.ts';

/** What only Seam's cloud can do. */
export const CLOUD: readonly UnsupportedGroup[] = [
  {
    name: 'Access grants',
    reason:
      "A desk has no access grants: they are kept in Seam's cloud. Make a user and a credential with /acs/users/create and /acs/credentials/create.",
    operations: [
      ...each(POSTS, ['/access_grants/create', '/access_grants/request_access_methods']),
      ...each(DELETES, ['/access_grants/delete']),
      ...each(READS, [
        '/access_grants/get',
        '/access_grants/get_related',
        '/access_grants/list',
        '/access_grants/unmanaged/get',
        '/access_grants/unmanaged/list',
      ]),
      ...each(PATCHES, ['/access_grants/unmanaged/update', '/access_grants/update']),
    ],
  },
  {
    name: 'Bridges',
    reason: 'A desk is where the encoder is: there are no Seam Bridges in between.',
    operations: [...each(READS, ['/bridges/get', '/bridges/list'])],
  },
  {
    name: 'Connect Webviews',
    reason: 'A desk connects to no accounts elsewhere, so it has no Connect Webviews.',
    operations: [
      ...each(POSTS, ['/connect_webviews/create']),
      ...each(DELETES, ['/connect_webviews/delete']),
      ...each(READS, ['/connect_webviews/get', '/connect_webviews/list']),
    ],
  },
  {
    name: 'Connected accounts',
    reason:
      'A desk is its one connected account, which is made with it, is always connected, and cannot be changed.',
    operations: [
      ...each(DELETES, ['/connected_accounts/delete']),
      ...each(READS, ['/connected_accounts/get', '/connected_accounts/list']),
      ...each(POSTS, ['/connected_accounts/simulate/disconnect', '/connected_accounts/sync']),
      ...each(PATCHES, ['/connected_accounts/update']),
    ],
  },
  {
    name: 'Customers',
    reason: "A desk has no customers and no portals for them: they are kept in Seam's cloud.",
    operations: [
      ...each(POSTS, [
        '/customers/create_portal',
        '/customers/push_data',
        '/customers/reservations/create_deep_link',
      ]),
      ...each(DELETES, ['/customers/delete_data']),
    ],
  },
  {
    name: 'Instant keys',
    reason: "Instant keys are made and sent to phones by Seam's cloud, which a desk does not talk to.",
    operations: [
      ...each(DELETES, ['/instant_keys/delete']),
      ...each(READS, ['/instant_keys/get', '/instant_keys/list']),
    ],
  },
  {
    name: 'Spaces',
    reason:
      'A desk has no spaces. Entrances that belong together go into an access group: /v1/access_groups/create.',
    operations: [
      ...each(PUTS, ['/spaces/add_acs_entrances', '/spaces/add_connected_account', '/spaces/add_devices']),
      ...each(POSTS, ['/spaces/create']),
      ...each(DELETES, [
        '/spaces/delete',
        '/spaces/remove_acs_entrances',
        '/spaces/remove_connected_account',
        '/spaces/remove_devices',
      ]),
      ...each(READS, ['/spaces/get', '/spaces/get_related', '/spaces/list']),
      ...each(PATCHES, ['/spaces/update']),
    ],
  },
  {
    name: 'Seam Console',
    reason: "This is what the web pages of Seam's own console ask of Seam's cloud.",
    operations: [
      ...each(READS, [
        '/seam/console/v1/get_resource_locator',
        '/seam/console/v1/lynx_migration/get_property_migration_status',
        '/seam/console/v1/lynx_migration/get_reservation_migration_status',
        '/seam/console/v1/lynx_migration/list_property_reservations',
        '/seam/console/v1/sites/list',
        '/seam/console/v1/timelines/get',
        '/seam/console/v1/workspace/feature_flags/list',
      ]),
      ...each(POSTS, [
        '/seam/console/v1/lynx_migration/migrate_property',
        '/seam/console/v1/sites/create',
        '/seam/console/v1/workspace/feature_flags/update',
      ]),
      ...each(DELETES, ['/seam/console/v1/sites/delete']),
      ...each(PATCHES, ['/seam/console/v1/sites/update']),
    ],
  },
  {
    name: 'Customer portal',
    reason: "This is what the customer portal of Seam asks of Seam's cloud.",
    operations: [
      ...each(READS, [
        '/seam/customer/v1/access_grants/list',
        '/seam/customer/v1/automation_runs/list',
        '/seam/customer/v1/automations/get',
        '/seam/customer/v1/connector_customers/list',
        '/seam/customer/v1/connectors/authorize',
        '/seam/customer/v1/connectors/connector_types',
        '/seam/customer/v1/connectors/external_sites/list',
        '/seam/customer/v1/connectors/list',
        '/seam/customer/v1/customers/automations/get',
        '/seam/customer/v1/customers/list',
        '/seam/customer/v1/customers/me',
        '/seam/customer/v1/encoders/list',
        '/seam/customer/v1/events/list',
        '/seam/customer/v1/portals/get',
        '/seam/customer/v1/reservations/get',
        '/seam/customer/v1/reservations/list',
        '/seam/customer/v1/reservations/list_access_grants',
        '/seam/customer/v1/settings/get',
        '/seam/customer/v1/settings/vertical_resource_aliases/get',
        '/seam/customer/v1/spaces/list',
        '/seam/customer/v1/spaces/list_reservations',
        '/seam/customer/v1/staff_members/get',
        '/seam/customer/v1/staff_members/list',
      ]),
      ...each(PATCHES, [
        '/seam/customer/v1/access_grants/update',
        '/seam/customer/v1/automations/update',
        '/seam/customer/v1/customers/automations/update',
        '/seam/customer/v1/portals/update',
        '/seam/customer/v1/settings/update',
      ]),
      ...each(POSTS, [
        '/seam/customer/v1/access_methods/encode',
        '/seam/customer/v1/connectors/create',
        '/seam/customer/v1/connectors/delete',
        '/seam/customer/v1/connectors/ical/validate-config',
        '/seam/customer/v1/connectors/sync',
        '/seam/customer/v1/connectors/update',
        '/seam/customer/v1/customers/open_portal',
        '/seam/customer/v1/spaces/create',
        '/seam/customer/v1/spaces/push_common_areas',
      ]),
      ...each(DELETES, ['/seam/customer/v1/automations/delete']),
    ],
  },
  {
    name: 'Partners',
    reason: "This is what partners' building blocks ask of Seam's cloud.",
    operations: [
      ...each(READS, [
        '/seam/partner/v1/building_blocks/spaces/auto_map',
        '/unstable_partner/building_blocks/generate_magic_link',
      ]),
      ...each(POSTS, [
        '/unstable_partner/building_blocks/connect_accounts',
        '/unstable_partner/building_blocks/manage_devices',
        '/unstable_partner/building_blocks/organize_spaces',
      ]),
    ],
  },
];
