import { z } from 'zod';
import { checkSystem } from '../../../../site/systems.ts';
import { defineOperation, READS } from '../../../operation.ts';
import { acsSystem, toAcsSystem } from '../../../wire/acs-system.ts';
import { idParameter } from '../../../wire/fields.ts';

export const acsSystemsListCompatibleCredentialManagerAcsSystems = defineOperation({
  path: '/acs/systems/list_compatible_credential_manager_acs_systems',
  methods: READS,
  scopes: ['read'],
  summary: 'The systems that make credentials for phones: this site does it itself',
  input: z.object({ acs_system_id: idParameter }),
  output: z.object({ acs_systems: z.array(acsSystem) }),
  handle: ({ input, desk: { site } }) => {
    checkSystem(site, input.acs_system_id);
    return { acs_systems: [toAcsSystem(site)] };
  },
});
