import { z } from 'zod';
import { checkSystem } from '../../../../site/systems.ts';
import { defineOperation, READS } from '../../../operation.ts';
import { acsSystem, toAcsSystem } from '../../../wire/acs-system.ts';
import { idParameter } from '../../../wire/fields.ts';

export const acsSystemsGet = defineOperation({
  path: '/acs/systems/get',
  methods: READS,
  scopes: ['read'],
  summary: 'One access system',
  input: z.object({ acs_system_id: idParameter }),
  output: z.object({ acs_system: acsSystem }),
  handle: ({ input, desk: { site } }) => {
    checkSystem(site, input.acs_system_id);
    return { acs_system: toAcsSystem(site) };
  },
});
