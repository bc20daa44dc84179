import { expect, test } from 'vitest';
import { z } from 'zod';
import { Shell } from './encoderctl-process.ts';

const entrance = z.object({ acs_entrance_id: z.string() });

test('access-groups list tells of the groups and of what their users may open', async () => {
  await using shell = new Shell();
  const daemon = await shell.startDaemon();
  const token = daemon.createApiKey('desk');
  expect((await shell.run('access-groups', 'list')).stdout).toContain('There are no access groups yet.');
  const { acs_entrance_id } = entrance.parse(await shell.json('entrances', 'add', 'Sauna'));
  const group = { name: 'Bathers', acs_entrance_ids: [acs_entrance_id] };
  await daemon.post(token, '/v1/access_groups/create', group);
  expect((await shell.run('access-groups', 'list')).stdout).toMatch(/\nBathers +Sauna +\S+\n/);
  expect(await shell.json('access-groups', 'list')).toMatchObject([{ name: 'Bathers' }]);
  expect(await shell.run('access-groups')).toMatchObject({ code: 64, stdout: '' });
});
