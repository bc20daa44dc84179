import { expect, test } from 'vitest';
import { operation } from '../conformance.ts';
import { refused } from '../stand.ts';

operation('/events/get', (stand) => {
  test('gives the event that is named', async () => {
    const acs_user_id = await stand.user();
    const [event] = await stand.seam.events.list({ since: '2000-01-01T00:00:00Z', acs_user_id });
    const { event_id = '' } = event ?? {};
    expect(await stand.seam.events.get({ event_id })).toEqual(event);
  });

  test('gives the last event of a type', async () => {
    const acs_user_id = await stand.user();
    const event = await stand.seam.events.get({ event_type: 'acs_user.created' });
    expect(event).toMatchObject({ event_type: 'acs_user.created', acs_user_id });
  });

  test('tells that there is none', async () => {
    const event_id = crypto.randomUUID();
    expect(await refused(stand.seam.events.get({ event_id }))).toBe('event_not_found');
    expect(await refused(stand.seam.events.get({ event_type: 'lock.locked' }))).toBe('event_not_found');
    const nothing = { event_type: 'acs_user.created', device_id: crypto.randomUUID() };
    expect(await refused(stand.raw.post('/events/get', nothing))).toBe('event_not_found');
    expect(await refused(stand.raw.post('/events/get', {}))).toBe('invalid_input');
  });
});
