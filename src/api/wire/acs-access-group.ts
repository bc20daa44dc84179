import { z } from 'zod';
import { ACCESS_GROUP_NAME, type AccessGroup } from '../../model/access-group.ts';
import type { SystemType } from '../../model/system-type.ts';
import type { Site } from '../../site/site.ts';
import { isoTime, toIsoTime } from './fields.ts';
import { groupMutation, toGroupMutations } from './pending-mutation.ts';
import { refusedAt, refusedOf, type Standing, standingOf, standingsOf } from './sync-standing.ts';

/** What the makers of locks call an access group; Seam's list is closed. */
const GROUP_TYPES = [
  'pti_access_level',
  'salto_ks_access_group',
  'brivo_group',
  'salto_space_group',
  'dormakaba_community_access_group',
  'dormakaba_ambiance_access_group',
  'avigilon_alta_group',
  'kisi_access_group',
] as const;

const TYPES_BY_SYSTEM: Partial<Record<SystemType, (typeof GROUP_TYPES)[number]>> = {
  salto_ks_site: 'salto_ks_access_group',
  brivo_account: 'brivo_group',
  salto_space_system: 'salto_space_group',
  dormakaba_community_site: 'dormakaba_community_access_group',
  dormakaba_ambiance_site: 'dormakaba_ambiance_access_group',
  avigilon_alta_org: 'avigilon_alta_group',
  kisi_organization: 'kisi_access_group',
};

/** Whatever the type is called elsewhere: here it is this. */
const TYPE_LABEL = 'Access group';

/** An access group's name in a request. */
export const accessGroupNameParameter = z
  .string()
  .trim()
  .normalize('NFC')
  .regex(ACCESS_GROUP_NAME, 'Expected 1 to 200 characters, and no control characters');

const remark = { message: z.string(), created_at: isoTime };

export const acsAccessGroup = z
  .object({
    acs_access_group_id: z.uuid(),
    acs_system_id: z.uuid(),
    connected_account_id: z.uuid(),
    workspace_id: z.uuid(),
    name: z.string(),
    display_name: z.string(),
    external_type: z.enum(GROUP_TYPES),
    external_type_display_name: z.string(),
    /** Seam's older names for the two. */
    access_group_type: z.enum(GROUP_TYPES),
    access_group_type_display_name: z.string(),
    created_at: isoTime,
    errors: z.array(z.object({ error_code: z.literal('failed_to_create_on_acs_system'), ...remark })),
    warnings: z.array(
      z.object({
        warning_code: z.enum(['unknown_issue_with_acs_access_group', 'being_deleted']),
        ...remark,
      }),
    ),
    pending_mutations: z.array(groupMutation),
    is_managed: z.literal(true),
  })
  .meta({ id: 'acs_access_group' });

/** What Seam calls a group that it only found; there are none here. */
export const unmanagedAcsAccessGroup = acsAccessGroup
  .extend({ is_managed: z.literal(false) })
  .meta({ id: 'unmanaged_acs_access_group' });

type WireGroup = z.input<typeof acsAccessGroup>;

export function toAcsAccessGroup(group: AccessGroup, site: Site): WireGroup {
  return describe(group, standingOf(site, { kind: 'acs_access_group', id: group.id }), site);
}

/** The same for many: how they stand with the backend is read at once. */
export function toAcsAccessGroups(groups: readonly AccessGroup[], site: Site): WireGroup[] {
  const ofGroup = standingsOf(
    site,
    'acs_access_group',
    groups.map(({ id }) => id),
  );
  return groups.map((group) => describe(group, ofGroup(group.id), site));
}

/**
 * Seam requires a type, and has none for a group that belongs to no maker of locks: such a one, or one of a maker whose groups Seam has no
 * name for, is a `pti_access_level`.
 */
function describe(
  { id, name, createdAt }: AccessGroup,
  standing: Standing | null,
  { identity, settings }: Site,
): WireGroup {
  const type =
    (settings.externalType === null ? undefined : TYPES_BY_SYSTEM[settings.externalType]) ??
    'pti_access_level';
  return {
    acs_access_group_id: id,
    acs_system_id: identity.acsSystemId,
    connected_account_id: identity.connectedAccountId,
    workspace_id: identity.workspaceId,
    name,
    display_name: name,
    external_type: type,
    external_type_display_name: TYPE_LABEL,
    access_group_type: type,
    access_group_type_display_name: TYPE_LABEL,
    created_at: toIsoTime(createdAt),
    ...toRemarks(standing),
    pending_mutations: standing === null ? [] : toGroupMutations(standing, createdAt),
    is_managed: true,
  };
}

/** What the backend refused of it: Seam has an error for a group that could not be made, and one warning for the rest. */
function toRemarks(standing: Standing | null): Pick<WireGroup, 'errors' | 'warnings'> {
  const remarks = refusedOf(standing).map((message) => ({
    isCreation: message.change.action === 'created',
    message: message.refusal.message,
    created_at: toIsoTime(refusedAt(message)),
  }));
  return {
    errors: remarks
      .filter(({ isCreation }) => isCreation)
      .map(({ isCreation: _, ...remark }) => ({ error_code: 'failed_to_create_on_acs_system', ...remark })),
    warnings: remarks
      .filter(({ isCreation }) => !isCreation)
      .map(({ isCreation: _, ...remark }) => ({
        warning_code: 'unknown_issue_with_acs_access_group',
        ...remark,
      })),
  };
}
