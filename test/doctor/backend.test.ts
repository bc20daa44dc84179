import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startEncoderd } from '../../scripts/encoderd-process.ts';
import { backend } from '../../src/doctor/checks/backend.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { configFile, evidenceOf, look, openFolder, shown } from './doctor-bed.ts';

/** A server that answers so; its address. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return `http://127.0.0.1:${portOf(server)}`;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('It does not listen.');
  return address.port;
}

/** A configuration that names this backend, and a key. */
function configOf(endpoint: string, key = 'seam_test_key'): string {
  const file = join(openFolder(), 'backend.key');
  writeFileSync(file, `${key}\n`);
  return configFile(`backend: { endpoint: "${endpoint}", api_key_file: ${file} }\n`);
}

test('a desk without a backend is its own', async () => {
  expect(shown(await look(backend))).toEqual(['ok backend-none']);
});

describe('a backend', () => {
  test('is unreachable when nothing listens there', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const port = portOf(server);
    server.close();
    await once(server, 'close');
    const findings = await look(backend, { config: configOf(`http://127.0.0.1:${port}`) });
    expect(shown(findings)).toEqual(['warning backend-unreachable']);
    expect(evidenceOf(findings, 'backend-unreachable')).toContain('ECONNREFUSED');
    expect(findings[0]?.cure).toContain('nothing listens');
  });
  test('is unreachable when its name is not known', async () => {
    const findings = await look(backend, { config: configOf('http://backend.invalid') });
    expect(shown(findings)).toEqual(['warning backend-unreachable']);
    expect(findings[0]?.cure).toContain('DNS');
  });
  test('is unreachable when it accepts and never answers', async () => {
    const endpoint = await serve(() => {});
    expect(shown(await look(backend, { config: configOf(endpoint), patienceMs: 4000 }))).toEqual([
      'warning backend-unreachable',
    ]);
  });
  test('that is a real encoderd refuses a key that it does not know, and takes one that it does', async () => {
    const daemon = await startEncoderd({ ENCODERD_STATE_DIR: openFolder(), ENCODERD_DRIVERS: 'virtual' });
    onTestFinished(() => daemon.kill());
    const refused = await look(backend, { config: configOf(daemon.url) });
    expect(shown(refused)).toEqual(['error backend-unauthorised']);
    expect(evidenceOf(refused, 'backend-unauthorised')).toContain(': 401');
    expect(JSON.stringify(refused)).not.toContain('seam_test_key');
    const key = daemon.createApiKey('desk');
    expect(shown(await look(backend, { config: configOf(daemon.url, key) }))).toEqual(['ok backend-answers']);
  });
  test('cannot be spoken to without the file of the key', async () => {
    const endpoint = await serve((_request, response) => void response.end('{}'));
    const config = configFile(`backend: { endpoint: "${endpoint}", api_key_file: /nonexistent/key }\n`);
    const findings = await look(backend, { config });
    expect(shown(findings)).toEqual(['error backend-unauthorised']);
    expect(evidenceOf(findings, 'backend-unauthorised')).toContain('ENOENT');
  });
  test.each([
    ['ahead of', -3_600_000],
    ['behind', 3_600_000],
  ])('shows that this clock is an hour %s its own', async (word, shift) => {
    const endpoint = await serve((_request, response) => {
      response.setHeader('date', new Date(Date.now() + shift).toUTCString());
      response.end('{}');
    });
    const findings = await look(backend, { config: configOf(endpoint) });
    expect(shown(findings)).toEqual(['warning clock-skewed', 'ok backend-answers']);
    const [, seconds] = /clock is (\d+) s/.exec(findings[0]?.summary ?? '') ?? [];
    expect(Math.abs(Number(seconds) - 3600)).toBeLessThan(5);
    expect(findings[0]?.summary).toContain(word);
  });
  test('that fails is told', async () => {
    const endpoint = await serve((_request, response) => void response.writeHead(503).end());
    expect(shown(await look(backend, { config: configOf(endpoint) }))).toEqual(['warning backend-failing']);
  });
  test('with which the desk was paired is asked with the key of the pairing', async () => {
    const heard: (string | undefined)[] = [];
    const endpoint = await serve((request, response) => {
      heard.push(request.headers.authorization);
      response.end('{}');
    });
    const stateDir = openFolder();
    using store = openSqliteStore(join(stateDir, 'encoderd.db'));
    store.backend.write({
      ...{ endpoint, isPaired: true, apiKey: 'seam_bridge_paired', identity: null, cursor: null },
      ...{ walk: null, walks: 0, walkedAt: null },
    });
    expect(shown(await look(backend, { stateDir }))).toEqual(['ok backend-answers']);
    expect(heard).toEqual(['Bearer seam_bridge_paired']);
  });
});
