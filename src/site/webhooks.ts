import { randomBytes } from 'node:crypto';
import { isEventName } from '../model/event.ts';
import { REFUSED_PORTS } from '../model/refused-ports.ts';
import { EVERY_EVENT, type Webhook } from '../model/webhook.ts';
import { SiteError } from './errors.ts';
import { newId, type Site } from './site.ts';

/** Of a webhook's URL, in characters. */
const LONGEST_URL = 2000;

/** Of a webhook's secret, before base64 (Standard Webhooks 1.0: 24 to 64). */
const SECRET_BYTES = 24;

/** Makes a webhook with a secret of its own. Throws `invalid_input` for a URL that cannot be posted to, and for events that nobody has. */
export function createWebhook(
  site: Site,
  { url, eventTypes }: { readonly url: string; readonly eventTypes: readonly string[] },
): Webhook {
  checkUrl(url);
  checkEventTypes(eventTypes);
  const webhook: Webhook = {
    id: newId(),
    url,
    eventTypes: distinct(eventTypes),
    secret: `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`,
    createdAt: site.clock.now(),
  };
  site.store.webhooks.insert(webhook);
  return webhook;
}

/** Throws `webhook_not_found`. */
export function findWebhook(site: Site, id: string): Webhook {
  const webhook = site.store.webhooks.get(id);
  if (webhook === null) {
    throw new SiteError('webhook_not_found', `There is no webhook ${id} here.`, { webhook_id: id });
  }
  return webhook;
}

/** Says anew of which events the webhook hears from now on. Throws `webhook_not_found`, `invalid_input`. */
export function updateWebhook(site: Site, id: string, eventTypes: readonly string[]): void {
  checkEventTypes(eventTypes);
  site.store.transaction(() => {
    site.store.webhooks.update({ ...findWebhook(site, id), eventTypes: distinct(eventTypes) });
  });
}

/** What was still to be delivered to it is not. Throws `webhook_not_found`. */
export function deleteWebhook(site: Site, id: string): void {
  site.store.transaction(() => site.store.webhooks.delete(findWebhook(site, id).id));
}

function checkUrl(text: string): void {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new SiteError(
      'invalid_input',
      'url must be an address with http or https, as https://pms.example.com/hooks.',
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new SiteError(
      'invalid_input',
      'url must not hold a name or a password: the signature says who sends.',
    );
  }
  if (url.port !== '' && REFUSED_PORTS.has(Number(url.port))) {
    throw new SiteError(
      'invalid_input',
      `url must have another port than ${url.port}, which belongs to another protocol: nothing is posted there (https://fetch.spec.whatwg.org/#port-blocking).`,
    );
  }
  if (text.length > LONGEST_URL) {
    throw new SiteError('invalid_input', `url must have ${LONGEST_URL} characters at most.`);
  }
}

function checkEventTypes(names: readonly string[]): void {
  const unknown = names.filter((name) => name !== EVERY_EVENT && !isEventName(name));
  if (unknown.length === 0) return;
  const shown = unknown.slice(0, 5).map((name) => `"${name.slice(0, 100)}"`);
  throw new SiteError(
    'invalid_input',
    `event_types has names that no event has: ${shown.join(', ')}. Use Seam's, as acs_credential.issued, or "${EVERY_EVENT}" for all.`,
  );
}

const distinct = (names: readonly string[]): readonly string[] => [...new Set(names)];
