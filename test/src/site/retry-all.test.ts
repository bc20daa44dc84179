import { expect, test } from 'vitest';
import { retryAll } from '../../../src/site/retry-all.ts';
import { openTestSite } from './site-bed.ts';

test('all that is refused is told again, in its order, however many there are; what waits stays as it is', async () => {
  const site = openTestSite({ hasBackend: true });
  const { outbox } = site.store;
  expect(await retryAll(site)).toBe(0);
  site.store.transaction(() => {
    for (let number = 0; number < 450; number += 1) {
      const id = `message ${number}`;
      const change = {
        kind: 'acs_user',
        id: 'ada',
        action: 'updated',
        fields: {},
        sets: {},
        event: null,
      } as const;
      outbox.append({ id, change, createdAt: number });
      const refusal = { code: 'backend_error', message: 'No.', fields: [], rivalId: null } as const;
      if (number > 0) outbox.refuse(id, refusal, number);
    }
  });
  expect(await retryAll(site)).toBe(449);
  expect(outbox.counts()).toEqual({ waiting: 450, refused: 0 });
  const [first, ...others] = outbox.waiting(0, 500);
  expect(first?.isForced).toBe(false);
  expect(others.every(({ isForced }) => isForced)).toBe(true);
  expect(others.at(-1)?.id).toBe('message 449');
  expect(await retryAll(site)).toBe(0);
});
