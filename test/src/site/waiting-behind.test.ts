import { expect, test } from 'vitest';
import type { ResourceChange } from '../../../src/model/resource-change.ts';
import { waitingBehind } from '../../../src/site/waiting-behind.ts';
import { openTestSite } from './site-bed.ts';

const about = (
  kind: ResourceChange['kind'],
  id: string,
  more: Partial<ResourceChange> = {},
): ResourceChange => ({
  kind,
  id,
  action: 'updated',
  fields: {},
  sets: {},
  event: null,
  ...more,
});

const named = (acsUserId: string) => ({ fields: { acsUserId: { from: null, to: acsUserId } } });

/** A site with these messages in their order; those named `no ...` are refused. */
function siteWith(changes: readonly (readonly [message: string, change: ResourceChange])[]) {
  const site = openTestSite({ hasBackend: true });
  site.store.transaction(() => {
    for (const [id, change] of changes) {
      site.store.outbox.append({ id, change, createdAt: 0 });
      const refusal = { code: 'changed_above', message: 'No.', fields: [], rivalId: null } as const;
      if (id.startsWith('no ')) site.store.outbox.refuse(id, refusal, 0);
    }
  });
  return site;
}

test('what waits for a refused change is later, and about the same thing, or names it, or waits for what does', async () => {
  const site = siteWith([
    ['earlier', about('acs_user', 'ada')],
    ['no ada', about('acs_user', 'ada')],
    ['same', about('acs_user', 'ada')],
    ['another', about('acs_user', 'grace')],
    ['names ada', about('acs_credential', 'card', named('ada'))],
    ['behind that', about('acs_credential', 'card')],
    ['names grace', about('acs_credential', 'code', named('grace'))],
    ['staff before', about('acs_access_group', 'staff')],
    ['no staff', about('acs_access_group', 'staff')],
    [
      'behind both',
      about('acs_user', 'ada', { sets: { accessGroupIds: { added: ['staff'], removed: [] } } }),
    ],
    [
      'leaves staff',
      about('acs_user', 'grace', { sets: { accessGroupIds: { added: [], removed: ['staff'] } } }),
    ],
  ]);
  expect(await waitingBehind(site)).toEqual(
    new Map([
      ['no ada', 4],
      ['no staff', 1],
    ]),
  );
});

test('nothing is read where nothing is refused, and many are read in parts', async () => {
  expect(await waitingBehind(siteWith([['waits', about('acs_user', 'ada')]]))).toEqual(new Map());
  const many = Array.from(
    { length: 1200 },
    (_, number) => [`waits ${number}`, about('acs_user', `user ${number % 2}`)] as const,
  );
  const site = siteWith([['no user', about('acs_user', 'user 0')], ...many]);
  expect(await waitingBehind(site)).toEqual(new Map([['no user', 600]]));
});
