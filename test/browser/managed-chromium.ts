import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

/** Whether no mounts of our own can be made here, as only root may outside of containers. */
export const isMountMissing =
  spawnSync('unshare', ['-m', 'sh', '-c', 'mount --bind /tmp /etc/chromium']).status !== 0;

export interface ChromiumWishes {
  readonly publicPorts?: readonly number[];
  readonly isCareless?: boolean;
}

/**
 * Chromium that finds, as /etc/chromium, the folder `etc/chromium` below `root`: in a mount namespace of its own, so that no other
 * program sees it and nothing is left. Pages at these ports of this computer count as public. It takes no certificate that it does not trust,
 * unless `isCareless`.
 */
export function startManagedChromium(
  root: string,
  { publicPorts = [], isCareless = false }: ChromiumWishes = {},
): Promise<Browser> {
  const starter = join(root, 'chromium.sh');
  const inside = `mount --bind "$0" /etc/chromium && exec ${CHROMIUM} "$@"`;
  writeFileSync(starter, `#!/bin/sh\nexec unshare -m sh -c '${inside}' ${join(root, 'etc/chromium')} "$@"\n`);
  chmodSync(starter, 0o755);
  const overrides = publicPorts.map((port) => `127.0.0.1:${port}=public`).join(',');
  return chromium.launch({
    executablePath: starter,
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-sync'],
      ...['--disable-background-networking', '--disable-component-update'],
      '--host-resolver-rules=MAP *.example 127.0.0.1',
      ...(isCareless ? ['--ignore-certificate-errors'] : []),
      ...(overrides === '' ? [] : [`--ip-address-space-overrides=${overrides}`]),
    ],
  });
}
