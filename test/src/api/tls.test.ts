import { once } from 'node:events';
import { chmodSync, readFileSync } from 'node:fs';
import { createServer as createHttpServer, type OutgoingHttpHeaders } from 'node:http';
import { request as send } from 'node:https';
import { connect as connectPlainly, createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { listenWithTls } from '../../../src/api/tls-listener.ts';
import { proofText } from '../../../src/model/page-proof.ts';
import { type MadeCertificates, makeCertificates } from '../../../src/tls/certificates.ts';
import { writeTlsFiles } from '../../../src/tls/tls-folder.ts';
import { PROMISE_OF_TIME } from '../../promise-of-time.ts';
import { Desk } from '../../stories/desk.ts';
import { LiveClient } from '../../stories/live-client.ts';
import { drawNonce, PairedPage } from '../../stories/paired-page.ts';

const PAGE = 'https://pms.example.com';

/** A desk whose daemon starts with these certificates. */
async function openDesk(made: MadeCertificates = makeCertificates(Date.now()), port = 0) {
  const desk = await Desk.open({ config: { allowed_origins: [PAGE] } });
  onTestFinished(() => desk[Symbol.asyncDispose]());
  await desk.stop();
  writeTlsFiles(desk.stateDir, { ...made, port });
  await desk.start();
  const found = z.object({ url: z.url(), tls_url: z.url().optional() });
  const { tls_url = null } = found.parse(
    JSON.parse(readFileSync(join(desk.stateDir, 'daemon.json'), 'utf8')),
  );
  return { desk, made, tlsUrl: tls_url };
}

/** One request over TLS, to whoever the authority vouches for. */
async function ask(url: string, ca: string | undefined, path: string, headers: OutgoingHttpHeaders = {}) {
  // Node.js would otherwise ask for the name in the Host header.
  const servername = new URL(url).hostname === 'localhost' ? 'localhost' : '';
  const request = send(new URL(path, url), {
    headers,
    agent: false,
    servername,
    ...(ca === undefined ? {} : { ca }),
  });
  request.end();
  const [answer] = await once(request, 'response');
  return { status: answer.statusCode, headers: answer.headers, body: await text(answer) };
}

test('the daemon serves over TLS what it serves without: the API, the console and its rules', async () => {
  const { desk, made, tlsUrl } = await openDesk();
  const url = tlsUrl ?? expect.fail('It has no TLS.');
  const { host, port } = new URL(url);
  const authorization = `Bearer ${desk.token}`;

  const listed = await ask(url, made.ca, '/acs/encoders/list', { authorization });
  expect(listed.status).toBe(200);
  expect(listed.body).toContain(desk.encoderId);
  expect(
    (await ask(`https://localhost:${port}`, made.ca, '/acs/encoders/list', { authorization })).status,
  ).toBe(200);
  expect((await desk.raw.post('/acs/encoders/list')).status).toBe(200);

  const console = await ask(url, made.ca, '/');
  expect(console.headers['content-security-policy']).toContain("default-src 'self'");
  expect((await ask(url, made.ca, '/v1/hello', { origin: `https://${host}` })).status).toBe(200);
  expect(
    (await ask(url, made.ca, '/v1/hello', { origin: PAGE })).headers['access-control-allow-origin'],
  ).toBe(PAGE);
  expect((await ask(url, made.ca, '/v1/hello', { origin: 'https://evil.example' })).status).toBe(403);
  expect((await ask(url, made.ca, '/v1/hello', { host: 'rebound.example' })).status).toBe(421);
});

test('nobody who does not trust the authority is talked to, nor TLS before 1.2', async () => {
  const { made, tlsUrl } = await openDesk();
  const url = tlsUrl ?? expect.fail('It has no TLS.');
  await expect(ask(url, undefined, '/v1/hello')).rejects.toThrow(/self-signed|unable to/);
  await expect(ask(url, makeCertificates(Date.now()).ca, '/v1/hello')).rejects.toThrow();
  const old = connect({
    ...{ host: '127.0.0.1', port: Number(new URL(url).port), ca: made.ca },
    ...{ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
  });
  await expect(once(old, 'secureConnect')).rejects.toThrow(/alert|protocol/i);
});

test('an app works on the WebSocket over TLS', async () => {
  const { desk, made, tlsUrl } = await openDesk();
  await using live = await LiveClient.connect(tlsUrl ?? '', { ca: made.ca });
  live.send({ type: 'authenticate', token: desk.token });
  await live.next('authenticated', () => true);
  const answer = await live.ask('/acs/encoders/list', {});
  expect(answer).toMatchObject({ ok: true });
});

test('a paired page proves itself at the TLS address, and not with what it signed for the other', async () => {
  const { desk, made, tlsUrl } = await openDesk();
  const { host } = new URL(tlsUrl ?? '');
  const page = await PairedPage.open(desk, PAGE);
  const paired = await page.pair(['read']);
  const prove = async (address: string) => {
    const live = await LiveClient.connect(tlsUrl ?? '', { ca: made.ca, headers: { origin: PAGE } });
    const clientSessionId = paired.client_session.client_session_id;
    const pageNonce = drawNonce();
    live.send({ type: 'prove', client_session_id: clientSessionId, nonce: pageNonce });
    const { nonce: deskNonce } = await live.next('proof', () => true);
    const terms = { clientSessionId, pageNonce, deskNonce, origin: PAGE, address };
    expect(proofText({ ...terms, signer: 'page' })).toContain(address);
    live.send({
      type: 'authenticate',
      token: paired.token,
      signature: await page.sign({ ...terms, signer: 'page' }),
    });
    return live;
  };
  await using good = await prove(host);
  expect(await good.next('authenticated', () => true)).toMatchObject({ scopes: ['read'] });
  await using bad = await prove(new URL(desk.url).host);
  expect(await bad.closed).toMatchObject({ code: 4401 });
});

test('whoever says nothing is let go of', async () => {
  const { certificate, key } = makeCertificates(Date.now());
  await using listener = await listenWithTls(createHttpServer(), { port: 0, certificate, key }, 10, 50);
  const silent = connectPlainly(listener.port, '127.0.0.1');
  await once(silent, 'close');
});

test('a connection in store, on which nothing is asked, is closed without a word over TLS, too', async () => {
  const { made, tlsUrl } = await openDesk();
  const spare = connect({ host: '127.0.0.1', port: Number(new URL(tlsUrl ?? '').port), ca: made.ca });
  onTestFinished(() => void spare.destroy());
  const half = connect({ host: '127.0.0.1', port: Number(new URL(tlsUrl ?? '').port), ca: made.ca });
  onTestFinished(() => void half.destroy());
  half.write('GET /hea');
  expect(await Promise.all([text(spare), text(half)])).toEqual([
    '',
    expect.stringMatching(/^HTTP\/1\.1 408 /),
  ]);
});

test(
  'half a handshake, and a browser that breaks off, hold up neither others nor the end',
  PROMISE_OF_TIME,
  async () => {
    const { desk, made, tlsUrl } = await openDesk();
    const port = Number(new URL(tlsUrl ?? '').port);
    const silent = connect({ host: '127.0.0.1', port, ca: made.ca });
    const half = connectPlainly(port, '127.0.0.1');
    await Promise.all([once(silent, 'secureConnect'), once(half, 'connect')]);
    await expect(ask(tlsUrl ?? '', undefined, '/v1/hello')).rejects.toThrow();
    expect((await ask(tlsUrl ?? '', made.ca, '/v1/hello')).status).toBe(200);
    const gone = Promise.all([once(silent, 'close'), once(half, 'close')]);
    const stopsAt = performance.now();
    await desk.stop();
    await gone;
    // Half a handshake would be given up after 5 s by itself.
    expect(performance.now() - stopsAt).toBeLessThan(4000);
    expect(desk.lines.filter(({ level }) => level >= 50)).toEqual([]);
  },
);

test.each<[string, MadeCertificates, string]>([
  ['is over', makeCertificates(Date.now() - 400 * 86_400_000), 'the TLS certificate is over'],
  [
    'is not of its key',
    { ...makeCertificates(Date.now()), key: makeCertificates(Date.now()).key },
    'goes on without TLS',
  ],
])('the daemon goes on without a certificate that %s, and says so', async (_what, made, warning) => {
  const { desk, tlsUrl } = await openDesk(made);
  expect(tlsUrl).toBeNull();
  expect(desk.lines.filter(({ level }) => level === 40).map(({ msg }) => msg)).toContainEqual(
    expect.stringContaining(warning),
  );
  expect((await desk.raw.post('/acs/encoders/list')).status).toBe(200);
});

test('the daemon warns of a certificate that ends soon, and uses it', async () => {
  const { desk, tlsUrl } = await openDesk(makeCertificates(Date.now() - 380 * 86_400_000));
  expect(tlsUrl).toMatch(/^https:/);
  expect(desk.lines.map(({ msg }) => msg)).toContainEqual(expect.stringContaining('ends soon'));
});

test('the daemon goes on without TLS where others can read its key, or its port is taken', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  onTestFinished(() => void taken.close());
  const address = taken.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const { desk, tlsUrl } = await openDesk(undefined, port);
  expect(tlsUrl).toBeNull();
  expect(desk.lines.map(({ msg }) => msg)).toContain('TLS cannot be had here, the daemon goes on without');

  chmodSync(join(desk.stateDir, 'tls/key.pem'), 0o640);
  await desk.restart();
  expect(desk.lines.map(({ msg }) => msg)).toContain('the daemon goes on without TLS');
});
