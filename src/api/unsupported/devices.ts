import { DELETES, PATCHES, POSTS, PUTS, READS } from '../operation.ts';
import { each, type UnsupportedGroup, UPDATES } from './group.ts';

/** Seam's API for smart locks and other devices, none of which a desk has. */
export const DEVICES: readonly UnsupportedGroup[] = [
  {
    name: 'Access codes of smart locks',
    reason:
      'A desk has no smart locks to set access codes on. A PIN code of the access system is made with /acs/credentials/create.',
    operations: [
      ...each(POSTS, [
        '/access_codes/create',
        '/access_codes/pull_backup_access_code',
        '/access_codes/report_device_constraints',
        '/access_codes/simulate/create_unmanaged_access_code',
      ]),
      ...each(PUTS, ['/access_codes/create_multiple']),
      ...each(DELETES, ['/access_codes/delete', '/access_codes/unmanaged/delete']),
      ...each(READS, [
        '/access_codes/generate_code',
        '/access_codes/get',
        '/access_codes/get_timeline',
        '/access_codes/list',
        '/access_codes/unmanaged/get',
        '/access_codes/unmanaged/list',
      ]),
      ...each(PATCHES, [
        '/access_codes/unmanaged/convert_to_managed',
        '/access_codes/unmanaged/update',
        '/access_codes/update_multiple',
      ]),
      ...each(UPDATES, ['/access_codes/update']),
    ],
  },
  {
    name: 'Devices',
    reason: 'A desk has no smart locks or other devices, but its card encoders: /acs/encoders/list.',
    operations: [
      ...each(DELETES, ['/devices/delete']),
      ...each(READS, [
        '/devices/get',
        '/devices/list',
        '/devices/list_device_providers',
        '/devices/unmanaged/get',
        '/devices/unmanaged/list',
      ]),
      ...each(POSTS, [
        '/devices/report_provider_metadata',
        '/devices/simulate/connect',
        '/devices/simulate/connect_to_hub',
        '/devices/simulate/disconnect',
        '/devices/simulate/disconnect_from_hub',
        '/devices/simulate/paid_subscription',
        '/devices/simulate/remove',
      ]),
      ...each(PATCHES, ['/devices/unmanaged/update', '/devices/update']),
    ],
  },
  {
    name: 'Smart locks',
    reason: 'A desk cannot lock or unlock anything: it has no connection to the locks.',
    operations: [
      ...each(POSTS, [
        '/locks/configure_auto_lock',
        '/locks/lock_door',
        '/locks/simulate/keypad_code_entry',
        '/locks/simulate/manual_lock_via_keypad',
        '/locks/unlock_door',
      ]),
      ...each(READS, ['/locks/get', '/locks/list']),
    ],
  },
  {
    name: 'Noise sensors',
    reason: 'A desk has no noise sensors.',
    operations: [
      ...each(READS, [
        '/noise_sensors/list',
        '/noise_sensors/noise_thresholds/get',
        '/noise_sensors/noise_thresholds/list',
      ]),
      ...each(POSTS, [
        '/noise_sensors/noise_thresholds/create',
        '/noise_sensors/simulate/trigger_noise_threshold',
      ]),
      ...each(DELETES, ['/noise_sensors/noise_thresholds/delete']),
      ...each(UPDATES, ['/noise_sensors/noise_thresholds/update']),
    ],
  },
  {
    name: 'Phones',
    reason: "A desk knows no phones: they are enrolled with Seam's cloud.",
    operations: [
      ...each(DELETES, ['/phones/deactivate']),
      ...each(READS, ['/phones/get', '/phones/list']),
      ...each(POSTS, ['/phones/simulate/create_sandbox_phone']),
    ],
  },
  {
    name: 'Thermostats',
    reason: 'A desk has no thermostats.',
    operations: [
      ...each(POSTS, [
        '/thermostats/activate_climate_preset',
        '/thermostats/cool',
        '/thermostats/create_climate_preset',
        '/thermostats/daily_programs/create',
        '/thermostats/heat',
        '/thermostats/heat_cool',
        '/thermostats/off',
        '/thermostats/schedules/create',
        '/thermostats/set_fallback_climate_preset',
        '/thermostats/set_fan_mode',
        '/thermostats/set_hvac_mode',
        '/thermostats/simulate/hvac_mode_adjusted',
        '/thermostats/simulate/temperature_reached',
        '/thermostats/update_weekly_program',
      ]),
      ...each(DELETES, [
        '/thermostats/daily_programs/delete',
        '/thermostats/delete_climate_preset',
        '/thermostats/schedules/delete',
      ]),
      ...each(PATCHES, [
        '/thermostats/daily_programs/update',
        '/thermostats/schedules/update',
        '/thermostats/set_temperature_threshold',
        '/thermostats/update_climate_preset',
      ]),
      ...each(READS, [
        '/thermostats/get',
        '/thermostats/list',
        '/thermostats/schedules/get',
        '/thermostats/schedules/list',
      ]),
    ],
  },
];
