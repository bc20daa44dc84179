import { expect, test } from 'vitest';
import { createDoorbell } from '../../src/doorbell.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('a doorbell is heard once for any number of rings in a turn, by everybody who listens', async () => {
  const doorbell = createDoorbell();
  const heard: string[] = [];
  doorbell.listen(() => heard.push('first'));
  doorbell.listen(() => heard.push('second'));
  doorbell.ring();
  doorbell.ring();
  expect(heard).toEqual([]);
  await turn();
  expect(heard).toEqual(['first', 'second']);
  doorbell.ring();
  await turn();
  expect(heard).toHaveLength(4);
});

test('a doorbell that rings while it is heard is heard again', async () => {
  const doorbell = createDoorbell();
  let count = 0;
  doorbell.listen(() => {
    count += 1;
    if (count < 3) doorbell.ring();
  });
  doorbell.ring();
  while (count < 3) await turn();
  await turn();
  expect(count).toBe(3);
});

test('whoever stops listening hears no more', async () => {
  const doorbell = createDoorbell();
  let count = 0;
  const stop = doorbell.listen(() => {
    count += 1;
  });
  doorbell.ring();
  stop();
  await turn();
  expect(count).toBe(0);
});
