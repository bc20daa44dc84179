import { expect, test } from 'vitest';
import { operation } from '../conformance.ts';

operation('/workspaces/get', (stand) => {
  test('gives this site, whichever workspace the request names', async () => {
    const workspace = await stand.seam.workspaces.get();
    expect(workspace).toMatchObject({ name: 'Front desk', is_sandbox: false, is_suspended: false });
    const headers = { 'seam-workspace': crypto.randomUUID() };
    const { body } = await stand.raw.request('GET', '/workspaces/get', { headers });
    expect(body).toMatchObject({ workspace: { workspace_id: workspace.workspace_id } });
  });

  test('is the workspace of everything here', async () => {
    const { workspace_id } = await stand.seam.workspaces.get();
    const [system] = await stand.seam.acs.systems.list();
    expect(system).toMatchObject({ workspace_id });
  });
});
