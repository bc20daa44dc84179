import { z } from 'zod';
import { defineOperation, READS } from '../../../operation.ts';
import { acsSystem, toAcsSystem } from '../../../wire/acs-system.ts';

export const acsSystemsList = defineOperation({
  path: '/acs/systems/list',
  methods: READS,
  scopes: ['read'],
  summary: 'The access systems: this site is one',
  input: z.object({
    connected_account_id: z.string().optional(),
    customer_key: z.string().optional(),
    search: z.string().optional(),
  }),
  output: z.object({ acs_systems: z.array(acsSystem) }),
  handle: ({ input: { connected_account_id, customer_key, search }, desk: { site } }) => {
    const isMeant =
      customer_key === undefined &&
      (connected_account_id ?? site.identity.connectedAccountId) === site.identity.connectedAccountId &&
      site.settings.name.toLowerCase().includes((search ?? '').toLowerCase());
    return { acs_systems: isMeant ? [toAcsSystem(site)] : [] };
  },
});
