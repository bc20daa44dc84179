import { z } from 'zod';
import { defineOperation, READS } from '../../operation.ts';
import { toWorkspace, workspace } from '../../wire/workspace.ts';

export const workspacesGet = defineOperation({
  path: '/workspaces/get',
  methods: READS,
  scopes: ['read'],
  summary: 'The workspace, which is this site',
  input: z.object({}),
  output: z.object({ workspace }),
  handle: ({ desk: { site } }) => ({ workspace: toWorkspace(site) }),
});
