import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { handedFile } from '../../../src/service/handed-file.ts';
import { startDaemon, temporaryFolder } from '../main-process.ts';

test('a credential is where the service manager put it, if it handed one over', () => {
  const folder = temporaryFolder();
  expect(handedFile('backend.key', {})).toBeNull();
  expect(handedFile('backend.key', { CREDENTIALS_DIRECTORY: '' })).toBeNull();
  expect(handedFile('backend.key', { CREDENTIALS_DIRECTORY: folder })).toBeNull();
  writeFileSync(join(folder, 'backend.key'), 'seam_key\n');
  expect(handedFile('backend.key', { CREDENTIALS_DIRECTORY: folder })).toBe(join(folder, 'backend.key'));
});

test('a daemon asks its backend with the key that the service manager handed over', async () => {
  const asked = Promise.withResolvers<string | undefined>();
  const backend = createServer(({ headers }, response) => {
    if (headers.authorization !== undefined) asked.resolve(headers.authorization);
    response.writeHead(503).end();
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void backend.close());
  await once(backend, 'listening');
  const address = backend.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'backend.key'), 'seam_handed_key\n');
  const config = join(folder, 'encoderd.yaml');
  writeFileSync(config, `backend: { endpoint: "http://127.0.0.1:${port}", protocol: seam }\n`);
  await startDaemon(temporaryFolder(), { ENCODERD_CONFIG: config, CREDENTIALS_DIRECTORY: folder });
  expect(await asked.promise).toBe('Bearer seam_handed_key');
});
