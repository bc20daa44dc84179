/*
 * What browsers are told so that they let pages of some origins reach this computer without asking the person.
 */

/** What the policies of Chrome, Chromium and Edge are called, and which versions know them. */
export const CHROMIUM_POLICIES = {
  /** This computer alone; since 146. */
  loopback: 'LoopbackNetworkAllowedForUrls',
  /** Also every other computer of the local network; for versions from 139 (Edge 140) on that do not know the one above yet. */
  localNetwork: 'LocalNetworkAccessAllowedForUrls',
} as const;

/** What the browsers are told. */
export interface Wanted {
  readonly origins: readonly string[];
  /** Whether Chrome, Chromium and Edge before 146 are told as well, which lets newer ones reach the whole local network, too. */
  readonly withOlderBrowsers: boolean;
  /** The certificate of the authority, PEM; null: TLS is not set up. */
  readonly ca: string | null;
}

/** By name; each lists patterns of the origins. */
export function chromiumPolicies({
  origins,
  withOlderBrowsers,
}: Wanted): Readonly<Record<string, readonly string[]>> {
  const patterns = origins.map(patternOf);
  return {
    [CHROMIUM_POLICIES.loopback]: patterns,
    ...(withOlderBrowsers && { [CHROMIUM_POLICIES.localNetwork]: patterns }),
  };
}

/** An origin with its port: a pattern without one is good for all ports of the host. */
function patternOf(origin: string): string {
  const { protocol, host, port } = new URL(origin);
  if (port !== '') return origin;
  return `${protocol}//${host}:${protocol === 'https:' ? 443 : 80}`;
}

/** The hosts for Firefox's `LocalNetworkAccess.SkipDomains` (151 and later), which knows neither schemes nor ports. */
export function firefoxDomains(origins: readonly string[]): readonly string[] {
  return [...new Set(origins.map((origin) => new URL(origin).hostname))];
}
