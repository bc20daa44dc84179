import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

/** Whether there is no Chromium here; in CI there must be one. */
export const isChromiumMissing = !existsSync(CHROMIUM);
if (isChromiumMissing && process.env['CI'] === 'true')
  throw new Error(`There is no Chromium at ${CHROMIUM}.`);
if (isChromiumMissing) {
  process.stderr.write(`SKIPPED: there is no Chromium at ${CHROMIUM}; the browser was not tried.\n`);
}

/** How long a daemon and a browser may take to start on a machine with other things to do, milliseconds. */
export const STARTING_MS = 60_000;

/** Without these, as root and without a network, Chromium waits for hosts that never answer. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--ignore-certificate-errors',
];

/** Starts Chromium. Pages at these ports of this computer count as public, whatever they are called: `*.example` is found here. */
export function startChromium(publicPorts: readonly number[] = []): Promise<Browser> {
  const overrides = publicPorts.map((port) => `127.0.0.1:${port}=public`).join(',');
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      ...ARGUMENTS,
      '--host-resolver-rules=MAP *.example 127.0.0.1',
      ...(overrides === '' ? [] : [`--ip-address-space-overrides=${overrides}`]),
    ],
  });
}

/** What the person has told the browser about programs on this computer. */
export type Setting = 'prompt' | 'granted' | 'denied';

/** Opens a page in a context of its own, in which the person has answered so for pages of an origin: its own. */
export async function openPage(
  browser: Browser,
  url: string,
  setting: Setting = 'granted',
  origin = new URL(url).origin,
): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  // Chromium asks nobody about pages that are not secure.
  if (origin.startsWith('https:')) await setLoopbackPermission(page, origin, setting);
  await page.goto(url);
  return page;
}

/** Answers for the person, for every page of an origin in the context of this one, as long as this one is open. */
export async function setLoopbackPermission(page: Page, origin: string, setting: Setting): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const { targetInfo } = await session.send('Target.getTargetInfo');
  const { browserContextId } = targetInfo;
  for (const name of ['loopback-network', 'local-network-access']) {
    await session.send('Browser.setPermission', {
      ...{ origin, setting, permission: { name } },
      ...(browserContextId === undefined ? {} : { browserContextId }),
    });
  }
}
