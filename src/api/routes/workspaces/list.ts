import { z } from 'zod';
import { defineOperation, READS } from '../../operation.ts';
import { toWorkspace, workspace } from '../../wire/workspace.ts';

export const workspacesList = defineOperation({
  path: '/workspaces/list',
  methods: READS,
  scopes: ['read'],
  summary: 'The workspaces: this site is one',
  input: z.object({}),
  output: z.object({ workspaces: z.array(workspace) }),
  handle: ({ desk: { site } }) => ({ workspaces: [toWorkspace(site)] }),
});
