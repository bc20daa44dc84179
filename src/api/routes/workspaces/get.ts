import { z } from 'zod';
import { defineOperation, READS } from '../../operation.ts';

const workspace = z
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

export const workspacesGet = defineOperation({
  path: '/workspaces/get',
  methods: READS,
  scopes: ['read'],
  summary: 'The workspace, which is this site',
  input: z.object({}),
  output: z.object({ workspace }),
  handle: ({ desk: { site } }) => ({
    workspace: {
      workspace_id: site.identity.workspaceId,
      name: site.settings.name,
      company_name: site.settings.name,
      connect_partner_name: null,
      is_sandbox: false,
      is_suspended: false,
      is_publishable_key_auth_enabled: false,
      organization_id: null,
      connect_webview_customization: {},
    },
  }),
});
