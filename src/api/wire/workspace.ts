import { z } from 'zod';
import type { Site } from '../../site/site.ts';

export const workspace = z
  .object({
    workspace_id: z.uuid(),
    name: z.string(),
    company_name: z.string(),
    connect_partner_name: z.string().nullable(),
    is_sandbox: z.boolean(),
    is_suspended: z.boolean(),
    is_publishable_key_auth_enabled: z.boolean(),
    organization_id: z.uuid().nullable(),
    connect_webview_customization: z.object({}),
  })
  .meta({ id: 'workspace' });

/** The workspace that this site is. */
export function toWorkspace({ identity, settings }: Site): z.input<typeof workspace> {
  return {
    workspace_id: identity.workspaceId,
    name: settings.name,
    company_name: settings.name,
    connect_partner_name: null,
    is_sandbox: false,
    is_suspended: false,
    is_publishable_key_auth_enabled: false,
    organization_id: null,
    connect_webview_customization: {},
  };
}
