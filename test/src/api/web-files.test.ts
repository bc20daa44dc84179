import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import Fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readWebFiles, serveWebFiles } from '../../../src/api/web-files.ts';
import { Desk } from '../../stories/desk.ts';

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Over node:http, which sends what it is told: fetch would not send a Host of another. */
async function ask(
  url: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
): Promise<Answer> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    // The path as it stands: a URL would be tidied up.
    request(url, { path, method, headers }, resolve).on('error', reject).end();
  });
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

describe('the daemon', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await Desk.open();
  });
  afterAll(() => desk[Symbol.asyncDispose]());

  const OTHER_PAGE = { origin: 'https://anywhere.example' };

  test('serves the console, which may load nothing of anybody else and be in no frame', async () => {
    const { status, headers, body } = await ask(desk.url, '/');
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy':
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-cache',
    });
    expect(body).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\bon\w+=|\bstyle=|https?:\/\//);
    const [, script = ''] = /src="(\/console\/assets\/[^"]+\.js)"/.exec(body) ?? [];
    expect(await ask(desk.url, script)).toMatchObject({
      status: 200,
      headers: {
        'content-type': 'text/javascript; charset=utf-8',
        'cache-control': 'private, max-age=31536000, immutable',
      },
    });
  });

  test('gives the client to pages of every origin', async () => {
    expect(await ask(desk.url, '/client.js', OTHER_PAGE)).toMatchObject({
      status: 200,
      headers: {
        'access-control-allow-origin': '*',
        'cross-origin-resource-policy': 'cross-origin',
        'content-type': 'text/javascript; charset=utf-8',
      },
    });
  });

  test.each(['/', '/console/assets/any.js'])('gives %s to no page of another origin', async (path) => {
    expect((await ask(desk.url, path, OTHER_PAGE)).status).toBe(403);
  });

  test.each(['/', '/client.js'])('gives %s at its own names only', async (path) => {
    expect((await ask(desk.url, path, { host: 'rebound.example' })).status).toBe(421);
  });

  test('does not send again what the browser has', async () => {
    const { headers } = await ask(desk.url, '/client.js');
    const again = await ask(desk.url, '/client.js', { 'if-none-match': String(headers['etag']) });
    expect(again).toMatchObject({ status: 304, body: '' });
  });

  test('compares what the browser has weakly, and takes a list of it', async () => {
    const { headers } = await ask(desk.url, '/client.js');
    const etag = String(headers['etag']);
    const statusFor = async (held: string) =>
      (await ask(desk.url, '/client.js', { 'if-none-match': held })).status;
    for (const held of [`W/${etag}`, `"other", W/${etag}`, `${etag},"other"`, '*']) {
      expect(await statusFor(held), held).toBe(304);
    }
    for (const held of ['"other"', 'W/"other"', '', etag.slice(1, -1)]) {
      expect(await statusFor(held), held).toBe(200);
    }
  });

  test.each(['/console', '/console/', '/console?x=1'])('leads from %s to the console', async (path) => {
    const link = {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    };
    for (const headers of [{}, link]) {
      expect(await ask(desk.url, path, headers)).toMatchObject({ status: 308, headers: { location: '/' } });
    }
    expect((await ask(desk.url, path, OTHER_PAGE)).status).toBe(403);
    expect((await ask(desk.url, path, {}, 'POST')).status).toBe(405);
  });

  test.each([
    '/console/../client.js',
    '/console/%2e%2e/%2e%2e/package.json',
    '/console/..%2f..%2fpackage.json',
    '/console/assets',
    '/console/index.html',
    '/client.js/',
    '/.built',
    '/consoles',
  ])('has no file at %s', async (path) => {
    expect((await ask(desk.url, path)).status).toBe(404);
  });

  test.each(['/', '/client.js'])('only gives %s', async (path) => {
    expect(await ask(desk.url, path, {}, 'POST')).toMatchObject({
      status: 405,
      headers: { allow: 'GET, HEAD' },
    });
    expect(await ask(desk.url, path, {}, 'HEAD')).toMatchObject({ status: 200, body: '' });
  });
});

describe('files that were not built', () => {
  test('are said to be missing, in words for whoever opens the page', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'encoderd-web-'));
    const server = Fastify();
    serveWebFiles(server, readWebFiles(join(folder, 'web')));
    expect(await server.inject('/')).toMatchObject({
      statusCode: 503,
      body: expect.stringContaining('npm run build'),
    });
    await server.close();
    rmSync(folder, { recursive: true });
  });

  test('are served from memory as they were at the start', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'encoderd-web-'));
    mkdirSync(join(folder, 'console'));
    writeFileSync(join(folder, 'client.js'), 'one');
    writeFileSync(join(folder, 'console/index.html'), '<h1>');
    const server = Fastify();
    serveWebFiles(server, readWebFiles(folder));
    rmSync(folder, { recursive: true });
    expect((await server.inject('/client.js')).body).toBe('one');
    expect((await server.inject('/')).headers['content-type']).toBe('text/html; charset=utf-8');
    await server.close();
  });
});
