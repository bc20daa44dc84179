import { z } from 'zod';
import { findUserIdentity } from '../../../site/identities.ts';
import { defineOperation, READS } from '../../operation.ts';
import { acsSystem, toAcsSystem } from '../../wire/acs-system.ts';
import { idParameter } from '../../wire/fields.ts';

export const userIdentitiesListAcsSystems = defineOperation({
  path: '/user_identities/list_acs_systems',
  methods: READS,
  scopes: ['read'],
  summary: 'The access systems in which a user identity has a user',
  input: z.object({ user_identity_id: idParameter }),
  output: z.object({ acs_systems: z.array(acsSystem) }),
  handle: ({ input, desk: { site } }) => {
    const user = site.store.users.ofIdentity(findUserIdentity(site, input.user_identity_id).id);
    return { acs_systems: user === null ? [] : [toAcsSystem(site)] };
  },
});
