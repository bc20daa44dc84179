import { z } from 'zod';
import { findCredential } from '../../../../site/credentials.ts';
import { checkSystem } from '../../../../site/systems.ts';
import { defineOperation, READS } from '../../../operation.ts';
import { acsEntrance, toAcsEntrance } from '../../../wire/acs-entrance.ts';
import {
  EMPTY_PAGE,
  idParameter,
  pageParameters,
  pagination,
  toPageRequest,
  toPagination,
} from '../../../wire/fields.ts';

/** As many entrances as Seam gives on a page unless it is told otherwise. */
const MOST_ENTRANCES = 900;

export const acsEntrancesList = defineOperation({
  path: '/acs/entrances/list',
  methods: READS,
  scopes: ['read'],
  summary: 'The entrances, in the order in which they were made; or those that a credential opens',
  input: z.object({
    acs_system_id: idParameter.optional(),
    acs_credential_id: idParameter.optional(),
    acs_entrance_ids: z.array(idParameter).optional(),
    connected_account_id: idParameter.optional(),
    space_id: z.string().optional(),
    location_id: z.string().nullish(),
    customer_key: z.string().optional(),
    search: z.string().min(1).optional(),
    ...pageParameters,
    limit: z.int().min(1).default(MOST_ENTRANCES),
  }),
  output: z.object({ acs_entrances: z.array(acsEntrance), pagination }),
  handle: ({ input, desk: { site } }) => {
    if (input.acs_system_id !== undefined) checkSystem(site, input.acs_system_id);
    if (input.acs_credential_id !== undefined) findCredential(site, input.acs_credential_id);
    const { connectedAccountId } = site.identity;
    // A desk has no spaces and no customers, so no entrance is in one.
    const isElsewhere =
      (input.connected_account_id ?? connectedAccountId) !== connectedAccountId ||
      input.space_id !== undefined ||
      input.location_id != null ||
      input.customer_key !== undefined;
    const page = isElsewhere
      ? EMPTY_PAGE
      : site.store.entrances.list(
          {
            ids: input.acs_entrance_ids,
            acsCredentialId: input.acs_credential_id,
            search: input.search,
          },
          toPageRequest(input, MOST_ENTRANCES),
        );
    return {
      acs_entrances: page.rows.map((entrance) => toAcsEntrance(entrance, site)),
      pagination: toPagination(page),
    };
  },
});
