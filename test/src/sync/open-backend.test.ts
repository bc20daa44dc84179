import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { BackendError } from '../../../src/sync/backend-error.ts';
import { openOverHttp } from '../../../src/sync/open-backend.ts';
import { openTestSite } from '../site/site-bed.ts';

const NEVER = new AbortController().signal;

/** Where something answers like this. */
async function serverWith(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => void server.closeAllConnections());
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it has no port');
  const { port }: AddressInfo = address;
  return `http://127.0.0.1:${port}`;
}

/** An answer, whatever was asked. */
const says =
  (status: number, body: string, headers: Readonly<Record<string, string>> = {}): RequestListener =>
  (_, response) => {
    response.writeHead(status, headers).end(body);
  };

async function opened(endpoint: string, protocol: 'auto' | 'seam' | 'bridge' = 'auto') {
  const open = openOverHttp({ ...openTestSite(), clock: systemClock }, 'encoderd/test');
  const found = await open({ endpoint, protocol }, () => 'seam_key', NEVER);
  found.backend[Symbol.dispose]?.();
  return found.protocol;
}

const troubleAt = async (endpoint: string) => {
  try {
    return await opened(endpoint);
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    return { trouble: error.trouble, message: error.message, retryAfterMs: error.retryAfterMs };
  }
};

const ENVELOPE = '{"error":{"type":"unauthorized","message":"no"},"ok":false}';
const HEALTH = '{"ok":true,"msg":"I’m alive","service_health_statuses":[]}';

test('an encoderd at the endpoint is spoken to over the bridge, also behind a path', async () => {
  let asked = '';
  const endpoint = await serverWith((request, response) => {
    asked = `${request.method} ${request.url} ${request.headers['authorization']}`;
    response.end('{"product":"encoderd","protocol":1,"ok":true}');
  });
  expect(await opened(`${endpoint}/desk/`)).toBe('bridge');
  expect(asked).toBe('GET /desk/v1/hello undefined');
});

test.each([
  ['/v1/hello', 404, ENVELOPE],
  ['/workspaces/get', 401, ENVELOPE],
  ['/health', 200, HEALTH],
])(
  'whoever refuses %s as Seam does, or is well as Seam is, is spoken to in Seam’s words',
  async (path, status, body) => {
    const asked: unknown[] = [];
    const endpoint = await serverWith((request, response) => {
      asked.push(request.url, request.headers['authorization']);
      if (request.url === path) response.writeHead(status).end(body);
      else response.writeHead(404).end('This page could not be found');
    });
    expect(await opened(endpoint)).toBe('seam');
    expect(asked.at(-2)).toBe(path);
    expect(new Set(asked)).toContain(undefined);
    expect(asked.filter((one) => typeof one === 'string' && !one.startsWith('/'))).toEqual([]);
  },
);

test.each([
  [404, '<html>Not Found</html>'],
  [404, '{"error":"not found"}'],
  [401, 'no'],
  [200, '<html></html>'],
  [200, 'null'],
  [200, '{"ok":true}'],
  [301, ''],
])('whatever else answers (%i %s) may be a proxy, and is asked again later', async (status, body) => {
  const found = await troubleAt(await serverWith(says(status, body, { location: '/elsewhere' })));
  expect(found).toMatchObject({ trouble: 'failing', message: expect.stringContaining('a proxy') });
});

test.each([
  [200, '{"verdicts": ['],
  [200, '<html>Log in to the hotel’s network</html>'],
  [302, ''],
  [403, '<html>Blocked</html>'],
])(
  'an encoderd whose first answer went astray (%i %s) is not taken for Seam, but asked again',
  async (status, body) => {
    let asked = 0;
    const endpoint = await serverWith((request, response) => {
      asked += 1;
      if (request.url !== '/v1/hello') response.writeHead(401).end(ENVELOPE);
      else if (asked === 1) response.writeHead(status, { location: '/elsewhere' }).end(body);
      else response.end('{"product":"encoderd","protocol":1,"ok":true}');
    });
    expect(await troubleAt(endpoint)).toMatchObject({ trouble: 'failing' });
    expect(await opened(endpoint)).toBe('bridge');
  },
);

test('a configuration that says so is believed, and nobody is asked', async () => {
  expect(await opened('http://127.0.0.1:1', 'seam')).toBe('seam');
  expect(await opened('http://127.0.0.1:1', 'bridge')).toBe('bridge');
});

test('an answer that says nothing about what is there is none', async () => {
  expect(await troubleAt(await serverWith(says(502, '<html>Bad Gateway</html>')))).toMatchObject({
    trouble: 'failing',
    retryAfterMs: null,
  });
  expect(await troubleAt(await serverWith(says(429, '', { 'retry-after': '7' })))).toMatchObject({
    trouble: 'busy',
    retryAfterMs: 7000,
  });
  expect(await troubleAt(await serverWith(says(503, ENVELOPE)))).toMatchObject({ trouble: 'failing' });
  const endpoint = await serverWith(says(421, ENVELOPE));
  expect(await troubleAt(endpoint)).toMatchObject({
    trouble: 'failing',
    message: expect.stringContaining(`add ${new URL(endpoint).host} to allowed_hosts`),
  });
});

test('where nobody answers, that is said without what a URL may hold besides the address', async () => {
  const endpoint = await serverWith((request) => request.socket.destroy());
  const { host } = new URL(endpoint);
  const found = await troubleAt(`http://clerk:secret@${host}/path`);
  expect(found).toMatchObject({ trouble: 'unreachable' });
  expect(JSON.stringify(found)).not.toMatch(/secret|path/);
});
