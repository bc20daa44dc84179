import { type Page, type PageProblem, PROMPT } from './page.ts';
import { keepPairing, pairingAt } from './pairing-database.ts';

/** Names of this computer. */
export const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\])$/;

/** The page that this module runs in. */
export function browserPage(): Page {
  return {
    pageOrigin: location.origin,
    pageTitle: document.title || location.host,
    isSafari: navigator.vendor.startsWith('Apple'),
    problem,
    pairingAt,
    keepPairing,
    attempts: (url) => (sessionStorage.getItem(url) ?? '').split(' ').filter(Boolean),
    keepAttempts: (url, ids) => sessionStorage.setItem(url, ids.join(' ')),
    exclusively: async (name, work) => navigator.locks.request(name, work),
    onWake(listener, signal) {
      document.addEventListener('visibilitychange', listener, { signal });
    },
    ask: (question) => prompt(question),
  };
}

async function problem(): Promise<PageProblem | null> {
  if (!isSecureContext) return 'page_not_secure';
  // What the daemon itself serves reaches it without asking.
  if (LOOPBACK.test(location.hostname)) return null;
  const { permissions }: { readonly permissions: AllPermissions } = navigator;
  // Chromium's names for the same leave, newest first. Each is known to some versions only, and to no other browser.
  for (const name of ['loopback-network', 'local-network-access']) {
    try {
      const { state } = await permissions.query({ name });
      const policy: FramePolicy | undefined = Object(document).featurePolicy;
      if (policy?.features().includes(name) && !policy.allowsFeature(name)) return 'iframe_needs_permission';
      if (state !== 'granted') return state === 'denied' ? 'permission_denied' : PROMPT;
      return null;
    } catch {
      // This browser does not know the name.
    }
  }
  return null;
}

/** Also those that the types of the browser do not know. */
interface AllPermissions {
  query(wanted: { readonly name: string }): Promise<{ readonly state: string }>;
}

/** What Chromium says a frame may. */
interface FramePolicy {
  features(): readonly string[];
  allowsFeature(name: string): boolean;
}
