import { z } from 'zod';
import { beneficiaryOf } from '../../../../site/users.ts';
import { requestAttempt } from '../../../attempt-request.ts';
import { defineOperation, POSTS } from '../../../operation.ts';
import { namesOneUser, ONE_USER, toUserName, userNameParameters } from '../../../wire/acs-user.ts';
import { actionAttempt } from '../../../wire/action-attempt.ts';
import { idParameter } from '../../../wire/fields.ts';
import { scanParameters } from '../../../wire/scan.ts';

export const acsEncodersScanToAssignCredential = defineOperation({
  path: '/acs/encoders/scan_to_assign_credential',
  methods: POSTS,
  scopes: ['scan'],
  summary: 'Gives the card on the encoder, or the next one, to a user',
  isPersonal: true,
  input: z
    .object({ acs_encoder_id: idParameter, ...userNameParameters, ...scanParameters })
    .refine(namesOneUser, ONE_USER),
  output: z.object({ action_attempt: actionAttempt }),
  handle: (call) => {
    const { input, desk } = call;
    return requestAttempt(call, {
      action: 'SCAN_TO_ASSIGN_CREDENTIAL',
      beneficiary: beneficiaryOf(toUserName(input)),
      mayEnrol: desk.site.settings.enrolUnknownCards || input.salto_ks_metadata?.detect_new_tags === true,
    });
  },
});
