import { z } from 'zod';
import { undoAssignment } from '../../../../site/assignment-undo.ts';
import { defineOperation, POSTS } from '../../../operation.ts';
import { acsCredential, toAcsCredential } from '../../../wire/acs-credential.ts';
import { idParameter } from '../../../wire/fields.ts';

export const assignmentsUndo = defineOperation({
  path: '/v1/assignments/undo',
  methods: POSTS,
  scopes: ['scan'],
  isOwn: true,
  summary:
    "Takes back one's own scan-to-assign of the last 60 s: a card that was new is forgotten (null), a known one belongs to nobody again",
  input: z.object({ action_attempt_id: idParameter }),
  output: z.object({ acs_credential: acsCredential.nullable() }),
  handle: ({ input, desk: { site }, client }) => {
    const left = undoAssignment(site, client, input.action_attempt_id);
    return { acs_credential: left === null ? null : toAcsCredential(left, site) };
  },
});
