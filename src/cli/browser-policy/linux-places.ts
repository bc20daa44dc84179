import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Where a browser on Linux looks for what an administrator wants. */
export interface PolicyPlace {
  readonly browser: string;
  /** Chromium reads every file in its folder, Firefox one file. */
  readonly kind: 'chromium' | 'firefox';
  /** The folder, below the root. */
  readonly folder: string;
  /** The folder as the browser sees it. */
  readonly seenAs: string;
}

/** Where every system has a place for it, whether or not the browser is there yet. */
const EVERYWHERE: readonly PolicyPlace[] = [
  place('Chrome', 'chromium', '/etc/opt/chrome/policies/managed'),
  place('Chromium', 'chromium', '/etc/chromium/policies/managed'),
  place('Edge', 'chromium', '/etc/opt/edge/policies/managed'),
  // Also what Firefox reads that came as a snap.
  place('Firefox', 'firefox', '/etc/firefox/policies'),
];

/** What flatpak calls the processor. */
const MACHINE = process.arch === 'arm64' ? 'aarch64' : 'x86_64';

/** Those for browsers in a box, and what is there where the browser is. */
const BOXED: readonly (PolicyPlace & { readonly where: readonly string[] })[] = [
  {
    ...place('Chromium (snap)', 'chromium', '/etc/chromium-browser/policies/managed'),
    where: ['/snap/chromium', '/var/lib/snapd/snap/chromium'],
  },
  {
    ...place(
      'Chromium (Flatpak)',
      'chromium',
      `/var/lib/flatpak/extension/org.chromium.Chromium.Extension.encoderd/${MACHINE}/1/policies/managed`,
    ),
    where: ['/var/lib/flatpak/app/org.chromium.Chromium'],
  },
  {
    ...place(
      'Firefox (Flatpak)',
      'firefox',
      `/var/lib/flatpak/extension/org.mozilla.firefox.systemconfig/${MACHINE}/stable/policies`,
    ),
    seenAs: '/app/etc/firefox/policies',
    where: ['/var/lib/flatpak/app/org.mozilla.firefox'],
  },
];

/** Those of this system, whose files begin at `root`. */
export function policyPlaces(root: string): readonly PolicyPlace[] {
  const boxed = BOXED.filter(({ where }) => where.some((path) => existsSync(join(root, path))));
  return [...EVERYWHERE, ...boxed].map(({ browser, kind, folder, seenAs }) => ({
    browser,
    kind,
    folder: join(root, folder),
    seenAs,
  }));
}

function place(browser: string, kind: PolicyPlace['kind'], folder: string): PolicyPlace {
  return { browser, kind, folder, seenAs: folder };
}
