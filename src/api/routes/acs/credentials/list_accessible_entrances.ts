import { z } from 'zod';
import { findCredential } from '../../../../site/credentials.ts';
import { EVERY_ROW } from '../../../../store/paging.ts';
import { defineOperation, READS } from '../../../operation.ts';
import { acsEntrance, toAcsEntrance } from '../../../wire/acs-entrance.ts';
import { idParameter } from '../../../wire/fields.ts';

export const acsCredentialsListAccessibleEntrances = defineOperation({
  path: '/acs/credentials/list_accessible_entrances',
  methods: READS,
  scopes: ['read'],
  summary: 'The entrances that a credential opens',
  input: z.object({ acs_credential_id: idParameter }),
  output: z.object({ acs_entrances: z.array(acsEntrance) }),
  handle: ({ input, desk: { site } }) => {
    const { id } = findCredential(site, input.acs_credential_id);
    const { rows } = site.store.entrances.list({ acsCredentialId: id }, EVERY_ROW);
    return { acs_entrances: rows.map((entrance) => toAcsEntrance(entrance, site)) };
  },
});
