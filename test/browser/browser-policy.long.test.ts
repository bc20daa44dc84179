import { X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { makeCertificates } from '../../src/tls/certificates.ts';
import { writeTlsFiles } from '../../src/tls/tls-folder.ts';
import { Shell } from '../src/cli/encoderctl-process.ts';
import { temporaryFolder } from '../src/site/site-bed.ts';
import { isChromiumMissing } from './chromium.ts';
import { isMountMissing, startManagedChromium } from './managed-chromium.ts';
import { serveHttps } from './web-pages.ts';

if (isMountMissing)
  process.stderr.write('SKIPPED: no mounts can be made here; Chromium was tried with no policy.\n');

const whereabouts = z.object({ tls_url: z.string() });

const PAGE = { '/': '<!doctype html><title>Front desk</title>' };

async function openAt(browser: Browser, url: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await page.goto(url);
  return page;
}

/** What the browser says of a permission, before anybody was asked. */
const stateOf = (page: Page, name: string): Promise<string> =>
  page.evaluate(async (asked) => {
    const status: { readonly state: string } = await Reflect.apply(
      navigator.permissions.query,
      navigator.permissions,
      [{ name: asked }],
    );
    return status.state;
  }, name);

describe.skipIf(isChromiumMissing || isMountMissing)(
  'Chromium with the policies that encoderctl installs',
  () => {
    test('lets pages of the allowed origin alone reach this computer, not its network, and asks nobody', async () => {
      await using shell = new Shell();
      const root = temporaryFolder();
      await using desk = await serveHttps('desk.example', PAGE);
      await using other = await serveHttps('other.example', PAGE);
      await using otherPort = await serveHttps('desk.example', PAGE);
      await shell.json('browser-policy', 'install', '--origin', desk.origin, '--root', root);
      const daemon = await shell.startDaemon();
      const browser = await startManagedChromium(root, {
        publicPorts: [desk.port, other.port, otherPort.port],
        isCareless: true,
      });
      onTestFinished(() => browser.close());

      const allowed = await openAt(browser, desk.origin);
      expect(await stateOf(allowed, 'loopback-network')).toBe('granted');
      const fetched = (page: Page) =>
        page.evaluate(
          async (url) => (await fetch(url, { signal: AbortSignal.timeout(2000) })).status,
          `${daemon.url}/client.js`,
        );
      expect(await fetched(allowed)).toBe(200);

      for (const { origin } of [other, otherPort]) {
        const stranger = await openAt(browser, origin);
        expect(await stateOf(stranger, 'loopback-network')).toBe('prompt');
        await expect(fetched(stranger)).rejects.toThrow();
      }
      expect(await stateOf(allowed, 'local-network')).toBe('prompt');
    });

    test('takes the console over TLS where it trusts the authority that encoderctl made, and not where it does not', async () => {
      await using shell = new Shell();
      const root = temporaryFolder();
      const made = makeCertificates(Date.now());
      mkdirSync(shell.stateDir, { recursive: true });
      writeTlsFiles(shell.stateDir, { ...made, port: 0 });
      await shell.startDaemon();
      const { tls_url: url } = whereabouts.parse(
        JSON.parse(readFileSync(join(shell.stateDir, 'daemon.json'), 'utf8')),
      );
      const policies = join(root, 'etc/chromium/policies/managed');
      mkdirSync(policies, { recursive: true });
      const trust = { CACertificates: [new X509Certificate(made.ca).raw.toString('base64')] };
      for (const policy of [{}, trust]) {
        writeFileSync(join(policies, 'trust.json'), JSON.stringify(policy));
        const browser = await startManagedChromium(root);
        onTestFinished(() => browser.close());
        if (policy !== trust) {
          await expect(openAt(browser, url)).rejects.toThrow('ERR_CERT_AUTHORITY_INVALID');
          continue;
        }
        for (const host of ['127.0.0.1', 'localhost']) {
          const page = await openAt(browser, url.replace('127.0.0.1', host));
          expect(await page.title()).not.toBe('');
          const opened = await page.evaluate(
            (at) =>
              new Promise((resolve) => {
                const socket = new WebSocket(at);
                socket.addEventListener('open', () => resolve('open'));
                socket.addEventListener('error', () => resolve('error'));
              }),
            `${url.replace('https', 'wss').replace('127.0.0.1', host)}/live`,
          );
          expect(opened).toBe('open');
        }
      }
    });
  },
);
