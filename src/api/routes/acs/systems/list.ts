import { z } from 'zod';
import { folded } from '../../../../model/folded.ts';
import type { Site } from '../../../../site/site.ts';
import { defineOperation, READS } from '../../../operation.ts';
import { acsSystem, toAcsSystem } from '../../../wire/acs-system.ts';
import { idParameter } from '../../../wire/fields.ts';

/** Whether the name or the id contains what is searched for, whatever its case. */
function isFound({ identity, settings }: Site, search: string): boolean {
  return [settings.name, identity.acsSystemId].some((text) => folded(text).includes(folded(search)));
}

export const acsSystemsList = defineOperation({
  path: '/acs/systems/list',
  methods: READS,
  scopes: ['read'],
  summary: 'The access systems: this site is one',
  input: z.object({
    connected_account_id: idParameter.optional(),
    customer_key: z.string().optional(),
    search: z.string().min(1).optional(),
  }),
  output: z.object({ acs_systems: z.array(acsSystem) }),
  handle: ({ input: { connected_account_id, customer_key, search }, desk: { site } }) => {
    const isMeant =
      customer_key === undefined &&
      (connected_account_id ?? site.identity.connectedAccountId) === site.identity.connectedAccountId &&
      isFound(site, search ?? '');
    return { acs_systems: isMeant ? [toAcsSystem(site)] : [] };
  },
});
