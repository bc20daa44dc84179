import { describe, expect, test } from 'vitest';
import { announce } from '../../../src/site/site.ts';
import { createWebhook, deleteWebhook, findWebhook, updateWebhook } from '../../../src/site/webhooks.ts';
import { addUser, openTestSite } from './site-bed.ts';

const URL_OF_APP = 'https://pms.example.com/hooks?tenant=1';
const everything = { after: 0, limit: 1000 };

describe('a webhook', () => {
  test('has a secret of 24 bytes that no other one has', () => {
    const site = openTestSite();
    const [one, other] = [1, 2].map(() => createWebhook(site, { url: URL_OF_APP, eventTypes: ['*'] }));
    expect(one?.secret).toMatch(/^whsec_[A-Za-z0-9+/]{32}$/);
    expect(one?.secret).not.toBe(other?.secret);
    expect(site.store.webhooks.list()).toEqual([one, other]);
  });

  test('hears of each type once, however often it was named', () => {
    const site = openTestSite();
    const eventTypes = ['acs_user.created', 'device.connected', 'acs_user.created'];
    const { id } = createWebhook(site, { url: URL_OF_APP, eventTypes });
    expect(findWebhook(site, id).eventTypes).toEqual(['acs_user.created', 'device.connected']);
    updateWebhook(site, id, ['*', '*']);
    expect(findWebhook(site, id).eventTypes).toEqual(['*']);
  });

  test.each([
    'ftp://pms.example.com/hooks',
    'javascript:alert(1)',
    'pms.example.com/hooks',
    '/hooks',
    'https://clerk@pms.example.com',
    'https://:secret@pms.example.com',
    'http://127.0.0.1:6000/hooks',
    'https://pms.example.com:0',
    'http://pms.example.com:09',
    `https://pms.example.com/${'x'.repeat(2000)}`,
  ])('cannot be %s', (url) => {
    const site = openTestSite();
    expect(() => createWebhook(site, { url, eventTypes: ['*'] })).toThrow(
      expect.objectContaining({ type: 'invalid_input' }),
    );
    expect(site.store.webhooks.list()).toEqual([]);
  });

  test('tells of a name that no event has', () => {
    const site = openTestSite();
    const order = { url: URL_OF_APP, eventTypes: ['acs_credential.isued', 'acs_user.created', '**'] };
    expect(() => createWebhook(site, order)).toThrow(
      /no event has: "acs_credential\.isued", "\*\*"\. Use Seam's/,
    );
    const { id } = createWebhook(site, { ...order, eventTypes: [] });
    expect(() => updateWebhook(site, id, order.eventTypes)).toThrow(/acs_credential\.isued/);
    expect(findWebhook(site, id).eventTypes).toEqual([]);
  });

  test('that is not here is not found', () => {
    const site = openTestSite();
    const notFound = expect.objectContaining({ type: 'webhook_not_found', data: { webhook_id: 'x' } });
    for (const ask of [
      () => findWebhook(site, 'x'),
      () => updateWebhook(site, 'x', ['*']),
      () => deleteWebhook(site, 'x'),
    ]) {
      expect(ask).toThrow(notFound);
    }
  });
});

describe('what happens', () => {
  test('is owed to every webhook that asked for it, in the same transaction', () => {
    const site = openTestSite();
    const all = createWebhook(site, { url: URL_OF_APP, eventTypes: ['*'] });
    const users = createWebhook(site, { url: URL_OF_APP, eventTypes: ['acs_user.created'] });
    createWebhook(site, { url: URL_OF_APP, eventTypes: ['acs_user.deleted'] });
    addUser(site, 'Ada');
    const event = site.store.events.newest('acs_user.created');
    const owed = site.store.deliveries.list({}, everything).rows;
    expect(owed.map(({ webhookId }) => webhookId)).toEqual([all.id, users.id]);
    for (const one of owed) {
      expect(one).toMatchObject({ eventId: event?.id, state: 'pending', nextAttemptAt: site.clock.now() });
    }
    expect(() =>
      site.store.transaction(() => {
        announce(site, 'acs_user.created', { acsUserId: 'nobody' });
        throw new Error('the power fails');
      }),
    ).toThrow('the power fails');
    expect(site.store.deliveries.list({}, everything).rows).toEqual(owed);
  });

  test('before a webhook was made is not owed to it, nor what happens after it is gone', () => {
    const site = openTestSite();
    addUser(site, 'Before');
    const { id } = createWebhook(site, { url: URL_OF_APP, eventTypes: ['*'] });
    addUser(site, 'Meanwhile');
    expect(site.store.deliveries.count('pending')).toBe(1);
    deleteWebhook(site, id);
    addUser(site, 'After');
    expect(site.store.deliveries.list({}, everything).rows).toEqual([]);
    expect(site.store.events.list({ types: ['acs_user.created'] }, everything).rows).toHaveLength(3);
  });
});
